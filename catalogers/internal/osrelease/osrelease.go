// Package osrelease tells which distribution the packages of a database come from.
package osrelease

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Release is what os-release says of a system, https://www.freedesktop.org/software/systemd/man/latest/os-release.html.
type Release struct {
	Path string // of the file that says so, empty where there is none
	ID   string // in lower case
	Like []string

	version, codename, title, home, cpe string
}

// Read reads etc/os-release or usr/lib/os-release of the file system with the root, which the cataloger must have
// declared. Where neither names a system the Release is empty.
func Read(f *catalogers.File, root string) Release {
	for _, name := range [...]string{"etc/os-release", "usr/lib/os-release"} {
		at := path.Join(root, name)
		other, err := f.At(at)
		if err != nil {
			continue
		}
		text, err := other.Text()
		if err != nil {
			continue
		}
		if r := parse(text); r.ID != "" {
			r.Path = at
			return r
		}
	}
	return Release{}
}

func parse(text string) (r Release) {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch value = unquote(value); name {
		case "ID":
			r.ID = strings.ToLower(value)
		case "ID_LIKE":
			r.Like = strings.Fields(strings.ToLower(value))
		case "VERSION_ID":
			r.version = value
		case "VERSION_CODENAME":
			r.codename = value
		case "PRETTY_NAME":
			r.title = value
		case "HOME_URL":
			r.home = value
		case "CPE_NAME":
			r.cpe = value
		}
	}
	return r
}

// unquote undoes the quoting of a shell.
func unquote(s string) string {
	if len(s) < 2 || s[0] != s[len(s)-1] || s[0] != '"' && s[0] != '\'' {
		return s
	}
	quote := s[0]
	s = s[1 : len(s)-1]
	if quote == '\'' || !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Distro is the value of the qualifier "distro": debian-12, alpine-3.18.2; with the code name where a release has no number, as
// Debian's testing.
func (r Release) Distro() string {
	switch {
	case r.ID == "":
		return ""
	case r.version != "":
		return r.ID + "-" + r.version
	case r.codename != "":
		return r.ID + "-" + r.codename
	}
	return r.ID
}

// Vendor is the namespace of the system's packages of the type: that of the distribution whose archive they come from. A derivative that
// is not known has it from the first known one that it says it is like. It is empty where nothing is known.
func (r Release) Vendor(t purl.Type) string {
	for _, id := range append([]string{r.ID}, r.Like...) {
		if v := vendor(t, id); v != "" {
			return v
		}
	}
	return r.ID
}

// vendor gives the namespace for a distribution that is known to have packages of the type of its own.
func vendor(t purl.Type, id string) string {
	var known []string
	switch t {
	case purl.Deb:
		known = []string{"debian", "ubuntu", "raspbian", "kali", "devuan", "linuxmint", "pop", "elementary", "deepin", "pureos", "parrot"}
	case purl.APK:
		known = []string{"alpine", "wolfi", "chainguard", "openwrt", "postmarketos", "minimos", "adelie", "alpaquita", "chimera"}
	case purl.ALPM:
		if id == "msys2" {
			return "msys"
		}
		known = []string{"arch", "arch32", "archarm", "manjaro", "msys"} // https://github.com/package-url/purl-spec/blob/main/types/alpm-definition.json
	case purl.RPM:
		switch {
		case id == "rhel":
			return "redhat"
		case strings.HasPrefix(id, "opensuse"):
			return "opensuse"
		case strings.HasPrefix(id, "sle"), strings.HasPrefix(id, "sl-"):
			return "suse"
		}
		known = []string{"fedora", "centos", "almalinux", "rocky", "amzn", "ol", "mariner", "azurelinux", "photon", "openeuler"}
	}
	if slices.Contains(known, id) {
		return id
	}
	return ""
}

// Claim adds the operating system to what the environment contains.
func (r Release) Claim(out *sbom.Facts) {
	if r.ID == "" {
		return
	}
	c := sbom.Component{Kind: sbom.OperatingSystem, Name: r.ID, Version: r.version, Description: r.title}
	if c.Version == "" {
		c.Version = r.codename
	}
	if home, ok := sbom.CleanURL(r.home); ok {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: home}}
	}
	if r.cpe != "" {
		c.Properties = []sbom.Property{{Name: "sbomgen:os:cpe", Value: r.cpe}}
	}
	out.AddIn(sbom.Location{Path: r.Path}, "operating-system", c)
}
