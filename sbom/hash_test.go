package sbom_test

import (
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/sbom"
)

func TestADigestHasTheLengthOfItsAlgorithm(t *testing.T) {
	for _, c := range []struct {
		algorithm sbom.Algorithm
		hex       string
		ok        bool
	}{
		{sbom.SHA256, strings.Repeat("0f", 32), true},
		{sbom.SHA256, strings.Repeat("0F", 32), true},
		{sbom.SHA256, strings.Repeat("0f", 31), false},
		{sbom.SHA256, strings.Repeat("0g", 32), false},
		{sbom.SHA1, strings.Repeat("aa", 20), true},
		{sbom.SHA512, strings.Repeat("aa", 64), true},
		{sbom.MD5, strings.Repeat("aa", 16), true},
		{"CRC32", "cafebabe", false},
		{sbom.SHA256, "", false},
	} {
		h, ok := sbom.NewHash(c.algorithm, c.hex)
		if ok != c.ok || ok && h.Hex != strings.ToLower(c.hex) {
			t.Errorf("%s %q: %v %v", c.algorithm, c.hex, h, ok)
		}
	}
}
