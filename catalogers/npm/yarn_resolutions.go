package npm

import (
	"net/url"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// find finds the entry that answers to a dependency of a package, or the only one of its name.
func (b *berry) find(parent locator, w yarnWant) (int32, bool) {
	if at, ok := b.chosen(parent, w); ok {
		return at, true
	}
	return b.only(w.name)
}

// chosen finds the entry that answers to a dependency of a package, or to what a resolution of package.json puts in its place.
func (b *berry) chosen(parent locator, w yarnWant) (int32, bool) {
	for _, s := range b.overrides[w.name] {
		if s.matches(parent, w.spec) {
			if at, ok := b.answers(parent, w.name, s.spec); ok {
				return at, true
			}
		}
	}
	if at, ok := b.answers(parent, w.name, w.spec); ok || !strings.HasPrefix(w.spec, "catalog:") {
		return at, ok
	}
	return b.answers(parent, w.name, b.catalog(w.spec, w.name))
}

// answers looks a descriptor up: as it stands, with the protocol that yarn adds to ranges, and bound to where it is asked for.
func (b *berry) answers(parent locator, name, spec string) (int32, bool) {
	descriptor := name + "@" + spec
	switch {
	case strings.HasPrefix(spec, "npm:"):
	case !strings.Contains(spec, ":"):
		if at, ok := b.at[name+"@npm:"+spec]; ok {
			return at, true
		}
	default:
		if at, ok := b.at[descriptor+"::locator="+url.QueryEscape(parent.name+"@"+parent.reference)]; ok {
			return at, true
		}
	}
	at, ok := b.at[descriptor]
	return at, ok
}

// catalog looks up the range that the file of yarn's settings names (https://yarnpkg.com/features/catalogs).
func (b *berry) catalog(spec, name string) string {
	if b.catalogs == nil {
		b.catalogs = make(map[string]string)
		if file, err := b.f.Beside(".yarnrc.yml"); err == nil {
			if text, err := file.Text(); err == nil {
				b.settings(decode.NewBlock(text))
			}
		}
	}
	return b.catalogs[spec+" "+name]
}

func (b *berry) settings(r *decode.Block) {
	catalog := func(of string) {
		r.Object(func(name string) { b.catalogs["catalog:"+of+" "+name] = r.Text() })
	}
	r.Object(func(key string) {
		switch key {
		case "catalog":
			catalog("")
		case "catalogs":
			r.Object(catalog)
		}
	})
}

// selector is one of the resolutions of package.json: what it replaces, below what, and by what
// (https://yarnpkg.com/configuration/manifest#resolutions).
type selector struct {
	parent, of string // the package that asks and its reference, "" for any
	asked      string // the range, "" for any
	spec       string
}

// selectorLimit is how many resolutions of one package are looked at. Real projects have less than ten.
const selectorLimit = 1000

// selectors orders the resolutions by the package that they replace.
func selectors(list []override) map[string][]selector {
	m := make(map[string][]selector, len(list))
	for _, o := range list {
		s := selector{spec: o.spec}
		first, rest := segmentOf(strings.TrimPrefix(o.selector, "**/"))
		for rest != "" { // the nearest parent decides
			s.parent, s.of = nameAt(first)
			first, rest = segmentOf(strings.TrimPrefix(rest, "**/"))
		}
		var name string
		if name, s.asked = nameAt(first); len(m[name]) < selectorLimit {
			m[name] = append(m[name], s)
		}
	}
	return m
}

// segmentOf cuts the first package off a selector, over the slash of its scope.
func segmentOf(text string) (first, rest string) {
	from := 0
	if strings.HasPrefix(text, "@") {
		from = strings.IndexByte(text, '/') + 1
	}
	if end := strings.IndexByte(text[from:], '/'); end >= 0 {
		return text[:from+end], text[from+end+1:]
	}
	return text, ""
}

func (s selector) matches(parent locator, spec string) bool {
	return (s.parent == "" || s.parent == parent.name) &&
		(s.of == "" || s.of == parent.reference || "npm:"+s.of == parent.reference) &&
		(s.asked == "" || s.asked == spec || "npm:"+s.asked == spec || s.asked == "npm:"+spec)
}
