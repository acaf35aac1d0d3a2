package sbom

import "strings"

// Size is the length of a digest in bytes, 0 for an algorithm that is not known here.
func (a Algorithm) Size() int {
	switch a {
	case MD5:
		return 16
	case SHA1:
		return 20
	case SHA224:
		return 28
	case SHA256, SHA3256, BLAKE2b256, BLAKE3:
		return 32
	case SHA384, SHA3384, BLAKE2b384:
		return 48
	case SHA512, SHA3512, BLAKE2b:
		return 64
	}
	return 0
}

// NewHash makes a Hash of a digest in hex, of either case. It returns false for what is no digest of the algorithm.
func NewHash(a Algorithm, hex string) (Hash, bool) {
	h := Hash{Algorithm: a, Hex: hex}
	if h.Valid() {
		return h, true
	}
	h.Hex = strings.ToLower(hex)
	return h, h.Valid()
}

// Valid tells whether the hash is a digest of its algorithm, in lower case.
func (h Hash) Valid() bool {
	if size := h.Algorithm.Size(); size == 0 || len(h.Hex) != 2*size {
		return false
	}
	for i := range len(h.Hex) {
		if !lowerHex[h.Hex[i]] {
			return false
		}
	}
	return true
}

var lowerHex = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true,
}
