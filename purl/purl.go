// Package purl is sbomgen's notion of identity: package URLs as comparable
// values, in canonical form, with the rules of each type in one table.
//
// Source: the purl specification, ECMA-427, https://github.com/package-url/purl-spec.
package purl

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// Type is a registered purl type, such as "npm".
type Type string

// PURL is a package URL in canonical form. It is comparable: two PURLs are the
// same package exactly when they are ==. The zero value is no package.
//
// New, Parse and the methods keep the canonical form; a PURL whose fields were
// set by hand may not have it.
type PURL struct {
	Type       Type
	Namespace  string // decoded, segments joined by "/"
	Name       string // decoded
	Version    string // decoded
	qualifiers string // canonical: sorted, encoded, "a=b&c=d"
	Subpath    string // decoded, segments joined by "/"
}

// New returns the PURL of a package, with the normalisation rules of its type
// applied: New(PyPI, "", "Typing_Extensions", "4.0") is typing-extensions. An
// empty name gives the zero value. For types whose names hold no slash the
// namespace may come with the name: New(Golang, "", "github.com/a/b", "v1.0.0").
// Bytes that are not UTF-8 become U+FFFD. New does not check what Validate checks.
func New(t Type, namespace, name, version string) PURL {
	t = Type(lowerASCII(string(t)))
	r, _ := t.rules()
	namespace, name = segments(valid(namespace), false), valid(name)
	if r.slash != inName && (r.slash == path || strings.Contains(name, "/")) {
		namespace, name = resplit(r.slash, namespace, name)
	}
	p := PURL{
		Type:      t,
		Namespace: r.namespace.apply(namespace),
		Name:      r.name.apply(name),
		Version:   r.version.apply(valid(version)),
	}
	if p.Name == "" {
		return PURL{}
	}
	return p
}

// resplit divides a namespace and a name anew, where a type has one place for
// the border.
func resplit(s slash, namespace, name string) (string, string) {
	full := segments(namespace+"/"+name, false)
	i := strings.LastIndexByte(full, '/')
	if s == path {
		i = strings.IndexByte(full, '/')
	}
	if i < 0 {
		return "", full
	}
	return full[:i], full[i+1:]
}

// IsZero says whether p is no package.
func (p PURL) IsZero() bool { return p == PURL{} }

// WithoutVersion returns p without its version.
func (p PURL) WithoutVersion() PURL {
	p.Version = ""
	return p
}

// Base returns the package that p is a version or a part of: type, namespace and name.
func (p PURL) Base() PURL {
	return PURL{Type: p.Type, Namespace: p.Namespace, Name: p.Name}
}

// WithSubpath returns p with the subpath set, without the segments "", "." and
// ".."; an empty path removes it.
func (p PURL) WithSubpath(path string) PURL {
	if p.IsZero() {
		return p
	}
	r, _ := p.Type.rules()
	p.Subpath = r.subpath.apply(segments(valid(path), true))
	return p
}

// Identity returns p with the qualifiers that tell packages apart (arch, distro,
// epoch, classifier, type, platform, repository_url, vcs_url, uuid, channel) and
// without those that only describe one, such as checksum or download_url.
func (p PURL) Identity() PURL {
	kept := ""
	for rest := p.qualifiers; rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		key, _, _ := strings.Cut(pair, "=")
		switch key {
		case "arch", "channel", "classifier", "distro", "epoch", "platform", "repository_url", "type", "uuid", "vcs_url":
			if kept != "" {
				kept += "&"
			}
			kept += pair
		}
	}
	if kept != p.qualifiers {
		p.qualifiers = kept
	}
	return p
}

// Compare orders purls for sorting: by type, namespace, name, version as text,
// qualifiers, subpath. It returns -1, 0 or +1. For the order of releases see the
// package version.
func Compare(a, b PURL) int {
	return cmp.Or(
		strings.Compare(string(a.Type), string(b.Type)),
		strings.Compare(a.Namespace, b.Namespace),
		strings.Compare(a.Name, b.Name),
		strings.Compare(a.Version, b.Version),
		strings.Compare(a.qualifiers, b.qualifiers),
		strings.Compare(a.Subpath, b.Subpath),
	)
}

// With returns p with the qualifier key set to value; an empty value removes it.
// Keys are case-insensitive. Validate reports keys that the specification forbids.
func (p PURL) With(key, value string) PURL {
	if p.IsZero() || key == "" {
		return p
	}
	pair := ""
	key = string(appendEscaped(nil, lowerASCII(valid(key)), false))
	if value != "" {
		var a [192]byte
		pair = string(appendEscaped(append(append(a[:0], key...), '='), valid(value), false))
	}
	at, end := find(p.qualifiers, key)
	before, after := strings.TrimSuffix(p.qualifiers[:at], "&"), p.qualifiers[end:]
	if before != "" && (pair != "" || after != "") {
		before += "&"
	}
	if pair != "" && after != "" {
		pair += "&"
	}
	p.qualifiers = before + pair + after
	return p.folded()
}

