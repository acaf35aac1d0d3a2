package terraform

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Modules reads the list that terraform init keeps of the modules it downloaded, .terraform/modules/modules.json, as Terraform's
// internal/modsdir/manifest.go writes it: the key is the path of calls, "a.b" is what a calls b.
var Modules = catalogers.Cataloger{
	Name:  "terraform-modules",
	Doc:   "Modules that terraform init or tofu init downloaded, with versions and which module calls which.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic, purl.GitHub, purl.Bitbucket},
	Files: catalogers.Glob("**/.terraform/modules/modules.json"),
	Parse: parseModules,
}

func parseModules(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	root := out.Own(path.Dir(path.Dir(f.Dir())))
	r := decode.NewJSON(text)
	keys := map[string]string{"": root} // path of calls -> component; a local module is part of who calls it
	type call struct {
		from, to string
		line     int
	}
	var calls []call
	r.Object(func(key string) {
		if key != "Modules" {
			return
		}
		r.Array(func() {
			line := r.Line()
			var at, source, version string
			r.Object(func(key string) {
				switch key {
				case "Key":
					at = r.Text()
				case "Source":
					source = r.Text()
				case "Version":
					version = r.Text()
				}
			})
			if at == "" || r.Err() != nil && source == "" {
				return
			}
			if _, local := localSource(".", source); local {
				return
			}
			c, ok := module(source, version)
			if !ok {
				out.Gap(line, "the source of the module %.80q cannot be read", at)
				return
			}
			to := c.PURL.String()
			if !out.Has(to) {
				out.AddAt(line, to, c)
			}
			keys[at] = to
			calls = append(calls, call{at, to, line})
		})
	})
	for _, c := range calls {
		caller := c.from
		for depth := 0; caller != ""; depth++ {
			if depth == maxDepth {
				caller = ""
				break
			}
			if i := strings.LastIndexByte(caller, '.'); i >= 0 {
				caller = caller[:i]
			} else {
				caller = ""
			}
			if _, known := keys[caller]; known {
				break
			}
		}
		if from := keys[caller]; from != c.to {
			out.Relate(sbom.Relation{From: from, To: c.to, Line: c.line})
		}
	}
	out.Edges(sbom.Complete)
	return r.Finish()
}
