// Package snap reads what snaps say of themselves and what snapd notes of those that it installed.
package snap

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Snap reads meta/snap.yaml (https://snapcraft.io/docs/snap-format) of snaps that are mounted or unpacked. snapd's state.json lists what is
// installed with revision and channel, seed.yaml what an image will install: of a system that does not run, whose snaps are closed
// file systems, they alone are left, and they know no versions.
//
// A snap outside of the folders of snapd is unpacked: it is the application of its folder.
var Snap = catalogers.Cataloger{
	Name:       "snap",
	Doc:        "Snaps, installed or unpacked, with their bases and the snaps that provide content to them, channels, revisions and what is in them.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.Generic},
	Files:      catalogers.Glob("**/meta/snap.yaml", "**/var/lib/snapd/state.json", "**/var/lib/snapd/seed/seed.yaml"),
	Group:      func(file string) (string, bool) { p := placeOf(file); return p.system, true },
	ParseGroup: parseSnaps,
}

// store is where snaps come from unless someone runs a store of their own.
const store = "https://snapcraft.io"

// place tells to what system a file belongs, and to which of its snaps.
type place struct {
	system   string // the root of the file system, or the folder of an unpacked snap
	snap     string // the folder of the snap
	revision string // of an installed snap
}

// placeOf finds the place of a file in a snap or in the folder of snapd: snap/NAME/REVISION is where snaps are mounted, below var/lib/snapd on
// systems that keep their root clean.
func placeOf(file string) place {
	parts := strings.Split(file, "/")
	for i, p := range parts[:len(parts)-1] {
		switch {
		case p == "snap" && i+3 < len(parts) && isRevision(parts[i+2]):
			system := parts[:i]
			if len(system) >= 3 && slices.Equal(system[len(system)-3:], []string{"var", "lib", "snapd"}) {
				system = system[:len(system)-3]
			}
			return place{path.Join("./", strings.Join(system, "/")), strings.Join(parts[:i+3], "/"), parts[i+2]}
		case p == "snapd" && i >= 2 && parts[i-1] == "lib" && parts[i-2] == "var" && !strings.HasSuffix(file, "meta/snap.yaml"):
			return place{system: path.Join("./", strings.Join(parts[:i-2], "/"))}
		}
	}
	dir := path.Dir(path.Dir(file)) // meta/snap.yaml, snap/manifest.yaml
	return place{system: dir, snap: dir}
}

// isRevision tells whether a folder is named for a revision: a number of the store, or x and a number for a snap of no store.
func isRevision(s string) bool {
	s = strings.TrimPrefix(s, "x")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func parseSnaps(system string, files []*catalogers.File, out *sbom.Facts) error {
	out.Edges(sbom.Complete)
	var wants []sbom.Relation
	present := make(map[string]bool)
	var state, seed *catalogers.File
	for _, f := range files {
		switch f.Base() {
		case "state.json":
			state = f
			continue
		case "seed.yaml":
			seed = f
			continue
		}
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		y, err := readYAML(text)
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			out.BreakOff()
			continue
		}
		c, at := component(y), placeOf(f.Path)
		if c.PURL.IsZero() {
			out.GapAt(f.Path, "the snap has no name")
			continue
		}
		var key string
		if at.revision == "" {
			out.Path = f.Path // the only file of the group
			key = out.Application(at.snap, application(c))
		} else {
			name := path.Base(path.Dir(at.snap)) // with the key of an instance, where one snap is installed several times
			key = name + " " + at.revision
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:snap:revision", Value: at.revision})
			out.AddIn(sbom.Location{Path: f.Path}, key, c)
			out.Installs(key, sbom.InstalledFile{Path: at.snap + "/", Holds: true})
			if to, err := f.Resolve(path.Join(path.Dir(at.snap), "current")); err != nil || to == at.snap {
				out.Alias(key, name)
				present[name] = true
			}
		}
		for _, to := range needs(y) {
			wants = append(wants, sbom.Relation{From: key, To: to, MayMiss: true}) // a snap can be unpacked, or removed by force
		}
	}
	if state != nil {
		parseState(state, out, present)
	}
	if seed != nil {
		parseSeed(seed, out, present)
	}
	for _, w := range wants {
		if out.Relate(w); !present[w.To] {
			out.BreakOff()
		}
	}
	return nil
}

func readYAML(text string) (decode.Node, error) {
	list, err := decode.Nodes(text)
	switch {
	case err != nil:
		return decode.Node{}, err
	case len(list) == 0:
		return decode.Node{}, errors.New("is empty")
	case list[0].Kind() != decode.Object:
		return decode.Node{}, errors.New("is no mapping")
	}
	return list[0], nil
}

// component is the snap that a snap.yaml or manifest.yaml describes.
func component(y decode.Node) sbom.Component {
	c := sbom.Component{PURL: identity(y.Get("name").Text(), y.Get("version").Text(), y.Get("architectures").Texts()), Description: y.Get("summary").Text()}
	kind := y.Get("type").Text()
	switch kind {
	case "", "app", "application", "snapd":
		c.Kind = sbom.Application
	case "gadget":
		c.Kind = sbom.Firmware // boot loaders and what the device needs before it starts
	default: // base, os, kernel
		c.Kind = sbom.Platform
	}
	if text := y.Get("license").Text(); text != "" && text != "unset" {
		c.Licenses = []sbom.License{{Text: text}}
	}
	for _, l := range [...][2]string{{"website", sbom.Website}, {"source-code", sbom.VCS}, {"issues", sbom.IssueTracker}} {
		for _, raw := range y.Get("links", l[0]).Texts() {
			if url, ok := sbom.CleanURL(raw); ok && strings.Contains(url, "://") {
				c.References = append(c.References, sbom.Reference{Type: l[1], URL: url})
			}
		}
	}
	for _, name := range [...]string{"confinement", "grade"} {
		if v := y.Get(name).Text(); v != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:snap:" + name, Value: v})
		}
	}
	if kind != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:snap:type", Value: kind})
	}
	return c
}

// application is a snap that is the application of its folder.
func application(c sbom.Component) sbom.Component {
	c.Name, c.Version = c.PURL.Name, c.PURL.Version
	return c
}

// identity names a snap; snaps have no type of purls.
func identity(name, version string, architectures []string) purl.PURL {
	if name == "" {
		return purl.PURL{}
	}
	p := purl.New(purl.Generic, "", name, version).With("repository_url", store)
	if len(architectures) == 1 && architectures[0] != "all" {
		p = p.With("arch", architectures[0])
	}
	return p
}

// needs lists the snaps that one cannot do without: its base, which is core where it names none, and those that provide the content
// that its plugs mount (https://snapcraft.io/docs/content-interface).
func needs(y decode.Node) []string {
	var list []string
	switch base := y.Get("base").Text(); {
	case base == "none", base == "bare":
	case base != "":
		list = append(list, base)
	default:
		switch y.Get("type").Text() {
		case "", "app", "application":
			list = append(list, "core")
		}
	}
	for _, plug := range y.Get("plugs").Entries() {
		provider, _, _ := strings.Cut(plug.Get("default-provider").Text(), ":") // "snap" or "snap:slot"
		if provider != "" && !slices.Contains(list, provider) && provider != y.Get("name").Text() {
			list = append(list, provider)
		}
	}
	return list
}
