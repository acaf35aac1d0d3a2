package weights

import (
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// claimEach claims the files of a folder without a configuration: each is a model of its own.
func claimEach(files []*catalogers.File, card *sbom.Component, out *sbom.Facts) {
	for _, f := range files {
		if path.Ext(f.Path) != ".safetensors" {
			continue
		}
		if blob, err := f.Blob(); err == nil {
			p, ok := pointed(blob)
			f.Close()
			if ok {
				p.claim(f, out)
				continue
			}
		}
		c := named(f)
		w := safetensors([]*catalogers.File{f}, &c, out)
		if w.files == 0 {
			continue
		}
		if title := clean(w.metadata["modelspec.title"]); title != "" {
			c.PURL, c.Evidence = purl.New(purl.Generic, "", title, ""), nil
		}
		describe(&c, w, card)
		out.AddIn(sbom.Location{Path: f.Path}, f.Path, c)
	}
}
