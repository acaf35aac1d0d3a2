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
	keys := map[string]string{"": root} // path of calls -> component; a local module is part of who calls it
	type call struct {
		at, to string
		line   int
	}
	var calls []call
	r := decode.NewJSON(text)
	claim := func() {
		line, entry := r.Line(), r.Fields()
		at, source := entry["Key"], entry["Source"]
		if _, local := localSource(".", source); local || at == "" || r.Err() != nil && source == "" {
			return
		}
		c, ok := module(source, entry["Version"])
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
	}
	r.Object(func(key string) {
		if key == "Modules" {
			r.Array(claim)
		}
	})
	for _, c := range calls {
		if from := keys[caller(c.at, keys)]; from != c.to {
			out.Relate(sbom.Relation{From: from, To: c.to, Line: c.line})
		}
	}
	out.Edges(sbom.Complete)
	return r.Finish()
}

// caller is the nearest known path of calls above one.
func caller(at string, keys map[string]string) string {
	for range maxDepth {
		at = at[:max(0, strings.LastIndexByte(at, '.'))]
		if _, known := keys[at]; known {
			return at
		}
	}
	return ""
}
