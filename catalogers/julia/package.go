package julia

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// pkg is a package; its UUID and not its name makes its identity.
func pkg(name, version, uuid string) purl.PURL {
	return purl.New(purl.Julia, "", name, version).With("uuid", strings.ToLower(uuid))
}

func isUUID(s string) bool {
	return len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' && strings.Trim(s, "0123456789abcdefABCDEF-") == ""
}
