package npm

import (
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// entry is what a lockfile of npm says of one folder.
type entry struct {
	folder, name, version, resolved, integrity, deprecated string

	licenses []sbom.License
	line     int
	link     bool // to the folder that resolved names
	dev      bool // only development leads to it
	optional bool // only optional dependencies do
	either   bool // devOptional: both do, on different paths
	peer     bool // only peer dependencies do
	extra    bool // nothing does
	bundled  bool // another package's tarball holds it
	script   bool // its installation runs a script
}

// field reads a member of the entry, if it is one that is kept.
func (e *entry) field(r *decode.JSONReader, key string) bool {
	switch key {
	case "version":
		e.version = r.Text()
	case "resolved":
		e.resolved = r.Text()
	case "integrity":
		e.integrity = r.Text()
	case "name":
		e.name = r.Text()
	case "license", "licenses":
		e.licenses = licenses(r)
	case "dev":
		e.dev = r.Bool()
	case "optional":
		e.optional = r.Bool()
	case "devOptional":
		e.either = r.Bool()
	case "peer":
		e.peer = r.Bool()
	case "link":
		e.link = r.Bool()
	case "extraneous":
		e.extra = r.Bool()
	case "inBundle", "bundled":
		e.bundled = r.Bool()
	case "hasInstallScript":
		e.script = r.Bool()
	case "deprecated":
		e.deprecated = r.Text()
	default:
		return false
	}
	return true
}

// scope is what the flags say. npm sets none of them on what production needs in any case; what is both dev and optional is
// optional to what only development needs.
func (e *entry) scope() sbom.Scope {
	switch {
	case e.extra:
		return sbom.ScopeUnset
	case e.dev:
		return sbom.Development
	case e.optional, e.either:
		return sbom.Optional
	case e.peer:
		return sbom.Peer
	}
	return sbom.Runtime
}

// describe makes c the package in the entry's folder. dir is the folder of the project in the tree. An error is about the
// integrity; the component is good without it.
func (e *entry) describe(c *sbom.Component, dir string) error {
	c.PURL, c.Licenses, c.Scope = pkg(e.name, e.version), e.licenses, e.scope()
	from := locate(e.resolved)
	from.pinned(c, dir, e.resolved)
	err := from.vouch(c, e.integrity)
	note := func(name, value string) {
		if value != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:" + name, Value: value})
		}
	}
	note("deprecated", e.deprecated)
	for _, flag := range [...]struct {
		set  bool
		name string
	}{{e.script, "install-script"}, {e.bundled, "bundled"}, {e.extra, "extraneous"}} {
		if flag.set {
			note(flag.name, "true")
		}
	}
	return err
}
