package devcontainer

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads devcontainer-lock.json, https://github.com/devcontainers/spec/blob/main/proposals/devcontainer-lockfile.md: every feature with
// the digest of its manifest, or of its archive, and the features that it installs before itself.
var Lock = catalogers.Cataloger{
	Name:  "devcontainer-lock",
	Doc:   "Features of development containers pinned in devcontainer-lock.json, with digests and edges.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.OCI, purl.Generic},
	Files: catalogers.Named("devcontainer-lock.json", ".devcontainer-lock.json"),
	Parse: parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	out.Own(project(f.Dir()))
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		if key != "features" {
			return
		}
		r.Object(func(name string) {
			line := r.Line()
			var version, resolved, integrity string
			var depends []string
			r.Object(func(key string) {
				switch key {
				case "version":
					version = r.Text()
				case "resolved":
					resolved = r.Text()
				case "integrity":
					integrity = r.Text()
				case "dependsOn":
					depends = r.Texts()
				}
			})
			c, _, ok := feature(name)
			if !ok || r.Err() != nil && resolved == "" {
				if r.Err() == nil {
					out.Gap(line, "%.80q names no feature", name)
				}
				return
			}
			_, digest, _ := strings.Cut(resolved, "@")
			sum, isHash := sbom.NewHash(sbom.SHA256, strings.TrimPrefix(integrity, "sha256:"))
			switch is, ok := image.Component(resolved); {
			case ok && c.PURL.Type == purl.OCI && digest != "":
				c = artifact(is.PURL, digest)
				c.PURL = c.PURL.With("tag", version)
			case c.PURL.Type == purl.Generic && isHash:
				c.PURL = purl.New(purl.Generic, "", c.PURL.Name, version).With("download_url", c.PURL.Qualifier("download_url"))
				c.Hashes = []sbom.Hash{sum}
			default:
				out.Gap(line, "%.80q is not pinned by a digest", name)
			}
			out.AddAt(line, name, c)
			for _, d := range depends {
				out.Relate(sbom.Relation{From: name, To: d, Line: line})
			}
		})
	})
	out.Edges(sbom.Complete)
	return r.Finish()
}
