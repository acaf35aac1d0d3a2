package gem

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/purl/version"
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

func environmentOf(file string) (dir string, ok bool) {
	if dir = path.Dir(file); path.Base(dir) == "default" {
		dir = path.Dir(dir)
	}
	return dir, true
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
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:gem:default", Value: "true"})
		}
		if s.platform != "" && s.platform != "ruby" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:gem:platform", Value: s.platform})
		}
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

// newest is the version that RubyGems activates: the newest that meets the requirements, else the newest.
func newest(versions, requirements []string) string {
	best, meets := "", false
	for _, v := range versions {
		ok := satisfies(v, requirements)
		if order, _ := version.Compare(purl.Gem, v, best); best == "" || ok && !meets || ok == meets && order > 0 {
			best, meets = v, ok
		}
	}
	return best
}

// satisfies tells whether a version meets all requirements, Gem::Requirement.
func satisfies(v string, requirements []string) bool {
	for _, r := range requirements {
		wanted := strings.TrimLeft(r, "=!<>~ ")
		op := strings.TrimSpace(r[:len(r)-len(wanted)])
		order, ok := version.Compare(purl.Gem, v, wanted)
		switch {
		case !ok:
			return false
		case op == "" || op == "=":
			ok = order == 0
		case op == "!=":
			ok = order != 0
		case op == "<":
			ok = order < 0
		case op == "<=":
			ok = order <= 0
		case op == ">":
			ok = order > 0
		case op == ">=":
			ok = order >= 0
		case op == "~>":
			head := wanted[:max(strings.LastIndexByte(wanted, '.'), 0)]
			if head == "" {
				head = wanted
			}
			ok = order >= 0 && (v == head || strings.HasPrefix(v, head+"."))
		}
		if !ok {
			return false
		}
	}
	return true
}
