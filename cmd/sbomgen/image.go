package main

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// imageComponent is the container that an image is.
func imageComponent(m *source.Image, fallback string) sbom.Component {
	name := cmp.Or(m.Name, fallback)
	c := sbom.Component{Kind: sbom.Container, Stage: sbom.Built, Name: name, Version: cmp.Or(m.Tag, m.Digest, m.Config)}
	c.PURL = imagePURL(m, fallback)
	note := func(name, value string) {
		if value != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: name, Value: value})
		}
	}
	note("sbomgen:image:digest", m.Digest)
	note("sbomgen:image:index", m.Index)
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

// splitReference takes the tag off a reference to an image.
func splitReference(ref, tag string) (name, as string) {
	ref, _, _ = strings.Cut(ref, "@")
	if at := strings.LastIndexByte(ref, ':'); at > strings.LastIndexByte(ref, '/') {
		return ref[:at], cmp.Or(tag, ref[at+1:])
	}
	return ref, tag
}

// imageOptions is what the flags say of images and files, understood.
type imageOptions struct {
	memory    int64
	allLayers bool
	files     sbom.FileSet
}

func imageSettings(f scanFlags) (o imageOptions, err error) {
	switch f.scope {
	case "", "squashed":
	case "all-layers":
		o.allLayers = true
	default:
		return o, usage("--scope is squashed or all-layers", "no scope is called %q", f.scope)
	}
	switch f.files {
	case "", "none":
	case "owned":
		o.files = sbom.OwnedFiles
	case "unowned":
		o.files = sbom.UnownedFiles
	case "all":
		o.files = sbom.AllFiles
	default:
		return o, usage("--files is none, owned, unowned or all", "no set of files is called %q", f.files)
	}
	if f.platform != "" && f.platform != "all" && !strings.Contains(f.platform, "/") {
		return o, usage("--platform is os/architecture as in linux/arm64, or all", "%q is no platform", f.platform)
	}
	if f.onlyApp && f.base == "" {
		return o, usage("name the base image or its SBOM: --base IMAGE", "--only-app needs a --base to leave out")
	}
	if f.memory != "" {
		if o.memory, err = byteCount(f.memory); err != nil {
			return o, usage("write it as 256MB or 1GB", "--memory: %v", err)
		}
	}
	return o, nil
}

// byteCount reads a size as people write it: 512, 64KB, 256MB, 1GB.
func byteCount(s string) (int64, error) {
	unit := int64(1)
	upper := strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(s)), "B")
	for suffix, n := range map[string]int64{"K": 1 << 10, "KI": 1 << 10, "M": 1 << 20, "MI": 1 << 20, "G": 1 << 30, "GI": 1 << 30} {
		if rest, ok := strings.CutSuffix(upper, suffix); ok {
			upper, unit = rest, n
			break
		}
	}
	number := strings.TrimSpace(upper)
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return 0, fmt.Errorf("%q is no size", s)
	}
	return n * unit, nil
}

// rootOf describes the root component of a scan as far as flags and an image say.
func rootOf(a source.About, f scanFlags) sbom.Component {
	root := sbom.Component{Name: f.sourceName, Version: f.sourceVersion}
	switch {
	case len(a.Images) == 1:
		root = imageComponent(&a.Images[0], a.Name)
	case len(a.Images) > 1:
		m := source.Image{Name: a.Images[0].Name, Tag: a.Images[0].Tag, Digest: a.Images[0].Index}
		root = sbom.Component{Kind: sbom.Container, Name: cmp.Or(m.Name, a.Name), Version: m.Tag, PURL: imagePURL(&m, a.Name)}
	}
	root.Name, root.Version = cmp.Or(f.sourceName, root.Name), cmp.Or(f.sourceVersion, root.Version)
	return root
}
