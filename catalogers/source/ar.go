package source

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// arMagic begins a Unix archive, https://manpages.debian.org/stable/dpkg-dev/deb.5.en.html.
const arMagic = "!<arch>\n"

// arReader reads a Unix archive, as a .deb is one: members one after the other, each with a header of 60 bytes. It reads the content of the member
// that next gave last.
type arReader struct {
	r     *bufio.Reader
	left  int64 // of the member's content
	pad   int64 // what follows it
	names string
}

// arMember is a file in a Unix archive.
type arMember struct {
	name string
	size int64
}

func newAr(r io.Reader) (*arReader, error) {
	a := &arReader{r: bufio.NewReader(r)}
	magic := make([]byte, len(arMagic))
	if _, err := io.ReadFull(a.r, magic); err != nil || string(magic) != arMagic {
		return nil, errors.New("is no Unix archive")
	}
	return a, nil
}

// next goes on to the next member; io.EOF says that there is none. Tables of symbols are passed over.
func (a *arReader) next() (arMember, error) {
	for {
		m, err := a.header()
		if err != nil {
			return arMember{}, err
		}
		switch {
		case m.name == "/" || m.name == "/SYM64/":
			continue
		case m.name == "//": // GNU: the long names, each ended by "/\n"
			if a.names, err = a.text(m.size); err != nil {
				return arMember{}, err
			}
			continue
		case strings.HasPrefix(m.name, "/"):
			at, err := strconv.ParseUint(m.name[1:], 10, 32)
			if err != nil || at >= uint64(len(a.names)) {
				return arMember{}, fmt.Errorf("%.16q names no member", m.name)
			}
			m.name, _, _ = strings.Cut(a.names[at:], "\n")
			m.name = strings.TrimSuffix(m.name, "/")
		case strings.HasPrefix(m.name, "#1/"): // BSD: the name precedes the content
			length, err := strconv.ParseInt(m.name[3:], 10, 32)
			if err != nil || length < 0 || length > m.size {
				return arMember{}, fmt.Errorf("%.16q is no length of a name", m.name)
			}
			if m.name, err = a.text(length); err != nil {
				return arMember{}, err
			}
			m.name, m.size = strings.TrimRight(m.name, "\x00"), m.size-length
		default:
			m.name = strings.TrimSuffix(m.name, "/")
		}
		return m, nil
	}
}

// header reads the header of the member that follows.
func (a *arReader) header() (m arMember, err error) {
	if err := pass(a.r, a.left); err != nil {
		return m, err
	}
	if _, err := a.r.Discard(int(a.pad)); err != nil && err != io.EOF { // the last byte of padding may be missing
		return m, err
	}
	a.left, a.pad = 0, 0
	var h [60]byte
	if _, err := io.ReadFull(a.r, h[:]); err != nil {
		return m, err
	}
	field := strings.TrimRight(string(h[48:58]), " ")
	size, err := strconv.ParseUint(field, 10, 63)
	if err != nil || string(h[58:]) != "`\n" {
		return m, errors.New("a member has a damaged header")
	}
	a.left, a.pad = int64(size), int64(size&1)
	return arMember{strings.TrimRight(string(h[:16]), " "), a.left}, nil
}

// text reads so many bytes of the member's content.
func (a *arReader) text(length int64) (string, error) {
	const most = 1 << 20
	if length > most {
		return "", fmt.Errorf("names have %d bytes, more than the %d that are read", length, most)
	}
	data := make([]byte, length)
	n, err := io.ReadFull(a, data)
	if err == io.EOF && length > 0 {
		err = io.ErrUnexpectedEOF
	}
	if length == 0 {
		err = nil
	}
	return string(data[:n]), err
}

// Read reads the content of the member.
func (a *arReader) Read(p []byte) (n int, err error) {
	if a.left == 0 {
		return 0, io.EOF
	}
	n, err = a.r.Read(p[:min(int64(len(p)), a.left)])
	if a.left -= int64(n); err == io.EOF && a.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// pass reads over so many bytes; that there are fewer is io.ErrUnexpectedEOF.
func pass(r io.Reader, length int64) error {
	_, err := io.CopyN(io.Discard, r, length)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}
