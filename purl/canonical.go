package purl

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// isPlain says whether a canonical purl holds c unescaped: ECMA-427's letters,
// digits and ".-_~", and the colon, which is never escaped.
func isPlain(c byte) bool {
	switch {
	case 'a' <= c|0x20 && c|0x20 <= 'z', '-' <= c && c <= ':' && c != '/', c == '_', c == '~':
		return true
	}
	return false
}

// appendEscaped appends s to b, percent-encoded; slashes stay where they
// separate segments.
func appendEscaped(b []byte, s string, slashes bool) []byte {
	const hex = "0123456789ABCDEF"
	start := 0
	for i := range len(s) {
		if c := s[i]; !isPlain(c) && !(slashes && c == '/') {
			b = append(b, s[start:i]...)
			b = append(b, '%', hex[c>>4], hex[c&15])
			start = i + 1
		}
	}
	return append(b, s[start:]...)
}

// unescape decodes percent-encoding. A plus is a plus.
func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') >= 0 {
		var a [128]byte
		b := a[:0]
		for i := 0; i < len(s); i++ {
			c := s[i]
			if c == '%' {
				if i+2 >= len(s) || hexValue(s[i+1]) > 15 || hexValue(s[i+2]) > 15 {
					return "", fmt.Errorf("%q is not an escape", s[i:min(i+3, len(s))])
				}
				c = hexValue(s[i+1])<<4 | hexValue(s[i+2])
				i += 2
			}
			b = append(b, c)
		}
		s = string(b)
	}
	if !utf8.ValidString(s) {
		return "", errors.New("purl is not UTF-8")
	}
	return s, nil
}

// hexValue returns the value of a hexadecimal digit, 16 for any other byte.
func hexValue(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 16
}

// segments returns a path without empty segments and, where relative, without
// "." and ".." as well.
func segments(s string, relative bool) string {
	if s == "" || s[0] != '/' && s[len(s)-1] != '/' && !strings.Contains(s, "//") &&
		!(relative && strings.IndexByte(s, '.') >= 0) {
		return s
	}
	kept := make([]byte, 0, len(s))
	for part := range strings.SplitSeq(s, "/") {
		if part == "" || relative && (part == "." || part == "..") {
			continue
		}
		if len(kept) > 0 {
			kept = append(kept, '/')
		}
		kept = append(kept, part...)
	}
	if len(kept) == len(s) {
		return s
	}
	return string(kept)
}

// valid returns s with U+FFFD for what is not UTF-8, which a purl cannot hold.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// apply returns s in the form f.
func (f form) apply(s string) string {
	if s == "" || f&(lower|upper|dashed|kebab|snake) == 0 {
		return s
	}
	if f&lower != 0 {
		s = lowerASCII(s)
	}
	switch {
	case f&upper != 0:
		return mapASCII(s, func(c byte) byte {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			return c
		})
	case f&kebab != 0:
		return strings.ReplaceAll(s, "_", "-")
	case f&snake != 0:
		return strings.Map(func(r rune) rune {
			if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
				return r
			}
			return '_'
		}, s)
	case f&dashed != 0:
		return dashRuns(s)
	}
	return s
}

// dashRuns returns s with every run of - _ . as one dash:
// https://packaging.python.org/en/latest/specifications/name-normalization/.
func dashRuns(s string) string {
	if strings.IndexByte(s, '_') < 0 && strings.IndexByte(s, '.') < 0 && !strings.Contains(s, "--") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		if c == '_' || c == '.' {
			c = '-'
		}
		if c != '-' || len(b) == 0 || b[len(b)-1] != '-' {
			b = append(b, c)
		}
	}
	return string(b)
}

func lowerASCII(s string) string {
	return mapASCII(s, func(c byte) byte {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	})
}

// mapASCII returns s with f applied to each byte, s itself where nothing changes.
func mapASCII(s string, f func(byte) byte) string {
	for i := range len(s) {
		if f(s[i]) == s[i] {
			continue
		}
		b := []byte(s)
		for j := i; j < len(b); j++ {
			b[j] = f(b[j])
		}
		return string(b)
	}
	return s
}
