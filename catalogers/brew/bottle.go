package brew

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// bundled reads a formula or cask: its version and one bottle per platform.
func bundled(r *decode.JSONReader, name string, line int, out *sbom.Facts) sbom.Component {
	version := ""
	var bottles []sbom.Reference
	r.Object(func(key string) {
		switch key {
		case "version":
			version = r.Text()
		case "bottle":
			r.Object(func(key string) {
				if key != "files" {
					return
				}
				r.Object(func(platform string) {
					b, ok := bottle(r)
					if !ok {
						out.Gap(line, "%.80s: the digest for %.40s is no SHA-256", name, platform)
					}
					if b.URL != "" {
						bottles = append(bottles, b)
					}
				})
			})
		}
	})
	tap := ""
	if i := strings.LastIndexByte(name, '/'); i > 0 {
		tap, name = name[:i], name[i+1:]
	}
	c := component(strings.ToLower(tap), name, version)
	slices.SortFunc(bottles, func(a, b sbom.Reference) int { return cmp.Compare(a.URL, b.URL) })
	c.References = append(c.References, bottles...)
	return c
}

// bottle reads where the bottle for one platform lies. It returns false if its digest is none.
func bottle(r *decode.JSONReader) (b sbom.Reference, ok bool) {
	b.Type, ok = sbom.Distribution, true
	r.Object(func(key string) {
		switch key {
		case "url":
			b.URL, _ = sbom.CleanURL(r.Text())
		case "sha256":
			var h sbom.Hash
			if h, ok = sbom.NewHash(sbom.SHA256, r.Text()); ok {
				b.Hashes = []sbom.Hash{h}
			}
		}
	})
	return b, ok
}
