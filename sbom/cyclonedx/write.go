package cyclonedx

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/sbomgen/sbomgen/sbom"
)

// Options says how to write a document.
type Options struct {
	Version string // of CycloneDX, "1.2" to "1.7"; "" is 1.6
	XML     bool   // instead of JSON
}

// Write writes a document. It returns what of the graph the format could not carry, in the order of the document, and
// the error of the writer, or one for a version that it does not know.
//
// The same document gives the same bytes. The serial number is a UUIDv5 of the content without the time, the same in both
// notations.
func Write(w io.Writer, d *sbom.Document, o Options) ([]sbom.Loss, error) {
	minor, err := minorVersion(o.Version)
	if err != nil {
		return nil, err
	}
	wr := newWriter(d, minor)
	buf := make([]byte, 0, flushAt+flushAt/4)
	serial := d.Serial
	if !validSerial(serial) {
		h := sha256.New()
		wr.e = &encoder{w: h, buf: buf, digest: true}
		wr.document("")
		space := uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/sbomgen/sbomgen/cyclonedx"))
		serial = "urn:uuid:" + uuid.NewSHA1(space, h.Sum(nil)).String()
		wr.lost = nil
	}
	wr.e = &encoder{w: w, buf: buf, xml: o.XML, oneLine: minor == 2}
	wr.document(serial)
	return wr.lost, wr.e.err
}

// validSerial tells whether s is a serial number by the pattern of the schemas.
func validSerial(s string) bool {
	digits, ok := strings.CutPrefix(s, "urn:uuid:")
	return ok && len(digits) == 36 && digits == strings.ToLower(digits) && uuid.Validate(digits) == nil
}

// minorVersion reads "1.6" as 6.
func minorVersion(version string) (int, error) {
	if version == "" {
		return 6, nil
	}
	minor, ok := strings.CutPrefix(version, "1.")
	if ok && len(minor) == 1 && minor >= "2" && minor <= "7" {
		return int(minor[0] - '0'), nil
	}
	return 0, fmt.Errorf("CycloneDX %s cannot be written", version)
}

// writer describes one document to an encoder.
type writer struct {
	e     *encoder
	d     *sbom.Document
	g     *sbom.Graph
	minor int // of the version: 6 is 1.6

	refs    []string           // of each component
	renamed int                // components whose ids no document may hold
	holders index[sbom.Handle] // of each component: who contains it
	held    index[int32]       // of each application: the edges that hold only in some applications, it being one

	known map[string]spelling // of licence texts
	claims,
	observed,
	beside []claim // of the component at hand, see license.go
	cpes    []string // of the component at hand
	listed  bool     // the property list of the object at hand is open
	scratch []byte
	lost    []sbom.Loss

	cataloger, catalogerContext string // the last cataloger, and what sightingContext says of it
}

func newWriter(d *sbom.Document, minor int) *writer {
	w := &writer{d: d, g: d.Graph, minor: minor, known: make(map[string]spelling)}
	w.refs, w.renamed = references(w.g)
	contains, limited := 0, 0
	for i := range w.g.Edges {
		if w.g.Edges[i].Kind == sbom.Contains {
			contains++
		}
		limited += len(w.g.Edges[i].In)
	}
	n := len(w.g.Components)
	w.holders = newIndex[sbom.Handle](n, contains, func(yield func(sbom.Handle, sbom.Handle)) {
		for i := range w.g.Edges {
			if e := &w.g.Edges[i]; e.Kind == sbom.Contains {
				yield(e.To, e.From)
			}
		}
	})
	w.held = newIndex[int32](n, limited, func(yield func(sbom.Handle, int32)) {
		for i := range w.g.Edges {
			for _, app := range w.g.Edges[i].In {
				yield(app, int32(i))
			}
		}
	})
	return w
}

// index lists values per component.
type index[T any] struct {
	first  []int32
	values []T
}

