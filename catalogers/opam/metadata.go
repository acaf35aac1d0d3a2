package opam

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// nameOf is the package's name: that of the file, or the field.
func nameOf(f *catalogers.File, s *section) string {
	if name, ok := strings.CutSuffix(strings.TrimSuffix(f.Base(), ".locked"), ".opam"); ok && name != "" {
		return name
	}
	return s.get("name").text
}

// describe gives what a file says of its package besides name and version.
func describe(s *section) sbom.Component {
	c := sbom.Component{Description: s.get("synopsis").text, Author: strings.Join(s.get("authors").texts(), ", ")}
	for _, l := range s.get("license").texts() {
		c.License(l)
	}
	for _, r := range [...][2]string{{"homepage", sbom.Website}, {"bug-reports", sbom.IssueTracker}, {"dev-repo", sbom.VCS}} {
		for _, at := range s.get(r[0]).texts() {
			if clean, ok := sbom.CleanURL(at); ok {
				c.References = append(c.References, sbom.Reference{Type: r[1], URL: clean})
			}
		}
	}
	return c
}

// readInstalled reads the opam file of an installed package, nil if there is none that can be read.
func readInstalled(f *catalogers.File, id string) *section {
	if strings.ContainsAny(id, `/\`) {
		return nil
	}
	if text, err := f.TextBeside("packages/" + id + "/opam"); err == nil {
		if s, err := parse(text); err == nil {
			return s
		}
	}
	return nil
}

// archive gives where the package's source is downloaded from: the section url { src: ... checksum: [ "sha256=..." ] }.
func archive(s *section) []sbom.Reference {
	address, ok := sbom.CleanURL(s.get("url.src").text)
	if !ok {
		return nil
	}
	r := sbom.Reference{Type: sbom.Distribution, URL: address}
	for _, sum := range s.get("url.checksum").texts() {
		kind, hex, _ := strings.Cut(sum, "=")
		algorithm := map[string]sbom.Algorithm{"md5": sbom.MD5, "sha256": sbom.SHA256, "sha512": sbom.SHA512}[kind]
		if h, ok := sbom.NewHash(algorithm, hex); ok {
			r.Hashes = append(r.Hashes, h)
		}
	}
	return []sbom.Reference{r}
}
