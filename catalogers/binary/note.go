package binary

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/catalogers/internal/segment"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Note reads the note in which distributions tell from which of their packages a program or library was built, also where no package database is left.
//
// Source: https://systemd.io/ELF_PACKAGE_METADATA/. The name is that of the source package, and most often of a binary package too; hence the confidence.
var Note = catalogers.Cataloger{
	Name:  "elf-note",
	Doc:   "Packages that distributions name in the .note.package of their ELF programs and libraries, with the shared libraries that these need.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Deb, purl.RPM, purl.APK, purl.ALPM, purl.Generic},
	Files: catalogers.Magic("\x7fELF"),
	Parse: parseNote,
}

const packageNote = 0xcafe1a7e

type note struct {
	Type         string `json:"type"`
	OS           string `json:"os"`
	OSVersion    string `json:"osVersion"`
	OSCPE        string `json:"osCpe"`
	Name         string `json:"name"`
	Version      string `json:"version"`
	Architecture string `json:"architecture"`
	AppCPE       string `json:"appCpe"`
	DebugInfo    string `json:"debugInfoUrl"`
}

func parseNote(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	content := segment.Note(blob, "FDO", packageNote)
	if content == nil {
		return nil
	}
	text := strings.TrimRight(string(content), "\x00")
	if !utf8.ValidString(text) {
		return errors.New("package note: is no UTF-8")
	}
	var n note
	if err := decode.JSON(text, &n); err != nil {
		return fmt.Errorf("package note: %w", err)
	}
	if n.Name == "" || n.Type == "" {
		return errors.New("package note: has no type or no name")
	}
	out.Technique, out.Confidence = sbom.BinaryAnalysis, 80
	const key = "package"
	out.Add(key, n.component())
	segment.Needs(out, key, blob)
	return nil
}

// component is the package as the catalogers of package databases name it, as far as the note says enough.
func (n *note) component() sbom.Component {
	id, version := n.system()
	release := osrelease.Release{ID: id}
	distro := id
	if version != "" {
		distro += "-" + version
	}
	t := purl.Type(strings.ToLower(n.Type))
	at := n.Version
	c := sbom.Component{}
	switch t {
	case purl.Deb, purl.RPM, purl.APK, purl.ALPM:
		if t == purl.RPM {
			at = strings.TrimPrefix(at, "0:")
		}
		if id == "" {
			id = map[purl.Type]string{purl.Deb: "debian", purl.APK: "alpine", purl.ALPM: "arch"}[t]
			release = osrelease.Release{ID: id}
		}
		c.PURL = purl.New(t, cmp.Or(release.Vendor(t), id), n.Name, at).With("arch", n.Architecture)
		if version != "" {
			c.PURL = c.PURL.With("distro", distro)
		}
	default:
		c.PURL = purl.New(purl.Generic, "", n.Name, at).With("arch", n.Architecture)
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:elf:package-type", Value: n.Type})
	}
	c.CPE(n.AppCPE, "")
	if n.OSCPE != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:elf:os-cpe", Value: n.OSCPE})
	}
	if home, ok := sbom.CleanURL(n.DebugInfo); ok {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:elf:debuginfo", Value: home})
	}
	return c
}

// system is the id and version of the operating system as its os-release has them: told so, or from its CPE in either binding ("cpe:/o:fedoraproject:fedora:40").
func (n *note) system() (id, version string) {
	id, version = strings.ToLower(n.OS), n.OSVersion
	cpe, ok := strings.CutPrefix(n.OSCPE, "cpe:2.3:")
	if !ok {
		cpe = strings.TrimPrefix(n.OSCPE, "cpe:/")
	}
	parts := strings.Split(cpe, ":")
	if len(parts) < 3 || parts[0] != "o" {
		return id, version
	}
	if id == "" {
		switch vendor, product := parts[1], parts[2]; product {
		case "enterprise_linux":
			id = "rhel"
		case "debian_linux":
			id = "debian"
		case "ubuntu_linux":
			id = "ubuntu"
		case "amazon_linux":
			id = "amzn"
		case "leap", "tumbleweed", "opensuse":
			id = strings.TrimSuffix("opensuse-"+product, "-opensuse")
		case "cbl-mariner":
			id = "mariner"
		case "linux":
			id = map[string]string{"oracle": "ol", "rocky": "rocky", "almalinux": "almalinux"}[vendor]
		default:
			id = product
		}
	}
	if version == "" && len(parts) > 3 && parts[3] != "*" && parts[3] != "-" {
		version = parts[3]
	}
	return id, version
}
