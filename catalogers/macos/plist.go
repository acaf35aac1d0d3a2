package macos

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// readPlist gives the texts of the dictionary that a property list is, which may be XML or binary. Values of other kinds are left out.
func readPlist(text string) (map[string]string, error) {
	if strings.HasPrefix(text, "bplist00") {
		return readBinary(text)
	}
	r := decode.NewXML(text)
	values, seen := make(map[string]string), false
	r.Children(func(root string) {
		if root != "plist" {
			return
		}
		r.Children(func(name string) {
			if name != "dict" {
				return
			}
			seen = true
			key := ""
			r.Children(func(name string) {
				switch name {
				case "key":
					key = r.Text()
				case "string":
					if _, twice := values[key]; !twice {
						values[key] = r.Text()
					}
				}
			})
		})
	})
	if err := r.Err(); err != nil || seen {
		return values, err
	}
	return nil, errors.New("is no property list")
}

var errBinary = errors.New("is a damaged binary property list")

// binaryPlist is a property list as CoreFoundation writes it: objects, a table of their places, and a trailer that says where that is
// (https://github.com/apple-oss-distributions/CF/blob/CF-1153.18/CFBinaryPList.c). Objects are of a kind and a length.
type binaryPlist struct {
	data       string
	table      string // of places
	width, ref int    // bytes per place, and per reference to an object
}

func readBinary(text string) (map[string]string, error) {
	const trailer = 32
	if len(text) < len("bplist00")+trailer {
		return nil, errBinary
	}
	end := len(text) - trailer
	t := text[end:]
	p := binaryPlist{data: text[:end], width: int(t[6]), ref: int(t[7])}
	count, top, at := be(t[8:16]), be(t[16:24]), be(t[24:32])
	if p.width < 1 || p.width > 8 || p.ref < 1 || p.ref > 8 || at > uint64(end) || count > (uint64(end)-at)/uint64(p.width) {
		return nil, errBinary
	}
	p.table = text[at : at+count*uint64(p.width)]
	kind, n, body, ok := p.object(top)
	if !ok || kind != 0xd || n > entryLimit || n > uint64(len(body))/uint64(2*p.ref) {
		return nil, errBinary
	}
	values := make(map[string]string)
	for i := range n {
		key, ok := p.text(be(body[i*uint64(p.ref):][:p.ref]))
		value, isText := p.text(be(body[(n+i)*uint64(p.ref):][:p.ref]))
		if ok && isText && values[key] == "" {
			values[key] = value
		}
	}
	return values, nil
}

// be reads a number of up to eight bytes.
func be(s string) (n uint64) {
	for i := range len(s) {
		n = n<<8 | uint64(s[i])
	}
	return n
}

// object gives the kind of an object, its length, and all that stands behind that.
func (p *binaryPlist) object(ref uint64) (kind byte, n uint64, body string, ok bool) {
	if ref >= uint64(len(p.table)/p.width) {
		return 0, 0, "", false
	}
	at := be(p.table[int(ref)*p.width:][:p.width])
	if at >= uint64(len(p.data)) {
		return 0, 0, "", false
	}
	kind, n, body = p.data[at]>>4, uint64(p.data[at]&0xf), p.data[at+1:]
	if n == 0xf { // too long for its place: a whole number follows
		if len(body) == 0 || body[0]>>4 != 1 || body[0]&0xf > 3 || len(body) < 1+1<<(body[0]&0xf) {
			return 0, 0, "", false
		}
		size := 1 << (body[0] & 0xf)
		n, body = be(body[1:][:size]), body[1+size:]
	}
	return kind, n, body, true
}

// entryLimit is the most keys that a dictionary may have; those of applications have a hundred.
const entryLimit = 1 << 14

// textLimit is the most bytes of a text that are wanted: names, versions and notices are shorter. References can share one text.
const textLimit = 1 << 10

func (p *binaryPlist) text(ref uint64) (string, bool) {
	kind, n, body, ok := p.object(ref)
	switch {
	case !ok || n > textLimit:
	case kind == 5 && n <= uint64(len(body)): // ASCII
		return strings.ToValidUTF8(body[:n], "\uFFFD"), true
	case kind == 6 && 2*n <= uint64(len(body)): // UTF-16
		units := make([]uint16, n)
		for i := range units {
			units[i] = binary.BigEndian.Uint16([]byte(body[2*i:][:2]))
		}
		return string(utf16.Decode(units)), true
	}
	return "", false
}
