package source

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// cpioReader reads an archive of cpio in the formats "newc" and "crc", as payloads of rpm and images of the initial file system have them:
// https://man.freebsd.org/cgi/man.cgi?query=cpio&sektion=5. It reads the content of the file that next gave last.
type cpioReader struct {
	r    *bufio.Reader
	left int64 // of the content
	pad  int64 // what follows it
}

// cpioFile is a file, folder or link in such an archive.
type cpioFile struct {
	name string // as it stands there, often with "./" before it
	mode fs.FileMode
	size int64
	link string // where a symbolic link points
	// inode is the same for all names of one file, and empty where it has only one. Of those the last has the content, the others
	// have none.
	inode string
}

func newCpio(r io.Reader) *cpioReader { return &cpioReader{r: bufio.NewReader(r)} }

// next goes on to the next file; io.EOF says that the archive has ended.
func (c *cpioReader) next() (f cpioFile, err error) {
	if err := pass(c.r, c.left+c.pad); err != nil {
		return f, err
	}
	c.left, c.pad = 0, 0
	var h [110]byte
	if n, err := io.ReadFull(c.r, h[:6]); err != nil {
		if n == 0 && err == io.EOF {
			err = io.ErrUnexpectedEOF // there must be a trailer
		}
		return f, err
	}
	switch string(h[:6]) {
	case "070701", "070702":
	case "07070X":
		return f, errors.New("is a stripped payload of rpm, whose sizes stand only in the header of the package")
	default:
		return f, fmt.Errorf("%q begins no file of a cpio archive in the new format", h[:6])
	}
	if err := fill(c.r, h[6:]); err != nil {
		return f, err
	}
	var fields [13]uint32 // inode, mode, user, group, links, time, size, device of 2, special of 2, length of the name, sum
	for i := range fields {
		n, err := strconv.ParseUint(string(h[6+8*i:14+8*i]), 16, 32)
		if err != nil {
			return f, errors.New("a file has a damaged header")
		}
		fields[i] = uint32(n)
	}
	const longest = 1 << 16
	length := int64(fields[11])
	if length < 2 || length > longest {
		return f, fmt.Errorf("a name has %d bytes", length)
	}
	name := make([]byte, length+padding(110+length))
	if err := fill(c.r, name); err != nil {
		return f, err
	}
	f.name, _, _ = strings.Cut(string(name[:length]), "\x00")
	if f.name == "TRAILER!!!" {
		return f, io.EOF
	}
	f.size, f.mode = int64(fields[6]), unixMode(fields[1])
	c.left, c.pad = f.size, padding(f.size)
	if fields[4] > 1 && f.mode.IsRegular() {
		f.inode = string(h[6:14]) + string(h[62:78])
	}
	if f.mode&fs.ModeSymlink == 0 {
		return f, nil
	}
	if f.size > longest {
		return f, fmt.Errorf("%.80s: the target of the link has %d bytes", f.name, f.size)
	}
	target := make([]byte, f.size)
	if err := fill(c, target); err != nil {
		return f, err
	}
	f.link = string(target)
	return f, nil
}

// Read reads the content of the file.
func (c *cpioReader) Read(p []byte) (n int, err error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	n, err = c.r.Read(p[:min(int64(len(p)), c.left)])
	if c.left -= int64(n); err == io.EOF && c.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// padding is what is missing to a multiple of four.
func padding(n int64) int64 { return -n & 3 }

// fill reads exactly what p holds; that there is less is io.ErrUnexpectedEOF.
func fill(r io.Reader, p []byte) error {
	_, err := io.ReadFull(r, p)
	if err == io.EOF && len(p) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// unixMode translates st_mode.
func unixMode(m uint32) fs.FileMode {
	mode := fs.FileMode(m & 0o777)
	switch m & 0o170000 {
	case 0o100000:
	case 0o040000:
		mode |= fs.ModeDir
	case 0o120000:
		mode |= fs.ModeSymlink
	case 0o010000:
		mode |= fs.ModeNamedPipe
	case 0o140000:
		mode |= fs.ModeSocket
	case 0o020000:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	case 0o060000:
		mode |= fs.ModeDevice
	default:
		mode |= fs.ModeIrregular
	}
	return mode
}
