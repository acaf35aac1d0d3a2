package rpmdb

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
)

// KeyIDs are the ids of the keys that a package was signed with, as far as its header holds signatures, https://www.rfc-editor.org/rfc/rfc9580.
func (h *Header) KeyIDs() (ids []string) {
	add := func(packet []byte) {
		id := keyID(packet)
		for _, known := range ids {
			if known == id {
				return
			}
		}
		if id != "" {
			ids = append(ids, id)
		}
	}
	for _, tag := range [...]Tag{RSAHeader, DSAHeader, SigPGP, SigGPG} {
		add(h.Bytes(tag))
	}
	for text := range h.Texts(OpenPGP).All() {
		if packet, err := base64.StdEncoding.DecodeString(text); err == nil {
			add(packet)
		}
		if len(ids) == 8 {
			break
		}
	}
	return ids
}

// keyID finds the key's id in a signature packet, in hex; empty if it is none.
func keyID(p []byte) string {
	p, ok := packet(p)
	if !ok {
		return ""
	}
	wide := 2 // the bytes of the lengths of subpackets
	switch p[0] {
	case 3: // version, 5, type, time, key id
		if len(p) < 15 {
			return ""
		}
		return hex.EncodeToString(p[7:15])
	case 4:
	case 6:
		wide = 4
	default:
		return ""
	}
	p = p[min(len(p), 4):]
	for range 2 { // signed subpackets, and others
		if len(p) < wide {
			return ""
		}
		size := int(binary.BigEndian.Uint16(p[wide-2:]))
		if p = p[wide:]; size > len(p) {
			return ""
		}
		if id := issuer(p[:size]); id != "" {
			return id
		}
		p = p[size:]
	}
	return ""
}

// packet gives the body of a signature packet.
func packet(p []byte) (body []byte, ok bool) {
	if len(p) < 3 || p[0]&0x80 == 0 {
		return nil, false
	}
	kind, skip := p[0]&0x3f, 2
	if p[0]&0x40 == 0 { // the old form
		kind = p[0] & 0x3f >> 2
		skip = 1 + [...]int{1, 2, 4, 0}[p[0]&3]
	} else if p[1] >= 192 {
		skip = 3
		if p[1] == 255 {
			skip = 6
		}
	}
	return p[min(skip, len(p)):], kind == 2 && len(p) > skip
}

// issuer finds the key's id among subpackets: it is one, or part of the fingerprint that is one.
func issuer(p []byte) string {
	for len(p) > 1 {
		size, skip := int(p[0]), 1
		switch {
		case size == 255 && len(p) > 5:
			size, skip = int(binary.BigEndian.Uint32(p[1:])), 5
		case size >= 192:
			size, skip = (size-192)<<8+int(p[1])+192, 2
		}
		if p = p[skip:]; size < 1 || size > len(p) {
			return ""
		}
		switch kind, value := p[0]&0x7f, p[1:size]; {
		case kind == 16 && len(value) == 8:
			return hex.EncodeToString(value)
		case kind == 33 && len(value) == 21: // version 4: the end
			return hex.EncodeToString(value[13:])
		case kind == 33 && len(value) == 33: // version 6: the beginning
			return hex.EncodeToString(value[1:9])
		}
		p = p[size:]
	}
	return ""
}
