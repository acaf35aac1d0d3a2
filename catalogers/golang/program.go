package golang

import (
	"debug/buildinfo"
	"runtime/debug"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// program is a Go program or shared library.
type program struct {
	*buildinfo.BuildInfo
	file     string
	settings map[string]string
}

// programKey is the key of the program among the claims.
const programKey = "program"

func (p *program) claim(out *sbom.Facts) {
	const key = programKey
	c := p.component()
	c.Kind, c.Completeness = sbom.Application, sbom.Incomplete
	out.Add(key, c)
	contains := func(part string, c sbom.Component) {
		if !out.Has(part) {
			out.Add(part, c)
		}
		out.Relate(sbom.Relation{From: key, To: part, Kind: sbom.Contains})
	}
	for _, d := range p.Deps {
		if d == nil || d.Path == "" {
			continue
		}
		m := linked(d)
		contains(m.Name+"@"+m.PURL.Version, m)
	}
	if v := p.goVersion(); v != "" {
		contains(standardLibrary+"@"+v, standardLibraryOf(v))
	}
}

// linked is the component of a module that was linked in, or of what replaced it.
func linked(d *debug.Module) sbom.Component {
	m := d
	if d.Replace != nil {
		m = d.Replace
	}
	// The replacement by a folder has no version; its path is one of the machine that built the program.
	if d.Replace != nil && m.Version == "" || strings.HasPrefix(m.Path, "/") || strings.HasPrefix(m.Path, ".") {
		return localOnly(d.Path, versionOf(d.Version))
	}
	c := library(m.Path, versionOf(m.Version))
	if m.Path != d.Path {
		c.Properties = append(c.Properties, sbom.Property{Name: propertyReplaces, Value: strings.TrimSuffix(d.Path+"@"+versionOf(d.Version), "@")})
	}
	if isH1(m.Sum) {
		c.Properties = append(c.Properties, sbom.Property{Name: propertyH1, Value: m.Sum})
	}
	return c
}

// versionOf drops what the go command writes where there is no version: modules of the workspace or main module.
func versionOf(v string) string {
	if v == "(devel)" {
		return ""
	}
	return v
}

// goVersion is the version of the standard library: "1.22.1" of "go1.22.1 X:boringcrypto" or "go1.22.1-vendor"; "" for a development
// version, which has none.
func (p *program) goVersion() string {
	word, _, _ := strings.Cut(p.GoVersion, " ")
	v, ok := strings.CutPrefix(word, "go")
	if !ok {
		return ""
	}
	v, _, _ = strings.Cut(v, "-")
	return v
}

// component is the program itself: its main module, with the package that was built as the subpath, so that the programs of one module
// stay apart. Without module information (built from single files, by Bazel, before modules) it is called after the file.
func (p *program) component() sbom.Component {
	version, source := p.version()
	c := sbom.Component{Name: p.file, Version: version}
	if p.Main.Path != "" && p.Path != "command-line-arguments" {
		c = library(p.Main.Path, version)
		if below, ok := strings.CutPrefix(p.Path, p.Main.Path+"/"); ok {
			c.Name = p.Path
			c.PURL = c.PURL.WithSubpath(below)
		}
		p.addCommit(&c)
	}
	if source != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: propertyVersion, Value: source})
		c.Evidence = []sbom.Evidence{{Confidence: 60}}
	}
	if isH1(p.Main.Sum) {
		c.Properties = append(c.Properties, sbom.Property{Name: propertyH1, Value: p.Main.Sum})
	}
	if p.Path != "" && p.Path != c.Name {
		c.Properties = append(c.Properties, sbom.Property{Name: propertyMain, Value: p.Path})
	}
	if p.GoVersion != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: propertySetting + "go", Value: p.GoVersion})
	}
	for _, s := range p.Settings {
		if kept(s.Key) && s.Value != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: propertySetting + s.Key, Value: s.Value})
		}
	}
	return c
}

// addCommit names the commit that the program was built from, where the module's path says in which repository it is.
func (p *program) addCommit(c *sbom.Component) {
	repository, revision := repository(p.Main.Path), p.settings["vcs.revision"]
	if repository == "" || revision == "" || p.settings["vcs"] != "git" || strings.Trim(revision, "0123456789abcdef") != "" {
		return
	}
	at := "git+" + repository + "@" + revision
	c.References = []sbom.Reference{{Type: sbom.VCS, URL: at}}
	if versionOf(p.Main.Version) == "" {
		c.PURL = c.PURL.With("vcs_url", at)
	}
}

// kept tells whether a build setting is told. Flags of the compiler and linker are not: they hold paths, names of people and
// machines, and now and then a secret.
func kept(key string) bool {
	switch key {
	case "-buildmode", "-compiler", "-tags", "-trimpath", "-race", "-msan", "-asan", "-cover", "CGO_ENABLED", "DefaultGODEBUG",
		"vcs", "vcs.revision", "vcs.time", "vcs.modified":
		return true
	}
	return strings.HasPrefix(key, "GO") // GOOS, GOARCH, GOAMD64, GOEXPERIMENT, GOFIPS140 ...
}
