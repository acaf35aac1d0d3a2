package helm

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// dependency reads a chart that another asks for. A chart in a folder of the tree is an application of its own.
func dependency(d decode.Node, file, dir string, out *sbom.Facts) {
	name, asked, from := d.Get("name").Text(), d.Get("version").Text(), d.Get("repository").Text()
	if name == "" {
		out.GapAt(file, "line %d: a dependency has no name", d.Line())
		return
	}
	r := sbom.Relation{From: out.Owner(), Range: asked, Line: d.Line()}
	if d.Get("condition").Text() != "" || d.Get("tags").Kind() == decode.Array {
		r.Scope = sbom.Optional
	}
	if folder, local := strings.CutPrefix(from, "file://"); local {
		if at := path.Join(dir, folder); !path.IsAbs(folder) && at != ".." && !strings.HasPrefix(at, "../") {
			r.To = out.Application(at, sbom.Component{})
			out.Relate(r)
			return
		}
	}
	version := asked
	if strings.ContainsAny(version, "^~*xX<>= |,") {
		version = ""
	}
	c := component(name, version, from)
	if r.To = c.PURL.String(); !out.Has(r.To) { // with an alias one chart may be asked for twice
		out.AddIn(sbom.Location{Path: file, Line: d.Line()}, r.To, c)
	}
	out.Relate(r)
}

// component is a chart of a repository, of which a name with "@" or "alias:" is only known to the machine.
func component(name, version, from string) sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.Generic, "", name, version)}
	if clean, ok := sbom.CleanURL(from); ok && strings.Contains(clean, "://") {
		c.PURL = c.PURL.With("repository_url", strings.TrimRight(clean, "/"))
	}
	return c
}
