package source

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// rpmMagic begins the lead of an .rpm.
const rpmMagic = "\xed\xab\xee\xdb"

// rpmPayload finds the files of an .rpm, https://rpm-software-management.github.io/rpm/manual/format_v4.html: behind the lead, the signature and the
// header stands a compressed cpio archive. payload is that, unpacked; compressor is empty where it was not compressed.
func rpmPayload(r io.Reader) (payload io.ReadCloser, compressor string, err error) {
	b := bufio.NewReaderSize(r, 64<<10)
	var lead [96]byte
	if _, err := io.ReadFull(b, lead[:]); err != nil || string(lead[:4]) != rpmMagic {
		return nil, "", errors.New("is no rpm")
	}
	signature, err := passHeader(b)
	if err != nil {
		return nil, "", err
	}
	if err := pass(b, -signature&7); err != nil {
		return nil, "", err
	}
	if _, err := passHeader(b); err != nil {
		return nil, "", err
	}
	return decode.Decompress(b)
}

// passHeader reads over a header and gives its length: an introduction of 16 bytes, entries of an index of 16 bytes each, and what they point to.
func passHeader(r io.Reader) (int64, error) {
	var intro [16]byte
	if err := fill(r, intro[:]); err != nil {
		return 0, err
	}
	entries, data := binary.BigEndian.Uint32(intro[8:]), binary.BigEndian.Uint32(intro[12:])
	if string(intro[:4]) != "\x8e\xad\xe8\x01" || entries > 0xffff || data > 0x0fffffff { // the limits of rpm
		return 0, errors.New("damaged header")
	}
	length := 16*int64(entries) + int64(data)
	return length, pass(r, length)
}
