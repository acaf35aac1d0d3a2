package npm

import "strings"

// depPath is the grammar of the keys by which a lockfile of pnpm names packages, and of the references to them. It is named
// after pnpm's own word (https://github.com/pnpm/pnpm, packages/dependency-path).
type depPath uint8

const (
	slashed    depPath = iota // until 5: /name/1.0.0_peer@2.0.0, in shrinkwrap.yaml /name/1.0.0/peer@2.0.0
	parens                    // 6: /name@1.0.0(peer@2.0.0)
	descriptor                // 9: name@1.0.0(peer@2.0.0)
)

// pnpmGrammar finds the version of a lockfile and tells whether it is one that this package knows.
func pnpmGrammar(text string) (version string, known bool) {
	version = topLevel(text, "lockfileVersion")
	oldest := "5"
	if version == "" {
		version, oldest = topLevel(text, "shrinkwrapVersion"), "3"
	}
	major, _, _ := strings.Cut(version, ".")
	switch major {
	case "3", "4", "5", "6", "7", "9":
		return version, major >= oldest
	}
	return version, false
}

// topLevel finds the value of a key of the document before it is read: until version 5.2 all keys were sorted, and those that say how to
// read the others came last.
func topLevel(text, key string) string {
	rest, ok := strings.CutPrefix(text, key+":")
	if !ok {
		if _, rest, ok = strings.Cut(text, "\n"+key+":"); !ok {
			return ""
		}
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.Trim(line, "'\" \t\r")
}

// pnpmKeys is the grammar of a version. Version 7 was that of pnpm 9 before its release, and changed from one grammar
// to the other.
func pnpmKeys(version, text string) depPath {
	switch version[0] {
	case '3', '4', '5':
		return slashed
	case '6':
		return parens
	case '7':
		if strings.Contains(text, "\n  /") || strings.Contains(text, "\n  '/") {
			return parens
		}
	}
	return descriptor
}

// of is the key of the package that a reference means: a version alone refers to the package of the dependency's name, anything
// longer is a key.
func (p depPath) of(name, ref string) string {
	bare := ref[:p.suffix(ref)]
	switch p {
	case slashed:
		version, _, path := strings.Cut(bare, "/")
		if !strings.HasPrefix(ref, "file:") && (!path || exact(version)) {
			return "/" + name + "/" + ref
		}
	case parens:
		if !strings.HasPrefix(ref, "file:") && strings.IndexByte(bare, '/') < 0 {
			return "/" + name + "@" + ref
		}
	case descriptor:
		at := strings.IndexByte(bare, '@')
		if colon := strings.IndexByte(bare, ':'); at < 0 || at > 0 && colon >= 0 && colon < at {
			return name + "@" + ref
		}
	}
	return ref
}

// suffix is where the parentheses begin in which a key lists peers and patches, len(key) if there are none.
func (p depPath) suffix(key string) int {
	if p == slashed || !strings.HasSuffix(key, ")") {
		return len(key)
	}
	open := 0
	for i := len(key) - 1; i > 0; i-- {
		switch key[i] {
		case ')':
			open++
		case '(':
			open--
		default:
			if open == 0 {
				return i + 1
			}
		}
	}
	return len(key)
}

// identity splits a key into the name and the version of the package. Of a package that comes from elsewhere than a
// registry the key says neither, or something else in place of the version, and the version is "".
func (p depPath) identity(key string) (name, version string) {
	bare := key[:p.suffix(key)]
	if p == descriptor {
		name, version = nameAt(bare)
		if strings.ContainsAny(version, ":/") && !strings.HasPrefix(version, "runtime:") {
			version = ""
		}
		return name, version
	}
	host, path, found := strings.Cut(bare, "/")
	if !found {
		return "", ""
	}
	if p == parens && host == "" {
		return nameAt(path)
	}
	part := strings.Split(path, "/")
	if len(part) > 2 && strings.HasPrefix(part[0], "@") {
		part = append([]string{part[0] + "/" + part[1]}, part[2:]...)
	}
	if len(part) == 1 && host != "" {
		name, version = nameAt(part[0])
		return name, exactly(version)
	}
	if len(part) < 2 {
		return part[0], ""
	}
	version, _, _ = strings.Cut(part[1], "_")
	if exact(version) || host == "" {
		return part[0], version
	}
	return part[1], "" // host/owner/repository/commit
}
