// Package swift reads what the Swift Package Manager and Xcode write.
package swift

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Resolved reads Package.resolved, versions 1 to 3. It pins packages and says nothing of how they depend on each other; what the
// project asks for stands in Package.swift.
//
// Source: PackageGraph/ResolvedPackagesStore.swift, https://github.com/swiftlang/swift-package-manager.
var Resolved = catalogers.Cataloger{
	Name:   "swift-package-resolved",
	Doc:    "Swift packages pinned in Package.resolved; Package.swift beside it tells which of them were asked for.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Swift},
	Files:  catalogers.Named("Package.resolved"),
	Beside: []string{"Package.swift"},
	Parse:  parseResolved,
}

// pin is one pinned package.
type pin struct {
	identity, kind, location  string
	branch, revision, version string
}

func parseResolved(f *catalogers.File, out *sbom.Facts) error {
	if at := "/" + f.Path; strings.Contains(at, "/.build/checkouts/") || strings.Contains(at, "/SourcePackages/checkouts/") || strings.Contains(at, "/Carthage/Checkouts/") {
		return nil // what a package that was fetched was developed with
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	out.Own(project(f.Dir()))
	asked := requirements(f)
	r := decode.NewJSON(text)
	known := false
	read := func() {
		known = true
		r.Array(func() {
			line, p := r.Line(), readPin(r)
			if r.Err() != nil {
				return
			}
			key, c := p.component()
			if key == "" {
				out.Gap(line, "a pin has neither identity nor location")
				return
			}
			out.AddAt(line, key, c)
			if want, ok := asked[key]; ok {
				out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: want, Line: line})
			}
		})
	}
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if v := r.Int(); v < 1 || v > 3 {
				out.Gap(line, "version %d is unknown", v)
			}
		case "pins":
			read()
		case "object": // version 1
			r.Object(func(key string) {
				if key == "pins" {
					read()
				}
			})
		}
	})
	if err = r.Finish(); err == nil && !known {
		return errors.New("has no pins")
	}
	return err
}

// project is the folder of the project that Xcode keeps the file within: App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm.
func project(dir string) string {
	parts := strings.Split(dir, "/")
	for i, p := range parts {
		if strings.HasSuffix(p, ".xcodeproj") || strings.HasSuffix(p, ".xcworkspace") {
			return path.Join(".", strings.TrimSuffix(path.Join(parts[:i]...), ".swiftpm/xcode"))
		}
	}
	return dir
}

func readPin(r *decode.JSONReader) (p pin) {
	r.Object(func(key string) {
		switch key {
		case "identity", "package":
			p.identity = r.Text()
		case "kind":
			p.kind = r.Text()
		case "location", "repositoryURL":
			p.location = r.Text()
		case "state":
			r.Object(func(key string) {
				switch key {
				case "branch":
					p.branch = r.Text()
				case "revision":
					p.revision = r.Text()
				case "version":
					p.version = r.Text()
				}
			})
		}
	})
	return p
}

// component claims a pin under its key: its address without what people spell differently, or its identity.
func (p *pin) component() (key string, c sbom.Component) {
	version := p.version
	if version == "" {
		version = p.revision
	}
	home, ok := sbom.CleanURL(strings.TrimSuffix(p.location, ".git"))
	ok = ok && p.location != ""
	if p.kind == "registry" { // https://docs.swift.org/swiftpm/documentation/packagemanagerdocs/usingswiftpackageregistry: scope.name
		scope, name, _ := strings.Cut(p.identity, ".")
		if c.PURL = purl.New(purl.Swift, scope, name, version); ok {
			c.PURL = c.PURL.With("repository_url", home)
		}
		return p.identity, c
	}
	if !ok || !strings.Contains(place(home), "/") { // a folder of the machine
		c = sbom.Component{Name: p.identity, Version: version, Properties: []sbom.Property{{Name: "sbomgen:swift:source", Value: "local"}}}
		return p.identity, c
	}
	c.PURL = purl.New(purl.Swift, "", place(home), version)
	c.References = []sbom.Reference{{Type: sbom.VCS, URL: home}}
	for _, x := range [...]sbom.Property{{Name: "branch", Value: p.branch}, {Name: "revision", Value: p.revision}} {
		if x.Value != "" && x.Value != version {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:swift:" + x.Name, Value: x.Value})
		}
	}
	return strings.ToLower(place(home)), c
}

// place is the host and path of an address: the namespace and name of its package. Ports and the ways to reach a host do not
// tell packages apart.
func place(home string) string {
	_, rest, ok := strings.Cut(home, "://")
	host, at, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, ":")
	if at = strings.Trim(at, "/"); !ok || host == "" || at == "" {
		return ""
	}
	return host + "/" + at
}
