package purl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Parse reads a purl, canonical or not, and returns it in canonical form. What
// cannot be read as a purl gives the zero value and an error. What can, but
// breaks a rule that Validate knows (a maven purl without a group), comes back
// beside the error, for readers that would rather have it than lose it.
func Parse(s string) (PURL, error) {
	rest, fragment, _ := cutLast(s, "#")
	rest, query, _ := cutLast(rest, "?")
	scheme, rest, ok := strings.Cut(rest, ":")
	if !ok || !strings.EqualFold(scheme, "pkg") {
		return PURL{}, errors.New("purl does not begin with pkg:")
	}
	t, rest, ok := strings.Cut(strings.Trim(rest, "/"), "/")
	if !ok || !wellFormed(t, "+-.") {
		return PURL{}, errors.New("purl has no type and name")
	}
	rest, version := cutVersion(rest)
	namespace, name, ok := cutLast(strings.Trim(rest, "/"), "/")
	if !ok {
		namespace, name = "", namespace
	}
	if strings.HasSuffix(rest, "/") || name == "" {
		return PURL{}, errors.New("purl has no name")
	}
	for _, part := range []*string{&namespace, &name, &version, &fragment} {
		decoded, err := unescape(*part)
		if err != nil {
			return PURL{}, err
		}
		*part = decoded
	}
	p := New(Type(t), namespace, name, version)
	if p.IsZero() {
		return PURL{}, errors.New("purl has no name")
	}
	p = p.WithSubpath(fragment)
	qualifiers, err := parseQualifiers(query)
	if err != nil {
		return PURL{}, err
	}
	p.qualifiers = qualifiers
	p = p.folded()
	return p, p.Validate()
}

// cutLast is strings.Cut at the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// cutVersion divides path and version at the last "@". An unescaped "@" that
// opens a segment with another behind it is an npm scope (@babel/core), which is
// no version.
func cutVersion(s string) (path, version string) {
	i := strings.LastIndexByte(s, '@')
	if i < 0 || (i == 0 || s[i-1] == '/') && strings.IndexByte(s[i:], '/') >= 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}

// parseQualifiers returns a query in canonical form: keys in lower case, pairs
// without value dropped, sorted by key.
func parseQualifiers(query string) (string, error) {
	if query == "" {
		return "", nil
	}
	type pair struct{ key, value string }
	var room [8]pair
	pairs := room[:0]
	for part := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(part, "=")
		if part == "" {
			continue
		}
		key = lowerASCII(key)
		if !wellFormed(key, "-._") {
			return "", fmt.Errorf("qualifier %q is not a valid key", key)
		}
		value, err := unescape(value)
		if err != nil {
			return "", fmt.Errorf("qualifier %s: %w", key, err)
		}
		if value != "" {
			pairs = append(pairs, pair{key, value})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return strings.Compare(a.key, b.key) })
	var a [256]byte
	b := a[:0]
	for i, q := range pairs {
		if i > 0 {
			if q.key == pairs[i-1].key {
				return "", fmt.Errorf("qualifier %s stands twice", q.key)
			}
			b = append(b, '&')
		}
		b = append(append(b, q.key...), '=')
		b = appendEscaped(b, q.value, false)
	}
	return string(b), nil
}

// wellFormed says whether s begins with an ASCII letter and holds, besides
// letters and digits, only the bytes of extra.
func wellFormed(s, extra string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || !('0' <= c && c <= '9') && strings.IndexByte(extra, c) < 0) {
			return false
		}
	}
	return s != ""
}
