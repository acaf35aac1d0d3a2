package gem

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Spec reads the gemspec of a project (https://guides.rubygems.org/specification-reference/): what it is, and what it asks
// for. A gemspec is a program; what only running it would tell is left out, but for a version that stands in version.rb.
var Spec = catalogers.Cataloger{
	Name:   "ruby-gemspec",
	Doc:    "The Ruby project that a *.gemspec describes, and the gems that it asks for.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Gem},
	Files:  catalogers.Glob("*.gemspec"),
	Beside: []string{"lib/**/version.rb"},
	Parse:  parseSpec,
}

func parseSpec(f *catalogers.File, out *sbom.Facts) error {
	if dir := f.Dir(); installedIn(dir) || strings.HasPrefix(path.Base(dir), "specifications") || path.Base(path.Dir(dir)) == "specifications" {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	s := readSpec(text)
	if s.name == "" && len(s.dependencies) == 0 {
		if !strings.Contains(text, "Gem::Specification") {
			out.Gap(0, "holds no Gem::Specification")
		}
		return nil
	}
	if s.version == "" {
		s.version = versionFile(f)
	}
	c := s.component()
	c.Name, c.Version = s.name, s.version
	owner := out.ApplicationAt(s.line, f.Dir(), c)
	for _, d := range s.dependencies {
		if !out.Has(d.name) {
			out.AddAt(d.line, d.name, sbom.Component{PURL: purl.New(purl.Gem, "", d.name, "")})
		}
		out.Relate(sbom.Relation{From: owner, To: d.name, Range: strings.Join(d.requirements, ", "), Scope: d.scope, Line: d.line})
	}
	return nil
}

// versionFile reads the constant VERSION from the topmost version.rb below lib, where gems keep it.
func versionFile(f *catalogers.File) string {
	found, _ := f.Glob("lib/**/version.rb")
	top := ""
	for _, at := range found {
		if top == "" || strings.Count(at, "/") < strings.Count(top, "/") {
			top = at
		}
	}
	if top == "" {
		return ""
	}
	text, err := f.TextBeside("/" + top)
	if err != nil {
		return ""
	}
	version := ""
	statements(text, func(_ int, s string) {
		if name, value, ok := strings.Cut(s, "="); ok && strings.TrimSpace(name) == "VERSION" && version == "" {
			version, _ = literal(value)
		}
	})
	return version
}
