// Package rpmdb reads the headers of rpm packages, out of the databases of what is installed and out of package files.
//
// All of it is hostile: counts and offsets are held to the bytes that are there, chains of pages are followed once, and nothing is allocated that
// the file could not fill.
package rpmdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// Header is what is known of a package: values by tag, https://rpm-software-management.github.io/rpm/manual/format_header.html. It
// points into the bytes that it was read from.
type Header struct {
	index []byte // entries of tag, type, offset and count
	data  []byte
}

const (
	entryLen   = 16
	maxEntries = 1 << 16   // of rpm, lib/header.c
	maxData    = 256 << 20 // the same
)

// Parse reads a header as databases hold it: the numbers of entries and bytes, the entries, the bytes.
func Parse(blob []byte) (Header, error) {
	if len(blob) < 8 {
		return Header{}, errors.New("the header breaks off")
	}
	entries, size := binary.BigEndian.Uint32(blob), binary.BigEndian.Uint32(blob[4:])
	rest := blob[8:]
	if entries == 0 || entries > maxEntries || size > maxData || uint64(entries)*entryLen+uint64(size) > uint64(len(rest)) {
		return Header{}, fmt.Errorf("a header with %d entries and %d bytes is not in %d bytes", entries, size, len(blob))
	}
	at := entries * entryLen
	return Header{rest[:at], rest[at:][:size]}, nil
}

// Tag names a value, https://rpm-software-management.github.io/rpm/manual/tags.html.
type Tag uint32

// The tags that are read.
const (
	DSAHeader       Tag = 267 // signatures of the header
	RSAHeader       Tag = 268
	SHA1Header      Tag = 269
	SHA256Header    Tag = 273
	OpenPGP         Tag = 278 // base64, since rpm 6
	SigPGP          Tag = 259 // signatures and the digest of header and payload, as databases hold them
	SigMD5          Tag = 261
	SigGPG          Tag = 262
	Name            Tag = 1000
	Version         Tag = 1001
	Release         Tag = 1002
	Epoch           Tag = 1003
	Summary         Tag = 1004
	BuildTime       Tag = 1006
	Distribution    Tag = 1010
	Vendor          Tag = 1011
	License         Tag = 1014
	Packager        Tag = 1015
	URL             Tag = 1020
	Arch            Tag = 1022
	OldFileNames    Tag = 1027
	FileStates      Tag = 1029
	FileModes       Tag = 1030
	FileDigests     Tag = 1035
	FileFlags       Tag = 1037
	SourceRPM       Tag = 1044
	ProvideName     Tag = 1047
	RequireFlags    Tag = 1048
	RequireName     Tag = 1049
	RequireVersion  Tag = 1050
	SourcePackage   Tag = 1106
	ProvideFlags    Tag = 1112
	ProvideVersion  Tag = 1113
	DirIndexes      Tag = 1116
	BaseNames       Tag = 1117
	DirNames        Tag = 1118
	FileDigestAlgo  Tag = 5011
	BugURL          Tag = 5012
	VCS             Tag = 5034
	PayloadDigest   Tag = 5092
	PayloadAlgo     Tag = 5093
	ModularityLabel Tag = 5096
)

// The types of values.
const (
	isChar    = 1
	isInt8    = 2
	isInt16   = 3
	isInt32   = 4
	isInt64   = 5
	isString  = 6
	isBinary  = 7
	isStrings = 8
	isI18N    = 9
)

// find gives the bytes from a value on. Of several values for one tag the last holds: what rpm changes when it installs follows what was signed.
func (h *Header) find(tag Tag) (kind uint32, value []byte, count int) {
	for at := len(h.index) - entryLen; at >= 0; at -= entryLen {
		e := h.index[at:]
		if Tag(binary.BigEndian.Uint32(e)) != tag {
			continue
		}
		offset := binary.BigEndian.Uint32(e[8:])
		if uint64(offset) > uint64(len(h.data)) {
			return 0, nil, 0
		}
		value = h.data[offset:]
		return binary.BigEndian.Uint32(e[4:]), value, int(min(binary.BigEndian.Uint32(e[12:]), uint32(len(value))))
	}
	return 0, nil, 0
}

// Bytes is the value of a tag of bytes, nil where there is none.
func (h *Header) Bytes(tag Tag) []byte {
	kind, value, count := h.find(tag)
	if kind != isBinary && kind != isChar && kind != isInt8 {
		return nil
	}
	return value[:count]
}

// Text is the value of a tag of one text, the first of several. It is a copy.
func (h *Header) Text(tag Tag) string {
	for s := range h.Texts(tag).All() {
		return strings.Clone(s)
	}
	return ""
}

// Int is the value of a tag of numbers, the first of several.
func (h *Header) Int(tag Tag) (n uint64, ok bool) {
	list := h.Ints(tag)
	if list.Len() == 0 {
		return 0, false
	}
	return list.At(0), true
}

// Numbers is a list of numbers, in the header.
type Numbers struct {
	value []byte
	size  int
}

// Ints is the value of a tag of numbers.
func (h *Header) Ints(tag Tag) Numbers {
	kind, value, count := h.find(tag)
	size := 1
	switch kind {
	case isChar, isInt8:
	case isInt16:
		size = 2
	case isInt32:
		size = 4
	case isInt64:
		size = 8
	default:
		return Numbers{}
	}
	return Numbers{value[:min(count, len(value)/size)*size], size}
}

// Len is the length of the list.
func (n Numbers) Len() int {
	if n.size == 0 {
		return 0
	}
	return len(n.value) / n.size
}

// At is a number of the list, 0 behind its end.
func (n Numbers) At(i int) uint64 {
	if i >= n.Len() {
		return 0
	}
	switch p := n.value[i*n.size:]; n.size {
	case 1:
		return uint64(p[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(p))
	case 4:
		return uint64(binary.BigEndian.Uint32(p))
	default:
		return binary.BigEndian.Uint64(p)
	}
}

// List is a list of texts, each with a zero byte behind it.
type List string

// Texts is the value of a tag of texts. It is one copy for all of them.
func (h *Header) Texts(tag Tag) List {
	kind, value, count := h.find(tag)
	switch kind {
	case isString:
		count = min(count, 1)
	case isStrings, isI18N:
	default:
		return ""
	}
	end := 0
	for range count {
		i := bytes.IndexByte(value[end:], 0)
		if i < 0 {
			break // the last has no end
		}
		end += i + 1
	}
	return List(value[:end])
}

// All gives the texts.
func (l List) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		for s := ""; l.Cut(&s); {
			if !yield(s) {
				return
			}
		}
	}
}

// Cut takes the first text off the list. It returns false at the end.
func (l *List) Cut(s *string) bool {
	i := strings.IndexByte(string(*l), 0)
	if i < 0 {
		*s = ""
		return false
	}
	*s, *l = string((*l)[:i]), (*l)[i+1:]
	return true
}
