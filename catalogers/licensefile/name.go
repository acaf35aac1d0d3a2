package licensefile

import (
	"path"
	"strings"
)

// Folder gives the folder of a licence file; ok is false where the name is not that of one: license.go, licenses.json, LicenseDialog.tsx.
func Folder(file string) (dir string, ok bool) { return path.Dir(file), isName(path.Base(file)) }

// isName tells whether a file is called as licence texts and notices are.
func isName(name string) bool {
	stem, ext := strings.ToLower(name), ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		stem, ext = stem[:dot], name[dot+1:]
	}
	return isExtension(ext) && (isStem(stem) || isThirdParty(stem))
}

// isExtension tells whether what follows the last dot is that of a text, or names a licence.
func isExtension(ext string) bool {
	switch strings.ToLower(ext) {
	case "", "txt", "text", "md", "markdown", "mkd", "rst", "adoc", "asciidoc", "mit", "isc", "bsd", "apache", "apache2", "gpl", "gplv2", "gplv3", "lgpl",
		"lesser", "lib", "mpl", "docs", "code", "orig", "htm", "html", "third-party", "runtime":
		return true
	}
	return strings.Trim(ext, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// isStem tells whether a name without its extension begins with a word for a licence that ends there.
func isStem(stem string) bool {
	for _, word := range [...]string{"license", "licence", "copying", "copyright", "notice", "unlicense", "mit-license", "apache-license"} {
		if rest, ok := strings.CutPrefix(stem, word); ok {
			rest = strings.TrimPrefix(rest, "s")
			return rest == "" || strings.ContainsRune("-_. ", rune(rest[0])) || strings.HasPrefix(rest, "notice")
		}
	}
	return false
}

// isThirdParty tells whether a stem is that of the texts of what a package carries inside: ThirdPartyNotices, third-party-licenses.
func isThirdParty(stem string) bool {
	rest, ok := strings.CutPrefix(stem, "third")
	return ok && strings.Contains(rest, "party") && (strings.Contains(rest, "notice") || strings.Contains(rest, "licen"))
}

// isNotice tells whether a file holds what goes with the package and is not its own licence.
func isNotice(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "notice") || strings.Contains(name, "third") || strings.Contains(name, "3rd")
}
