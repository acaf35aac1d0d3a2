package composer

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads composer.json, https://getcomposer.org/doc/04-schema.md. Those of installed packages are no projects.
var Manifest = catalogers.Cataloger{
	Name:   "composer-json",
	Doc:    "The PHP project that composer.json describes, and the packages that it asks for.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Composer},
	Files:  catalogers.Named("composer.json"),
	Beside: []string{"composer.lock", "../../composer/installed.json"},
	Parse:  parseManifest,
}

// manifest is what composer.json says.
type manifest struct {
	pkg
	requires []request
}

// request is what a project asks for.
type request struct {
	link
	scope sbom.Scope
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	if unpacked(f) {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	m, err := readManifest(text)
	owner := out.Owner()
	if m.name != "" || len(m.requires) > 0 {
		c := sbom.Component{}
		if m.name != "" {
			c = m.component(out)
			c.Group, c.Name, _ = strings.Cut(m.name, "/")
			if c.Name == "" {
				c.Group, c.Name = "", m.name
			}
			c.Version = m.version
		}
		owner = out.Application(f.Dir(), c)
	}
	provided := providedBeside(f)
	for _, q := range m.requires {
		if platform(q.name) || provided[q.name] {
			continue
		}
		if !out.Has(q.name) {
			out.AddAt(q.line, q.name, sbom.Component{PURL: purl.New(purl.Composer, "", q.name, pin(q.constraint))})
		}
		out.Relate(sbom.Relation{From: owner, To: q.name, Range: q.constraint, Scope: q.scope, Line: q.line})
	}
	return err
}

// providedBeside gives the names that packages of the lock stand in for: nothing of that name is installed.
func providedBeside(f *catalogers.File) map[string]bool {
	provided := make(map[string]bool)
	text, err := f.TextBeside("composer.lock")
	if err != nil {
		return provided
	}
	var names []string
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		if key != "packages" && key != "packages-dev" {
			return
		}
		r.Array(func() {
			r.Object(func(key string) {
				switch key {
				case "name":
					names = append(names, strings.ToLower(r.Text()))
				case "replace", "provide":
					for _, l := range readLinks(r) {
						provided[l.name] = true
					}
				}
			})
		})
	})
	for _, name := range names {
		delete(provided, name)
	}
	return provided
}

// pin is the version that a constraint demands, if it leaves no choice: three numbers or more without an operator.
func pin(constraint string) string {
	v := strings.TrimPrefix(constraint, "v")
	if strings.Count(v, ".") < 2 || strings.Trim(v, "0123456789.") != "" {
		return ""
	}
	return constraint
}

func readManifest(text string) (manifest, error) {
	var m manifest
	m.pkg = readPackage(decode.NewJSON(text))
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		scope := sbom.Runtime
		switch key {
		case "require-dev":
			scope = sbom.Development
		case "require":
		default:
			return
		}
		for _, l := range readLinks(r) {
			m.requires = append(m.requires, request{l, scope})
		}
	})
	return m, r.Finish()
}
