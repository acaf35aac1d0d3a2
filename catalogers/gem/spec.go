package gem

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// spec is what a gemspec says in plain words.
type spec struct {
	name, version, platform    string
	summary, homepage, sources string
	authors, licenses          []string
	dependencies               []dependency
	line                       int // of the name
}

type dependency struct {
	name         string
	requirements []string
	scope        sbom.Scope
	line         int
}

// native is the platform that the gem was built for, "" for one that serves all.
func (s *spec) native() string {
	if s.platform == "ruby" {
		return ""
	}
	return s.platform
}

func (s *spec) component() sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.Gem, "", s.name, s.version), Description: s.summary, Author: strings.Join(s.authors, ", ")}
	for _, l := range s.licenses {
		c.License(l)
	}
	for _, r := range [...]sbom.Reference{{Type: sbom.Website, URL: s.homepage}, {Type: sbom.VCS, URL: s.sources}} {
		if clean, ok := sbom.CleanURL(r.URL); ok {
			c.References = append(c.References, sbom.Reference{Type: r.Type, URL: clean})
		}
	}
	return c
}

// readSpec reads the attributes that are literals. Generated specifications begin with a comment
// "# stub: name version platform path", RubyGems' Gem::StubSpecification, which serves where the attributes are none.
func readSpec(text string) spec {
	var s spec
	seen := make(map[string]bool)
	statements(text, func(line int, code string) {
		_, call, ok := strings.Cut(code, ".")
		if receiver := code[:len(code)-len(call)]; !ok || !word(strings.TrimSuffix(receiver, ".")) {
			return
		}
		if attribute, value, ok := strings.Cut(call, "="); ok && (word(strings.TrimSpace(attribute)) || strings.HasPrefix(call, "metadata[")) {
			s.assign(line, strings.TrimSpace(attribute), strings.TrimSpace(value))
			return
		}
		verb, rest, _ := strings.Cut(call, " ")
		if v, args, ok := strings.Cut(verb, "("); ok {
			verb, rest = v, "("+args+" "+rest
		}
		scope := sbom.Runtime
		switch verb {
		case "add_development_dependency":
			scope = sbom.Development
		case "add_dependency", "add_runtime_dependency":
		default:
			return
		}
		args := arguments(rest)
		name, ok := literal(args[0])
		if !ok || seen[name] { // generated ones repeat themselves for old versions of RubyGems
			return
		}
		seen[name] = true
		d := dependency{name: name, scope: scope, line: line}
		for _, a := range args[1:] {
			for _, r := range literals(a) {
				if r != ">= 0" {
					d.requirements = append(d.requirements, r)
				}
			}
		}
		s.dependencies = append(s.dependencies, d)
	})
	if s.name == "" || s.version == "" {
		_, stub, _ := strings.Cut(text[:min(len(text), 1000)], "# stub: ")
		if line, _, _ := strings.Cut(stub, "\n"); len(strings.Fields(line)) >= 3 {
			fields := strings.Fields(line)
			s.name, s.version, s.platform = fields[0], fields[1], fields[2]
		}
	}
	return s
}

func (s *spec) assign(line int, attribute, value string) {
	value, _, _ = strings.Cut(value, " if s.respond_to?")
	text, _ := literal(value)
	switch attribute {
	case "name":
		if s.name == "" {
			s.name, s.line = text, line
		}
	case "version":
		if inner, ok := strings.CutPrefix(value, "Gem::Version.new"); ok {
			text, _ = literal(strings.Trim(inner, "()"))
		}
		s.version = text
	case "platform":
		s.platform = text
	case "summary":
		s.summary = text
	case "homepage":
		s.homepage = text
	case "license", "licenses":
		s.licenses = literals(value)
	case "author", "authors":
		s.authors = literals(value)
	case "metadata":
		for _, pair := range arguments(strings.Trim(value, "{}")) {
			if key, v, ok := option(pair); ok && key == "source_code_uri" {
				s.sources, _ = literal(v)
			}
		}
	case `metadata["source_code_uri"]`, `metadata['source_code_uri']`:
		s.sources = text
	}
}