func newIndex[T any](components, n int, each func(yield func(sbom.Handle, T))) index[T] {
	if n == 0 {
		return index[T]{}
	}
	x := index[T]{make([]int32, components+2), make([]T, n)}
	each(func(h sbom.Handle, _ T) { x.first[h+2]++ })
	for i := 2; i < len(x.first); i++ {
		x.first[i] += x.first[i-1]
	}
	each(func(h sbom.Handle, value T) {
		x.values[x.first[h+1]] = value
		x.first[h+1]++
	})
	return x
}

func (x index[T]) of(h sbom.Handle) []T {
	if x.first == nil {
		return nil
	}
	return x.values[x.first[h]:x.first[h+1]]
}

// references gives each component its bom-ref: its id. Ids that hold characters which no document may hold could become the
// same; they are numbered.
func references(g *sbom.Graph) (refs []string, renamed int) {
	refs = make([]string, len(g.Components))
	var taken map[string]bool
	for h := range g.Components {
		id := string(g.Components[h].ID)
		if refs[h] = id; id != "" && plain(id) {
			continue
		}
		base := cmp.Or(cleaned(id), "component")
		if id == base {
			continue
		}
		ref := base
		for n := 2; ; n++ {
			if _, found := g.Find(sbom.ID(ref)); !found && !taken[ref] {
				break
			}
			ref = base + "~" + strconv.Itoa(n)
		}
		if taken == nil {
			taken = make(map[string]bool)
		}
		taken[ref], refs[h] = true, ref
		renamed++
	}
	return refs, renamed
}

// plain tells whether a string is printable ASCII, as nearly all ids are.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// cleaned is the string as documents of every version can hold it.
func cleaned(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case lineBreak(c):
			return ' '
		case forbidden(c):
			return utf8.RuneError
		}
		return c
	}, s)
}

// document describes the whole document. Without a serial number it leaves out what does not count as content: the
// time as well.
func (w *writer) document(serial string) {
	e := w.e
	version := "1." + strconv.Itoa(w.minor)
	number := max(w.d.Version, 1)
	if e.xml {
		e.buf = append(e.buf, `<?xml version="1.0" encoding="UTF-8"?>`...)
		e.item("bom")
		e.attribute("xmlns", "http://cyclonedx.org/schema/bom/"+version)
		e.attribute("serialNumber", serial)
		e.attribute("version", strconv.Itoa(number))
	} else {
		e.item("bom")
		if w.minor > 2 { // whose schema asks for the address of a draft
			e.text("$schema", "http://cyclonedx.org/schema/bom-"+version+".schema.json")
		}
		e.text("bomFormat", "CycloneDX")
		e.text("specVersion", version)
		if serial != "" {
			e.text("serialNumber", serial)
		}
		e.integer("version", int64(number))
	}
	w.metadata(serial != "")
	e.list("components")
	for h := range w.g.Components {
		if sbom.Handle(h) != w.g.Root {
			e.item("component")
			w.component(sbom.Handle(h))
			e.end()
		}
	}
	e.end()
	w.dependencies()
	w.compositions()
	w.annotations(serial != "")
	e.end()
	e.buf = append(e.buf, '\n')
	e.flush()
	w.lose("characters that no document may hold", e.replaced+w.renamed)
	w.edgeLosses()
}

// dependencies describes the edges: one entry for every component. An application that is contained is depended on too, so
// that readers who know nothing of our properties find everything connected.
func (w *writer) dependencies() {
	e := w.e
	e.list("dependencies")
	for h := range w.g.Components {
		out := w.g.Out(sbom.Handle(h))
		e.item("dependency")
		e.attribute("ref", w.refs[h])
		open, last, provides := false, sbom.Handle(-1), false
		for i := range out {
			switch edge := &out[i]; {
			case edge.Kind == sbom.Provides:
				provides = true
			case edge.To != last && (edge.Kind == sbom.DependsOn || edge.Kind == sbom.Contains && w.g.Components[edge.To].IsApplication()):
				if !open {
					e.array("dependsOn")
					open = true
				}
				e.ref("dependency", w.refs[edge.To])
				last = edge.To
			}
		}
		if open {
			e.end()
		}
		if provides && w.minor >= 6 {
			e.array("provides")
			for i := range out {
				if out[i].Kind == sbom.Provides {
					e.ref("provides", w.refs[out[i].To])
				}
			}
			e.end()
		}
		e.end()
	}
	e.end()
}

