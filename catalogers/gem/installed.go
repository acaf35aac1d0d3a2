package gem

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Installed reads the specifications that RubyGems writes for installed gems, as Gem::Specification#to_ruby does. The gems of
// one folder, with Ruby's own in its folder "default", are one environment.
var Installed = catalogers.Cataloger{
	Name:       "ruby-installed",
	Doc:        "Ruby gems installed by RubyGems or Bundler, with runtime edges, licences and authors.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.Gem},
	Files:      catalogers.Glob("**/specifications/*.gemspec", "**/specifications/default/*.gemspec"),
	Group:      environmentOf,
	ParseGroup: parseInstalled,
}

func parseInstalled(dir string, files []*catalogers.File, out *sbom.Facts) error {
	out.Own(dir)
	versions := make(map[string][]string)
	read := make(map[string]*spec)
	var keys []string
	for _, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		s := readSpec(text)
		if s.name == "" || s.version == "" {
			out.GapAt(f.Path, "name or version is no literal")
			continue
		}
		c := s.component()
		if path.Base(f.Dir()) == "default" {
			c.Property("sbomgen:gem:default", "true")
		}
		c.Property("sbomgen:gem:platform", s.native())
		key := s.name + " " + s.version
		if out.Has(key) {
			continue // the same gem for another platform
		}
		out.AddIn(sbom.Location{Path: f.Path, Line: s.line}, key, c)
		keys, read[key] = append(keys, key), &s
		versions[s.name] = append(versions[s.name], s.version)
	}
	out.Edges(sbom.Complete)
	for _, key := range keys {
		for _, d := range read[key].dependencies {
			if d.scope != sbom.Runtime {
				continue // installed ones do not say what was needed to make them
			}
			// A gem that is missing may be Ruby's own or lie in another folder of GEM_PATH.
			out.Relate(sbom.Relation{From: key, To: d.name + " " + newest(versions[d.name], d.requirements), Range: strings.Join(d.requirements, ", "), MayMiss: true})
		}
	}
	return nil
}
