package hex

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// asked is one tuple of the dependencies in a mix.exs: {:name, "~> 1.0", only: :test}.
type asked struct {
	name, constraint string
	path, git, ref   string
	scope            sbom.Scope
	umbrella         bool // another application of the same umbrella project
	line             int
}

// folder is where a dependency on a folder leads to from another, "" for one on a package.
func (a *asked) folder(dir string) (at string, inside bool) {
	switch {
	case a.umbrella:
		at = path.Join(path.Dir(dir), a.name)
	case a.path == "":
		return "", false
	case path.IsAbs(a.path):
		return a.path, false
	default:
		at = path.Join(dir, a.path)
	}
	return at, at != ".." && !strings.HasPrefix(at, "../")
}

// readMixfiles relates the project, and the applications of an umbrella project, to what their mix.exs ask for. Folders are not
// locked: their applications answer to the names that packages depend on them by. It tells whether there is a mix.exs.
func readMixfiles(f *catalogers.File, out *sbom.Facts) bool {
	relate := func(dir, owner string) bool {
		source, err := f.TextBeside("/" + path.Join(dir, "mix.exs"))
		if err != nil {
			return false
		}
		for _, a := range readMixfile(source) {
			r := sbom.Relation{From: owner, To: a.name, Range: a.constraint, Scope: a.scope, MayMiss: true} // the lock may be older
			if at, inside := a.folder(dir); inside {
				r.To = out.Application(at, sbom.Component{})
				out.Alias(r.To, a.name)
			}
			out.Relate(r)
		}
		return true
	}
	told := relate(f.Dir(), out.Owner())
	members, _ := f.Glob("apps/*/mix.exs")
	for _, m := range members {
		dir := path.Dir(m)
		relate(dir, out.Application(dir, sbom.Component{}))
	}
	return told
}

// failures bounds how often a mix.exs may look like a literal and be none.
const failures = 100

// readMixfile reads the tuples within the functions named deps that are literals; the rest of a mix.exs is a program, which is
// left alone.
func readMixfile(source string) (list []asked) {
	failed, line := 0, 1
	for i, part := range strings.Split(source, "def") {
		first, body := line, strings.TrimPrefix(part, "p")
		line += strings.Count(part, "\n")
		if !strings.HasPrefix(body, " deps") || i == 0 {
			continue
		}
		for at := strings.Index(body, "{:"); at >= 0 && failed < failures; at = strings.Index(body, "{:") {
			first += strings.Count(body[:at], "\n")
			if start := strings.LastIndexByte(body[:at], '\n') + 1; strings.HasPrefix(strings.TrimSpace(body[start:at]), "#") {
				body = body[at+2:]
				continue
			}
			r := reader{text: body, at: at, line: first}
			if t, err := r.term(0); err == nil && len(t.items) > 1 {
				list = append(list, readAsked(t))
				body, first = body[r.at:], r.line
				continue
			}
			failed++
			body = body[at+2:]
		}
	}
	return list
}

func readAsked(t term) asked {
	a := asked{name: t.at(0).text, line: t.line}
	options := term{kind: list, line: t.line}
	for _, item := range t.items[1:] {
		switch item.kind {
		case text:
			a.constraint = item.text
		case list:
			options.items = append(options.items, item.items...)
		case tuple:
			options.items = append(options.items, item)
		}
	}
	a.scope = environmentScope(options.option("only"))
	if options.option("optional").text == "true" {
		a.scope = min(a.scope, sbom.Optional)
	}
	a.path, a.git = options.option("path").text, options.option("git").text
	if repository := options.option("github").text; repository != "" {
		a.git = "https://github.com/" + repository
	}
	a.ref = cmp.Or(options.option("ref").text, options.option("tag").text, options.option("branch").text)
	a.umbrella = options.option("in_umbrella").text == "true"
	return a
}

// environmentScope is what the environments of Mix are for in which a dependency is fetched: without any, all are.
func environmentScope(only term) sbom.Scope {
	if only.kind == atom {
		only = term{kind: list, items: []term{only}}
	}
	scope := sbom.ScopeUnset
	for _, e := range only.items {
		switch e.text {
		case "dev", "docs", "doc", "lint", "ci", "bench":
			scope = max(scope, sbom.Development)
		case "test":
			scope = max(scope, sbom.Test)
		default:
			scope = sbom.Runtime
		}
	}
	return scope
}
