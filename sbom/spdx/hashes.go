package spdx

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// checksumName is SPDX 2's word for an algorithm, "" if the version has none.
func checksumName(a sbom.Algorithm, v version) string {
	switch a {
	case sbom.MD5:
		return "MD5"
	case sbom.SHA1, "SHA-224", sbom.SHA256, sbom.SHA384, sbom.SHA512:
		return "SHA" + string(a[4:])
	case sbom.SHA3256, "SHA3-384", sbom.SHA3512, "BLAKE2b-256", "BLAKE2b-384", sbom.BLAKE2b, sbom.BLAKE3:
		if v > v22 {
			return string(a)
		}
	}
	return ""
}

// hashAlgorithm is SPDX 3.0's word for an algorithm: sha256, sha3_256, blake2b512.
func hashAlgorithm(a sbom.Algorithm) string {
	word := strings.ToLower(string(a))
	if strings.HasPrefix(word, "sha3-") {
		return strings.ReplaceAll(word, "-", "_")
	}
	return strings.ReplaceAll(word, "-", "")
}

// algorithmOf reads the words of SPDX 2 and 3.
func algorithmOf(word string) sbom.Algorithm {
	switch word = strings.ToUpper(strings.ReplaceAll(word, "_", "-")); word {
	case "MD5":
		return sbom.MD5
	case "SHA1", "SHA224", "SHA256", "SHA384", "SHA512":
		return sbom.Algorithm("SHA-" + word[3:])
	case "SHA3-256", "SHA3-384", "SHA3-512", "BLAKE3":
		return sbom.Algorithm(word)
	case "BLAKE2B-256", "BLAKE2B-384", "BLAKE2B-512":
		return sbom.Algorithm("BLAKE2b-" + word[8:])
	case "BLAKE2B256", "BLAKE2B384", "BLAKE2B512":
		return sbom.Algorithm("BLAKE2b-" + word[7:])
	}
	return sbom.Algorithm(word)
}

// hashWord is "SHA-256:1f…".
func hashWord(h sbom.Hash) string { return string(h.Algorithm) + ":" + h.Hex }
