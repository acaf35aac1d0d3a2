package snap

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// revision is one revision of a snap as snapd's state has it: data.snaps.NAME.sequence,
// https://github.com/canonical/snapd/blob/2.63/overlord/snapstate/snapmgr.go. The rest of the state, which holds the keys of users, is not looked at.
type revision struct{ name, id, number, channel string }

func parseState(f *catalogers.File, out *sbom.Facts, present map[string]bool) {
	text, err := f.Text()
	if err != nil {
		out.GapAt(f.Path, "%v", err)
		return
	}
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		if key != "data" {
			return
		}
		r.Object(func(key string) {
			if key != "snaps" {
				return
			}
			r.Object(func(instance string) {
				line := r.Line()
				var list []revision
				current, channel := "", ""
				r.Object(func(key string) {
					switch key {
					case "current":
						current = r.Text()
					case "channel":
						channel = r.Text()
					case "sequence":
						r.Array(func() { list = append(list, readRevision(r)) })
					}
				})
				for _, v := range list {
					if v.channel == "" {
						v.channel = channel
					}
					present[instance] = true
					v.claim(sbom.Location{Path: f.Path, Line: line}, instance, current, out)
				}
			})
		})
	})
	if err := r.Finish(); err != nil {
		out.GapAt(f.Path, "%v", err)
		out.BreakOff()
	}
}

func readRevision(r *decode.JSONReader) (v revision) {
	r.Object(func(key string) {
		switch key {
		case "name":
			v.name = r.Text()
		case "snap-id":
			v.id = r.Text()
		case "revision":
			v.number = r.Text()
		case "channel":
			v.channel = r.Text()
		}
	})
	return v
}

// claim adds a revision, or what snapd knows of one whose snap.yaml was read. An empty current says that the revision is the only one.
func (v revision) claim(where sbom.Location, instance, current string, out *sbom.Facts) {
	if v.number == "" || v.name == "" && instance == "" {
		out.GapAt(where.Path, "line %d: a revision of %.80q has no number or no name", where.Line, instance)
		return
	}
	name := v.name
	if name == "" {
		name, _, _ = strings.Cut(instance, "_")
	}
	key := instance + " " + v.number
	if !out.Has(key) {
		out.AddIn(where, key, sbom.Component{Kind: sbom.Application, PURL: identity(name, "", nil),
			Properties: []sbom.Property{{Name: "sbomgen:snap:revision", Value: v.number}}})
		if current == "" || current == v.number {
			out.Alias(key, instance)
		}
	}
	c := out.Component(key)
	if c == nil {
		return
	}
	for _, p := range [...]sbom.Property{{Name: "sbomgen:snap:channel", Value: v.channel}, {Name: "sbomgen:snap:id", Value: v.id}} {
		if p.Value != "" {
			c.Properties = append(c.Properties, p)
		}
	}
	if current != "" && current != v.number {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:snap:current", Value: "false"})
	}
}

// parseSeed reads what an image installs when it starts first: https://ubuntu.com/core/docs/reference/assertions/model and snapd's
// seed.yaml of the releases 16 and 18 of Ubuntu Core and of all classic images. The state knows better once it has happened.
func parseSeed(f *catalogers.File, out *sbom.Facts, present map[string]bool) {
	text, err := f.Text()
	if err != nil {
		out.GapAt(f.Path, "%v", err)
		return
	}
	y, err := readYAML(text)
	if err != nil {
		out.GapAt(f.Path, "%v", err)
		return
	}
	for s := range y.Get("snaps").Items() {
		name, file := s.Get("name").Text(), s.Get("file").Text() // NAME_REVISION.snap
		number := file[strings.LastIndexByte(file, '_')+1:]
		number, ok := strings.CutSuffix(number, ".snap")
		if name == "" || !ok || !isRevision(number) {
			out.GapAt(f.Path, "line %d: a snap has no name, or a file without revision", s.Line())
			continue
		}
		if key := name + " " + number; !out.Has(key) {
			present[name] = true
			revision{name: name, number: number, channel: s.Get("channel").Text()}.claim(sbom.Location{Path: f.Path, Line: s.Line()}, name, "", out)
		}
	}
}
