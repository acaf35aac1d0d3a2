// Package chisel reads what Chisel has put into images that are cut from packages of Ubuntu.
package chisel

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/catalogers/internal/rootfs"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads Chisel's manifest, https://documentation.ubuntu.com/chisel/en/latest/reference/manifest/: objects in JSON, one a line, in zstd. The digest of
// a package is that of its archive.
var Manifest = catalogers.Cataloger{
	Name:   "chisel-manifest",
	Doc:    "Packages of Ubuntu in images that Chisel has cut, of var/lib/chisel/manifest.wall, with their slices, digests and files.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.Deb},
	Files:  catalogers.Glob("**/var/lib/chisel/manifest.wall"),
	Beside: osrelease.Beside("../../.."),
	Parse:  parseManifest,
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	root := path.Join(f.Dir(), "../../..")
	release := osrelease.Own(f, root, out)
	vendor := release.Vendor(purl.Deb)
	if vendor == "" {
		vendor, out.Confidence = "ubuntu", 90
	}
	m := manifest{out: out, root: rootfs.Open(f, root), vendor: vendor, distro: release.Distro(), slices: make(map[string][]string)}
	text, broken := unpack(f)
	header, rest, _ := strings.Cut(text, "\n")
	if err := check(header); err != nil {
		if broken != nil {
			return broken
		}
		return err
	}
	number := 1
	for line := range strings.Lines(rest) {
		number++
		if broken != nil && !strings.HasSuffix(line, "\n") {
			break // cut off: broken tells
		}
		if err := m.read(line); err != nil {
			out.Gap(number, "%v", err)
		}
	}
	m.finish()
	return broken
}

// unpack gives what precedes an error too. A manifest that is unpacked already is taken as it is.
func unpack(f *catalogers.File) (string, error) {
	blob, err := f.Blob()
	if err != nil {
		return "", err
	}
	var start [1]byte
	if n, _ := blob.ReadAt(start[:], 0); n == 0 {
		return "", errors.New("is empty")
	}
	return decode.Unpack(io.NewSectionReader(blob, 0, blob.Size()), catalogers.TextLimit)
}

// check reads the first line, which tells the version of the format.
func check(line string) error {
	var wall, schema string
	r := decode.NewJSON(line)
	r.Object(func(key string) {
		switch key {
		case "jsonwall":
			wall = r.Text()
		case "schema":
			schema = r.Text()
		}
	})
	switch {
	case r.Err() != nil || wall == "":
		return errors.New("is no manifest of Chisel")
	case !strings.HasPrefix(wall, "1.") || !strings.HasPrefix(schema, "1."):
		return fmt.Errorf("is of version %.20q with schema %.20q; 1 is known", wall, schema)
	}
	return nil
}

// manifest is Chisel's while it is read. Lines are sorted, so that packages come before paths and these before slices; it does not
// depend on it.
type manifest struct {
	out            *sbom.Facts
	root           *rootfs.Root
	vendor, distro string
	names          []string
	slices         map[string][]string // of each package
	files          []file
}

type file struct {
	of string // the package
	sbom.InstalledFile
}

// read reads one line.
func (m *manifest) read(line string) error {
	var o struct{ kind, name, version, arch, digest, at, first, final string }
	r := decode.NewJSON(line)
	isObject := r.Object(func(key string) {
		switch key {
		case "kind":
			o.kind = r.Text()
		case "name":
			o.name = r.Text()
		case "version":
			o.version = r.Text()
		case "arch":
			o.arch = r.Text()
		case "sha256":
			o.digest = r.Text()
		case "final_sha256": // of a file that a slice's script has changed
			o.final = r.Text()
		case "path":
			o.at = r.Text()
		case "slices":
			if list := r.Texts(); len(list) > 0 {
				o.first = list[0]
			}
		}
	})
	switch err := r.Finish(); {
	case err != nil:
		return err
	case !isObject:
		return errors.New("is no object")
	}
	digest, valid := sbom.NewHash(sbom.SHA256, o.digest)
	switch o.kind {
	case "package":
		if o.name == "" || o.version == "" {
			return errors.New("a package has no name or no version")
		}
		if !m.out.Has(o.name) {
			m.names = append(m.names, o.name)
		}
		c := sbom.Component{PURL: purl.New(purl.Deb, m.vendor, o.name, o.version).With("arch", o.arch).With("distro", m.distro)}
		if valid {
			c.Hashes = []sbom.Hash{digest}
		} else if o.digest != "" {
			m.out.Gap(0, "the digest of %.80s is none of SHA-256", o.name)
		}
		m.out.Add(o.name, c)
	case "slice":
		if name, slice, ok := strings.Cut(o.name, "_"); ok {
			m.slices[name] = append(m.slices[name], slice)
		}
	case "path":
		at := m.root.Place(o.at)
		if at == "" || strings.HasSuffix(o.at, "/") {
			return nil
		}
		if o.final != "" {
			digest, valid = sbom.NewHash(sbom.SHA256, o.final)
		}
		if !valid { // a link
			digest = sbom.Hash{}
		}
		of, _, _ := strings.Cut(o.first, "_")
		m.files = append(m.files, file{of, sbom.InstalledFile{Path: at, Digest: digest}})
	}
	return nil
}

// finish claims what hangs on packages.
func (m *manifest) finish() {
	for _, name := range m.names {
		if list := m.slices[name]; len(list) > 0 {
			slices.Sort(list)
			c := m.out.Component(name)
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:deb:slices", Value: strings.Join(slices.Compact(list), " ")})
		}
	}
	for i := range m.files {
		m.out.Installs(m.files[i].of, m.files[i].InstalledFile)
	}
}
