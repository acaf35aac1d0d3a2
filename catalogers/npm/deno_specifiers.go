package npm

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// denoWant is what a package or an application asks for, as the lockfile spells it.
type denoWant struct {
	from, spec string
	protocol   string // of from, which "name@version" without one has too
	scope      sbom.Scope
	line       int
}

// specifier reads what a range was resolved to: since version 4 a version, before that a key, in version 2 without protocol.
func (l *deno) specifier(spec string) {
	chosen := l.r.Text()
	protocol, rest, ok := strings.Cut(spec, ":")
	if !ok {
		protocol, rest, spec = "npm", spec, "npm:"+spec
	}
	name, _ := nameAt(rest)
	if !strings.HasPrefix(chosen, protocol+":") {
		if same, version := nameAt(chosen); same == name && version != "" {
			chosen = version
		}
		chosen = protocol + ":" + name + "@" + chosen
	}
	l.chosen[spec] = chosen
	l.specifiers = append(l.specifiers, spec)
	single(l.ranges, protocol+":"+name, spec)
}

// single notes the value of a key that has one value, "" if there are more.
func single(m map[string]string, key, value string) {
	if _, taken := m[key]; taken {
		value = ""
	}
	m[key] = value
}

// want reads the dependencies of a package: a list, or until version 3 an object whose keys are what the code calls them.
func (l *deno) want(from, protocol string, scope sbom.Scope) {
	one := func() {
		w := denoWant{from, "", protocol, scope, l.r.Line()}
		if w.spec = l.r.Text(); w.spec != "" {
			l.wants = append(l.wants, w)
			if protocol == "jsr" {
				l.asked[w.spec] = true
			}
		}
	}
	if l.r.Kind() == decode.Object {
		l.r.Object(func(string) { one() })
	} else {
		l.r.Array(one)
	}
}

// relate claims the edges, once it is known what every specifier was resolved to.
func (l *deno) relate() {
	for _, w := range l.wants {
		to, spec := l.find(w)
		l.out.Relate(sbom.Relation{From: w.from, To: to, Range: spec, Scope: w.scope, Line: w.line})
	}
	if l.members || l.remote { // modules of the web ask for packages too, which nothing tells
		return
	}
	for _, spec := range l.specifiers {
		if !l.asked[spec] {
			_, rest, _ := strings.Cut(spec, ":")
			_, asked := nameAt(rest)
			l.out.Relate(sbom.Relation{From: l.out.Owner(), To: l.chosen[spec], Range: asked})
		}
	}
}

// find gives the key of the package that is asked for, and the range. Where the lockfile holds only one range that code asks of a
// package, or only one version of it, deno leaves that out.
func (l *deno) find(w denoWant) (to, asked string) {
	protocol, rest, ok := strings.Cut(w.spec, ":")
	if code := ok && strings.IndexByte(protocol, '@') < 0; !code { // a dependency of npm: name@version, alias@npm:name@version
		protocol, rest = w.protocol, w.spec
		if _, real, alias := strings.Cut(w.spec, "@npm:"); alias {
			rest = real
		}
	} else if only := l.ranges[protocol+":"+rest]; only != "" {
		rest = strings.TrimPrefix(only, protocol+":")
	}
	name, version := nameAt(rest)
	key := protocol + ":" + rest
	if chosen, ok := l.chosen[key]; ok {
		return chosen, version
	}
	if only := l.names[protocol+":"+name]; version == "" && only != "" {
		return only, ""
	}
	return key, ""
}
