package spdx

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

const (
	refPrefix     = "SPDXRef-"
	documentRef   = refPrefix + "DOCUMENT"
	licensePrefix = "LicenseRef-"
	maxSlug       = 100 // bytes; beyond, a digest tells names apart
)

// names are the names that are taken, in lower case: SPDX compares those of licences without regard to case, and people
// all of them.
type names map[string]bool

// give hands out a name: the one that is wished for, or that with a digest of what it is the name of, where the wish is long or
// taken.
func (n names) give(wish, of string) string {
	name := wish
	if len(wish) > maxSlug || n[strings.ToLower(name)] {
		sum := sha256.Sum256([]byte(of))
		name = strings.TrimRight(wish[:min(len(wish), maxSlug)], "-") + "-" + hex.EncodeToString(sum[:4])
		for base, i := name, 2; n[strings.ToLower(name)]; i++ {
			name = base + "-" + strconv.Itoa(i)
		}
	}
	n[strings.ToLower(name)] = true
	return name
}

// slug is a text in letters, digits, dots and dashes, the characters of SPDX's idstrings. The scheme of purls and
// percent-encoding only hinder reading; the top of the tree is "root".
func slug(text string) string {
	if text == "app:." {
		return "root"
	}
	text = strings.TrimPrefix(text, "pkg:")
	b := make([]byte, 0, len(text))
	dash := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', c == '.':
			if dash && len(b) > 0 {
				b = append(b, '-')
			}
			b, dash = append(b, c), false
			continue
		case c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			i += 2
		}
		dash = true
	}
	if len(b) == 0 {
		return "unnamed"
	}
	return string(b)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