// compositions tells for every component how much is known of its own dependencies.
func (w *writer) compositions() {
	if w.minor < 3 {
		for h := range w.g.Components {
			if w.g.Components[h].Completeness != sbom.Unknown {
				w.lose("completeness marks", 1)
			}
		}
		return
	}
	e := w.e
	e.list("compositions")
	for _, degree := range [...]sbom.Completeness{sbom.Complete, sbom.Incomplete, sbom.Unknown} {
		open := false
		for h := range w.g.Components {
			if w.g.Components[h].Completeness != degree {
				continue
			}
			if !open {
				open = true
				e.item("composition")
				e.text("aggregate", degree.String())
				e.list("dependencies")
			}
			e.ref("dependency", w.refs[h])
		}
		if open {
			e.end()
			e.end()
		}
	}
	e.end()
}

// annotations says of the root what could not be understood. The schema asks for a time; where the document has none it is
// the beginning of Unix time.
func (w *writer) annotations(timed bool) {
	if w.minor < 5 || len(w.g.Gaps) == 0 {
		return
	}
	e := w.e
	created := timestamp(w.d.Created)
	if created == "" || !timed {
		created = "1970-01-01T00:00:00Z"
	}
	e.list("annotations")
	for i := range w.g.Gaps {
		e.item("annotation")
		e.list("subjects")
		e.ref("subject", w.refs[w.g.Root])
		e.end()
		e.object("annotator")
		e.object("component")
		w.tool()
		e.end()
		e.end()
		e.text("timestamp", created)
		e.text("text", strings.TrimSuffix(strings.TrimPrefix(w.gap(&w.g.Gaps[i]), ": "), " ()"))
		e.end()
	}
	e.end()
}

// gap is the text of a Gap: "path:line: reason (cataloger)". parseGap reads it.
func (w *writer) gap(gap *sbom.Gap) string {
	b := append(w.scratch[:0], gap.Path...)
	if gap.Line > 0 {
		b = strconv.AppendInt(append(b, ':'), int64(gap.Line), 10)
	}
	b = append(append(b, ": "...), gap.Reason...)
	if gap.Cataloger != "" || strings.HasSuffix(gap.Reason, ")") {
		b = append(append(append(b, " ("...), gap.Cataloger...), ')')
	}
	w.scratch = b
	return string(b)
}

// timestamp is a time as documents hold it, "" for none and for those that RFC 3339 cannot write.
func timestamp(t time.Time) string {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format("2006-01-02T15:04:05Z")
}

// lose counts what the document does not hold.
func (w *writer) lose(what string, n int) {
	if n == 0 {
		return
	}
	for i := range w.lost {
		if w.lost[i].What == what {
			w.lost[i].Count += n
			return
		}
	}
	w.lost = append(w.lost, sbom.Loss{What: what, Count: n})
}

// edgeLosses counts what of the edges no version carries.
func (w *writer) edgeLosses() {
	ranges, scopes, places := 0, 0, 0
	for i := range w.g.Edges {
		e := &w.g.Edges[i]
		if e.Range != "" {
			ranges++
		}
		if e.Scope != sbom.ScopeUnset {
			scopes++
		}
		if e.Path != "" || e.Rule != "" {
			places++
		}
	}
	w.lose("requested ranges", ranges)
	w.lose("edge scopes", scopes)
	w.lose("places and rules of edges", places)
}
