package brew

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// BundleLock reads Brewfile.lock.json, which brew bundle wrote until Homebrew 4.4: formulae, casks and taps of a Brewfile and
// what was installed for them, https://github.com/Homebrew/homebrew-bundle/blob/v1.4.0/lib/bundle/locker.rb.
var BundleLock = catalogers.Cataloger{
	Name:  "brew-bundle-lock",
	Doc:   "Formulae, casks and taps locked in Brewfile.lock.json, with the digests of bottles.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Brew, purl.GitHub},
	Files: catalogers.Named("Brewfile.lock.json"),
	Parse: parseBundleLock,
}

func parseBundleLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	r := decode.NewJSON(text)
	add := func(line int, key string, c sbom.Component) {
		out.AddAt(line, key, c)
		out.Relate(sbom.Relation{From: out.Owner(), To: key, Scope: sbom.Development, Line: line})
	}
	r.Object(func(key string) {
		if key != "entries" {
			return
		}
		r.Object(func(kind string) {
			switch kind {
			case "brew", "cask":
				r.Object(func(name string) {
					line := r.Line()
					add(line, kind+" "+name, bundled(r, name, line, out))
				})
			case "tap":
				r.Object(func(name string) {
					line, revision := r.Line(), ""
					r.Object(func(key string) {
						if key == "revision" {
							revision = r.Text()
						}
					})
					owner, tap, _ := strings.Cut(name, "/")
					if c, ok := repository.Component("https://github.com/"+owner+"/homebrew-"+tap, revision, ""); ok && tap != "" {
						add(line, kind+" "+name, c)
					}
				})
			}
		})
	})
	return r.Finish()
}
