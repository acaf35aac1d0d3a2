package vagrant

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// box is what the settings of one machine say of its box.
type box struct {
	name, version, address, checksum, kind string
	line                                   int
}

// claim claims a box of HashiCorp's catalogue, or one from an address of its own.
func (b *box) claim(out *sbom.Facts) {
	namespace, name, ok := strings.Cut(b.name, "/")
	if !ok {
		namespace, name = "", b.name
	}
	version := strings.TrimSpace(strings.TrimPrefix(b.version, "="))
	if version == "" || version[0] < '0' || version[0] > '9' || strings.ContainsAny(version, "<>~, ") {
		version = ""
	}
	c := sbom.Component{PURL: purl.New(purl.Generic, namespace, name, version)}
	if clean, remote := sbom.CleanURL(b.address); remote && strings.Contains(clean, "://") {
		c.References = []sbom.Reference{{Type: sbom.Distribution, URL: clean}}
		c.PURL = c.PURL.With("download_url", clean)
	} else if b.address == "" {
		c.PURL = c.PURL.With("repository_url", "https://vagrantcloud.com")
	}
	algorithms := map[string]sbom.Algorithm{"md5": sbom.MD5, "sha1": sbom.SHA1, "sha256": sbom.SHA256, "sha384": sbom.SHA384, "sha512": sbom.SHA512}
	if b.kind != "" && !c.Digest(algorithms[b.kind], b.checksum) {
		out.Gap(b.line, "%.80s: the checksum is no %.20s", b.name, b.kind)
	}
	out.Ask(c, sbom.Relation{Range: b.version, Scope: sbom.Development, Line: b.line})
}
