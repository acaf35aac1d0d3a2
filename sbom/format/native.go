package format

import (
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sbomgen/sbomgen/sbom"
)

// The document of the format "json", schema version 1: everything that the graph holds, with the ranges that were asked for
// and the rules that made components and edges, which no standard format carries. Fields are only ever added within a version.
type nativeDocument struct {
	Schema     string            `json:"schema"`
	Created    string            `json:"created,omitempty"`
	Tool       nativeTool        `json:"tool"`
	About      *nativeAbout      `json:"about,omitempty"`
	Root       sbom.ID           `json:"root"`
	Components []nativeComponent `json:"components"`
	Edges      []nativeEdge      `json:"edges"`
	Gaps       []nativeGap       `json:"gaps"`
	Skipped    []nativeSkip      `json:"skipped"`
}

type nativeTool struct {
	Vendor  string `json:"vendor,omitempty"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// nativeAbout is what a document says of itself beyond tool and time.
type nativeAbout struct {
	Serial       string           `json:"serial,omitempty"`
	Version      int              `json:"version,omitzero"`
	Lifecycle    sbom.Lifecycle   `json:"lifecycle,omitempty"`
	Authors      []nativeParty    `json:"authors,omitempty"`
	Supplier     nativeParty      `json:"supplier,omitzero"`
	Manufacturer nativeParty      `json:"manufacturer,omitzero"`
	Properties   []nativeProperty `json:"properties,omitempty"`
}

type nativeParty struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
}

type nativeComponent struct {
	ID           sbom.ID           `json:"id"`
	Kind         sbom.Kind         `json:"kind"`
	PURL         string            `json:"purl,omitempty"`
	CPEs         []string          `json:"cpes,omitempty"`
	Group        string            `json:"group,omitempty"`
	Name         string            `json:"name"`
	Version      string            `json:"version,omitempty"`
	Path         string            `json:"path,omitempty"`
	Resolution   sbom.ID           `json:"resolution,omitempty"`
	Description  string            `json:"description,omitempty"`
	Author       string            `json:"author,omitempty"`
	Supplier     string            `json:"supplier,omitempty"`
	Copyright    string            `json:"copyright,omitempty"`
	Scope        string            `json:"scope,omitempty"`
	Direct       bool              `json:"direct"`
	Stage        string            `json:"stage"`
	Dependencies string            `json:"dependencies"`
	Licenses     []nativeLicense   `json:"licenses,omitempty"`
	Hashes       []nativeHash      `json:"hashes,omitempty"`
	References   []nativeReference `json:"references,omitempty"`
	Properties   []nativeProperty  `json:"properties,omitempty"`
	Evidence     []nativeEvidence  `json:"evidence,omitempty"`
}

type nativeLicense struct {
	Text    string `json:"text"`
	Basis   string `json:"basis"`
	Path    string `json:"path,omitempty"`
	Archive string `json:"archive,omitempty"`
	Layer   string `json:"layer,omitempty"`
	Line    int    `json:"line,omitzero"`
	Offset  int64  `json:"offset,omitzero"`
}

type nativeHash struct {
	Algorithm sbom.Algorithm `json:"algorithm"`
	Hex       string         `json:"hex"`
}

type nativeReference struct {
	Type   string       `json:"type"`
	URL    string       `json:"url"`
	Hashes []nativeHash `json:"hashes,omitempty"`
}

type nativeProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type nativeEvidence struct {
	Cataloger  string         `json:"cataloger,omitempty"`
	Stage      string         `json:"stage"`
	Technique  sbom.Technique `json:"technique,omitempty"`
	Confidence uint8          `json:"confidence"`
	Rule       string         `json:"rule,omitempty"`
	Path       string         `json:"path"`
	Archive    string         `json:"archive,omitempty"`
	Layer      string         `json:"layer,omitempty"`
	Line       int            `json:"line,omitzero"`
	Offset     int64          `json:"offset,omitzero"`
}

type nativeEdge struct {
	From  sbom.ID   `json:"from"`
	To    sbom.ID   `json:"to"`
	Kind  string    `json:"kind"`
	Scope string    `json:"scope,omitempty"`
	Range string    `json:"range,omitempty"`
	Rule  string    `json:"rule,omitempty"`
	Path  string    `json:"path,omitempty"`
	Line  int       `json:"line,omitzero"`
	In    []sbom.ID `json:"in,omitempty"`
}

type nativeGap struct {
	Path      string `json:"path,omitempty"`
	Line      int    `json:"line,omitzero"`
	Cataloger string `json:"cataloger,omitempty"`
	Reason    string `json:"reason"`
}

type nativeSkip struct {
	Path string `json:"path"`
	Rule string `json:"rule"`
}

// NativeSchema names the format "json" in its documents.
const NativeSchema = "https://sbomgen.dev/schema/graph-1"

func writeJSON(w io.Writer, d *sbom.Document, _ string) ([]sbom.Loss, error) {
	g := d.Graph
	id := func(h sbom.Handle) sbom.ID { return g.Components[h].ID }
	n := nativeDocument{Schema: NativeSchema, Tool: nativeTool(d.Tool), About: about(d), Root: id(g.Root),
		Components: make([]nativeComponent, 0, len(g.Components)), Edges: make([]nativeEdge, 0, len(g.Edges)), Gaps: []nativeGap{}, Skipped: []nativeSkip{}}
	if !d.Created.IsZero() {
		n.Created = d.Created.UTC().Format(time.RFC3339)
	}
	for h := range g.Components {
		c := native(&g.Components[h])
		if owner := g.Context(sbom.Handle(h)); owner != sbom.Handle(h) {
			c.Resolution = id(owner)
		}
		n.Components = append(n.Components, c)
	}
	for _, e := range g.Edges {
		edge := nativeEdge{From: id(e.From), To: id(e.To), Kind: e.Kind.String(), Scope: e.Scope.String(), Range: e.Range, Rule: e.Rule, Path: e.Path, Line: e.Line}
		for _, app := range e.In {
			edge.In = append(edge.In, id(app))
		}
		n.Edges = append(n.Edges, edge)
	}
	for _, gap := range g.Gaps {
		n.Gaps = append(n.Gaps, nativeGap(gap))
	}
	for _, skip := range g.Skipped {
		n.Skipped = append(n.Skipped, nativeSkip(skip))
	}
	err := json.MarshalWrite(w, n, jsontext.AllowInvalidUTF8(true), jsontext.WithIndent("  "))
	if err == nil {
		_, err = io.WriteString(w, "\n")
	}
	return nil, err
}

func about(d *sbom.Document) *nativeAbout {
	a := &nativeAbout{Serial: d.Serial, Version: d.Version, Lifecycle: d.Lifecycle, Supplier: nativeParty(d.Supplier), Manufacturer: nativeParty(d.Manufacturer)}
	for _, p := range d.Authors {
		a.Authors = append(a.Authors, nativeParty(p))
	}
	for _, p := range d.Properties {
		a.Properties = append(a.Properties, nativeProperty(p))
	}
	return a
}

func native(c *sbom.Component) nativeComponent {
	group, name := c.GroupName()
	n := nativeComponent{
		ID: c.ID, Kind: c.Kind, Group: group, Name: name, Version: c.VersionText(), Path: c.Path,
		Description: c.Description, Author: c.Author, Supplier: c.Supplier, Copyright: c.Copyright,
		Scope: c.Scope.String(), Direct: c.Direct, Stage: c.Stage.String(), Dependencies: c.Completeness.String(),
		CPEs: c.CPEs, Hashes: nativeHashes(c.Hashes),
	}
	if !c.PURL.IsZero() {
		n.PURL = c.PURL.String()
	}
	for _, l := range c.Licenses {
		n.Licenses = append(n.Licenses, nativeLicense{l.Text, [...]string{"declared", "concluded", "observed"}[l.Basis],
			l.Location.Path, l.Location.Archive, l.Location.Layer, l.Location.Line, l.Location.Offset})
	}
	for _, r := range c.References {
		if url, ok := sbom.CleanURL(r.URL); ok {
			n.References = append(n.References, nativeReference{r.Type, url, nativeHashes(r.Hashes)})
		}
	}
	for _, p := range c.Properties {
		n.Properties = append(n.Properties, nativeProperty(p))
	}
	for _, e := range c.Evidence {
		n.Evidence = append(n.Evidence, nativeEvidence{e.Cataloger, e.Stage.String(), e.Technique, e.Confidence, e.Rule,
			e.Location.Path, e.Location.Archive, e.Location.Layer, e.Location.Line, e.Location.Offset})
	}
	return n
}

func nativeHashes(list []sbom.Hash) []nativeHash {
	var out []nativeHash
	for _, h := range list {
		out = append(out, nativeHash(h))
	}
	return out
}
