package rpmdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Archive is what stands in a package file before its payload.
type Archive struct {
	Signature Header // with the tags that databases have for its values
	Header    Header
	Payload   int64 // where it begins
}

const (
	leadMagic   = "\xed\xab\xee\xdb"
	leadLen     = 96
	headerMagic = "\x8e\xad\xe8\x01\x00\x00\x00\x00"
)

// Source tells whether it is a package of sources: those name no package that they were built from.
func (a *Archive) Source() bool {
	if n, ok := a.Header.Int(SourcePackage); ok && n != 0 {
		return true
	}
	return a.Header.Text(SourceRPM) == ""
}

// translate gives the tags of a signature header the numbers that databases have for them.
func translate(h Header) Header {
	index := bytes.Clone(h.index)
	for at := 0; at < len(index); at += entryLen {
		tag := binary.BigEndian.Uint32(index[at:])
		switch tag {
		case 1000: // the size
			tag = 257
		case 1002:
			tag = uint32(SigPGP)
		case 1004:
			tag = uint32(SigMD5)
		case 1005:
			tag = uint32(SigGPG)
		}
		binary.BigEndian.PutUint32(index[at:], tag)
	}
	return Header{index, h.data}
}

// Open reads a package file, https://rpm-software-management.github.io/rpm/manual/format_v4.html: a lead, the signature header, padding, and the header.
func Open(data Source) (Archive, error) {
	lead, err := fill(data, nil, 0, leadLen)
	if err != nil || string(lead[:4]) != leadMagic {
		return Archive{}, errors.New("is no rpm package")
	}
	var a Archive
	at := int64(leadLen)
	if a.Signature, at, err = readHeader(data, at); err != nil {
		return Archive{}, fmt.Errorf("signature: %w", err)
	}
	a.Signature = translate(a.Signature)
	at = (at + 7) &^ 7
	if a.Header, a.Payload, err = readHeader(data, at); err != nil {
		return Archive{}, fmt.Errorf("header: %w", err)
	}
	return a, nil
}

func readHeader(data Source, at int64) (h Header, end int64, err error) {
	intro, err := fill(data, nil, at, 16)
	if err != nil {
		return Header{}, 0, err
	}
	if string(intro[:8]) != headerMagic {
		return Header{}, 0, errors.New("is no header")
	}
	entries, size := binary.BigEndian.Uint32(intro[8:]), binary.BigEndian.Uint32(intro[12:])
	if entries > maxEntries || size > maxData {
		return Header{}, 0, fmt.Errorf("has %d entries and %d bytes", entries, size)
	}
	length := 8 + entryLen*int64(entries) + int64(size)
	blob, err := fill(data, nil, at+8, length)
	if err != nil {
		return Header{}, 0, err
	}
	if entries == 0 { // a signature header without signatures
		return Header{}, at + 8 + length, nil
	}
	h, err = Parse(blob)
	return h, at + 8 + length, err
}
