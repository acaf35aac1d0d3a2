package main

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// imageComponent is the container that an image is.
func imageComponent(m *source.Image, fallback string) sbom.Component {
	name := cmp.Or(m.Name, fallback)
	c := sbom.Component{Kind: sbom.Container, Name: name, Version: cmp.Or(m.Tag, m.Digest, m.Config)}
	c.PURL = imagePURL(m, fallback)
	note := func(name, value string) {
		if value != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: name, Value: value})
		}
	}
	note("sbomgen:image:digest", m.Digest)
	note("sbomgen:image:config", m.Config)
	note("sbomgen:image:platform", m.Platform())
	note("sbomgen:image:base:name", m.Base.Name)
	note("sbomgen:image:base:digest", m.Base.Digest)
	for _, list := range [...]struct {
		prefix string
		of     map[string]string
	}{{"sbomgen:image:annotation:", m.Annotations}, {"sbomgen:image:label:", m.Labels}} {
		for _, key := range sortedKeys(list.of) {
			note(list.prefix+key, list.of[key])
		}
	}
	for i := range m.Layers {
		l := &m.Layers[i]
		note("sbomgen:image:layer", strings.TrimSpace(cmp.Or(l.DiffID, l.Digest, l.Key)+" "+l.Instruction))
	}
	if !m.Verified {
		note("sbomgen:image:digests", "not checked")
	} else {
		note("sbomgen:image:digests", "checked")
	}
	return c
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// imagePURL is the image's purl, https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md: its version is the digest of the
// manifest, which archives of docker save do not hold.
func imagePURL(m *source.Image, fallback string) purl.PURL {
	name := cmp.Or(m.Name, fallback)
	p := purl.New(purl.OCI, "", path.Base(name), m.Digest).With("tag", m.Tag)
	if m.Arch != "" {
		p = p.With("arch", m.Arch)
	}
	if m.Name != "" && strings.Contains(m.Name, "/") {
		p = p.With("repository_url", m.Name)
	}
	return p
}
