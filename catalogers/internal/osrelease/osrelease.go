// Package osrelease tells which distribution the packages of a database come from.
package osrelease

import (
	"path"
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

	version, codename, title, home, cpe, variant, build string
}

// Beside gives the patterns of all files that Read may open, for the field of that name, for roots that are so many folders up
// ("../../..").
func Beside(up ...string) []string {
	list := make([]string, 0, len(up)*(2+len(older)))
	for _, root := range up {
		list = append(list, root+"/etc/os-release", root+"/usr/lib/os-release")
		for i := range older {
			list = append(list, root+"/etc/"+older[i].name)
		}
	}
	return list
}

// Read reads etc/os-release or usr/lib/os-release of the file system with the root, which the cataloger must have
// declared; on systems that are older than these, the files that they had for it. Where none names a system the Release is empty.
func Read(f *catalogers.File, root string) Release {
	for _, name := range [...]string{"etc/os-release", "usr/lib/os-release"} {
		at := path.Join(root, name)
		text, _ := read(f, at)
		r := parse(text)
		if r.ID == "" {
			continue
		}
		r.Path = at
		if r.ID == "debian" && r.version+r.codename == "" { // testing and unstable once said neither
			text, _ := read(f, path.Join(root, "etc/debian_version"))
			r.codename = parseDebian(text).codename
		}
		return r
	}
	for i := range older {
		at := path.Join(root, "etc", older[i].name)
		if text, ok := read(f, at); ok {
			if r := older[i].parse(text); r.ID != "" {
				r.Path = at
				return r
			}
		}
	}
	return Release{}
}

// read gives the text of a file of the tree, and whether there is one.
func read(f *catalogers.File, at string) (text string, ok bool) {
	other, err := f.At(at)
	if err != nil {
		return "", false
	}
	text, err = other.Text()
	return text, err == nil
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
		case "VARIANT_ID":
			r.variant = value
		case "BUILD_ID":
			r.build = value
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
	if v := vendor(t, r.ID); v != "" {
		return v
	}
	for _, id := range r.Like {
		if v := vendor(t, id); v != "" {
			return v
		}
	}
	return r.ID
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
	if r.build == "rolling" { // Arch: it has no builds
		r.build = ""
	}
	c.CPE(r.cpe, "")
	for _, p := range [...]sbom.Property{{Name: "sbomgen:os:variant", Value: r.variant}, {Name: "sbomgen:os:build", Value: r.build}} {
		if p.Value != "" {
			c.Properties = append(c.Properties, p)
		}
	}
	out.AddIn(sbom.Location{Path: r.Path}, "operating-system", c)
}
