package kernel

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// module is what a module says of itself, in the section .modinfo: https://github.com/torvalds/linux/blob/v6.6/include/linux/module.h.
type module struct {
	name, version, license, description, source string
	authors, depends                            []string
	release                                     string // of the kernel that it was built for
	inTree                                      bool
}

var errNoModule = errors.New("is no module of Linux")

// moduleLimit is how large an unpacked module may be. Those of graphics cards have 60 MB.
const moduleLimit = 128 << 20

// readModule reads a module, packed or not.
func readModule(f *catalogers.File) (m module, err error) {
	blob, err := f.Blob()
	if err != nil {
		return m, err
	}
	m.name = moduleName(f.Path)
	r := io.ReaderAt(blob)
	if path.Ext(f.Path) != ".ko" {
		unpacked, err := unpack(io.NewSectionReader(blob, 0, blob.Size()))
		if err != nil {
			return m, err
		}
		data, err := io.ReadAll(io.LimitReader(unpacked, moduleLimit+1))
		switch {
		case err != nil:
			return m, fmt.Errorf("cannot be unpacked: %w", err)
		case len(data) > moduleLimit:
			return m, fmt.Errorf("unpacks to more than the %d MB that are read", moduleLimit>>20)
		}
		r = bytes.NewReader(data)
	}
	head := make([]byte, 4)
	if n, _ := r.ReadAt(head, 0); n < 4 || string(head) != "\x7fELF" {
		return m, errNoModule
	}
	data, err := section.Find(r, ".modinfo", 1<<20)
	if err != nil {
		return m, err
	}
	for entry := range strings.SplitSeq(string(data), "\x00") {
		key, value, _ := strings.Cut(entry, "=")
		switch value = strings.ToValidUTF8(strings.TrimSpace(value), "\uFFFD"); key {
		case "name":
			m.name = value
		case "version":
			m.version = value
		case "license":
			m.license = value
		case "description":
			m.description = value
		case "author":
			m.authors = append(m.authors, value)
		case "srcversion":
			m.source = value
		case "intree":
			m.inTree = value == "Y"
		case "vermagic":
			m.release, _, _ = strings.Cut(value, " ")
		case "depends":
			m.depends = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
		}
	}
	return m, nil
}

// moduleName is a module's name by that of its file: modprobe takes dashes for underscores.
func moduleName(file string) string {
	name, _, _ := strings.Cut(path.Base(file), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// component is a module that is a component of its own. One of the kernel's tree has the kernel's version.
func (m *module) component() sbom.Component {
	version := m.version
	if m.inTree {
		version = m.release
	}
	c := sbom.Component{Kind: sbom.DeviceDriver, PURL: purl.New(purl.Generic, "linux-module", m.name, version), Description: m.description,
		Author: strings.Join(m.authors, ", ")}
	if m.license != "" {
		c.Licenses = []sbom.License{{Text: m.license}}
	}
	if m.source != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:linux:srcversion", Value: m.source})
	}
	if m.release != "" && !m.inTree {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:linux:built-for", Value: m.release})
	}
	return c
}