// find returns where the pair of key begins in the canonical qualifiers q and
// where what follows it begins; both are the place to insert where there is none.
func find(q, key string) (at, end int) {
	for at < len(q) {
		end = len(q)
		if i := strings.IndexByte(q[at:], '&'); i >= 0 {
			end = at + i + 1
		}
		k, _, _ := strings.Cut(q[at:end], "=")
		switch strings.Compare(k, key) {
		case 0:
			return at, end
		case 1:
			return at, at
		}
		at = end
	}
	return at, at
}

// folded returns p with the one rule that hangs on a qualifier: Databricks folds
// the names of its MLflow models, other servers do not.
func (p PURL) folded() PURL {
	if p.Type == MLFlow && strings.Contains(lowerASCII(p.Qualifier("repository_url")), "databricks") {
		p.Name = lowerASCII(p.Name)
	}
	return p
}

// Qualifier returns the decoded value of the qualifier key, or "".
func (p PURL) Qualifier(key string) string {
	at, end := find(p.qualifiers, key)
	_, value, _ := strings.Cut(strings.TrimSuffix(p.qualifiers[at:end], "&"), "=")
	value, _ = unescape(value)
	return value
}

// Qualifiers yields the qualifiers, decoded, in the order of their keys.
func (p PURL) Qualifiers() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for rest := p.qualifiers; rest != ""; {
			var pair string
			pair, rest, _ = strings.Cut(rest, "&")
			key, value, _ := strings.Cut(pair, "=")
			key, _ = unescape(key)
			value, _ = unescape(value)
			if !yield(key, value) {
				return
			}
		}
	}
}

// String returns the canonical form, "" for the zero value.
func (p PURL) String() string {
	var a [256]byte
	return string(p.AppendTo(a[:0]))
}

// AppendTo appends the canonical form to b, nothing for the zero value.
func (p PURL) AppendTo(b []byte) []byte {
	if p.IsZero() {
		return b
	}
	b = append(b, "pkg:"...)
	b = append(b, p.Type...)
	b = append(b, '/')
	if p.Namespace != "" {
		b = appendEscaped(b, p.Namespace, true)
		b = append(b, '/')
	}
	b = appendEscaped(b, p.Name, p.Type == Git)
	if p.Version != "" {
		b = append(b, '@')
		b = appendEscaped(b, p.Version, false)
	}
	if p.qualifiers != "" {
		b = append(b, '?')
		b = append(b, p.qualifiers...)
	}
	if p.Subpath != "" {
		b = append(b, '#')
		b = appendEscaped(b, p.Subpath, true)
	}
	return b
}

// Validate reports how p breaks the rules of the specification or of its type,
// or nil. A type that is not registered has no rules of its own.
func (p PURL) Validate() error {
	if !wellFormed(string(p.Type), "+-.") {
		return fmt.Errorf("type %q is not a purl type", p.Type)
	}
	if p.Name == "" {
		return errors.New("name is empty")
	}
	r, _ := p.Type.rules()
	if r.namespace&required != 0 && p.Namespace == "" {
		return fmt.Errorf("%s without a namespace", p.Type)
	}
	if r.namespace&prohibited != 0 && p.Namespace != "" {
		return fmt.Errorf("%s with a namespace", p.Type)
	}
	for key := range p.Qualifiers() {
		if !wellFormed(key, "-._") {
			return fmt.Errorf("qualifier %q is not a valid key", key)
		}
	}
	if r.demands != "" && p.Qualifier(r.demands) == "" {
		return fmt.Errorf("%s without the qualifier %s", p.Type, r.demands)
	}
	return p.validateName()
}

// validateName checks the few types that limit the characters of a name or version.
func (p PURL) validateName() error {
	switch p.Type {
	case CPAN:
		if strings.Contains(p.Name, "::") {
			return errors.New("cpan name is a module, not a distribution")
		}
	case CocoaPods:
		if strings.ContainsAny(p.Name, " \t\r\n+") || p.Name[0] == '.' {
			return errors.New("cocoapods name with a space, a plus or a leading period")
		}
	case ChromeExtension:
		if len(p.Name) != 32 || strings.Trim(p.Name, "abcdefghijklmnop") != "" {
			return errors.New("chrome-extension name is not 32 letters from a to p")
		}
		if p.Version != "" && (strings.Trim(p.Version, "0123456789.") != "" || strings.Count(p.Version, ".") > 3 || strings.Contains("."+p.Version+".", "..")) {
			return errors.New("chrome-extension version is not one to four numbers")
		}
	}
	return nil
}
