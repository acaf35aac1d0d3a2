// Package spdx writes graphs as SPDX documents and reads such documents: SPDX 2.2 and 2.3 as JSON and as tag-value, SPDX
// 3.0.1 as JSON-LD.
//
// Sources: https://spdx.github.io/spdx-spec/v2.3/ and https://spdx.github.io/spdx-spec/v3.0.1/.
package spdx

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/sbomgen/sbomgen/sbom"
)

// Options says how to write a document.
type Options struct {
	Version  string // of SPDX: "2.2", "2.3" or "3.0", which is 3.0.1; "" is 2.3
	TagValue bool   // instead of JSON; SPDX 3.0 has no such notation
}

// Write writes a document. It returns what of the graph the format could not carry, and the error of the writer, or one for a
// version or notation that it does not know.
//
// The same document gives the same bytes. The namespace holds a UUIDv5 of the content without the time, the same in both
// notations.
func Write(w io.Writer, d *sbom.Document, o Options) ([]sbom.Loss, error) {
	v, err := o.version()
	if err != nil {
		return nil, err
	}
	wr := newWriter(d, v)
	id, ok := strings.CutPrefix(d.Serial, "urn:uuid:")
	if !ok || !validUUID(id) {
		h := sha256.New()
		wr.e = &encoder{w: h}
		wr.document("")
		id = uuid.NewSHA1(uuid.NewSHA1(uuid.NameSpaceURL, []byte(namespace)), h.Sum(nil)).String()
		wr.lost = [losses]int{}
	}
	wr.e = &encoder{w: w, tags: o.TagValue, lines: outerLevels}
	wr.document(wr.namespace(id))
	return wr.losses(), wr.e.err
}

// version is one that can be written.
type version uint8

const (
	v22 version = iota
	v23
	v30
)

func (o Options) version() (version, error) {
	switch o.Version {
	case "2.2":
		return v22, nil
	case "2.3", "":
		return v23, nil
	case "3.0":
		if o.TagValue {
			return 0, errors.New("SPDX 3.0 has no tag-value notation")
		}
		return v30, nil
	}
	return 0, fmt.Errorf("SPDX %s cannot be written", o.Version)
}

// namespace is what the names of our documents begin with.
const namespace = "https://sbomgen.dev/spdx/"

// namespace is the name of the document with the id: SPDX asks that no two documents share one, so it tells the version of
// the document as well, from the second on.
func (w *writer) namespace(id string) string {
	name := slug(w.name)
	ns := namespace + strings.TrimRight(name[:min(len(name), maxSlug)], "-") + "-" + id
	if w.d.Version > 1 {
		ns += versionMark + strconv.Itoa(w.d.Version)
	}
	return ns
}

// versionMark stands between the id of a document and its version.
const versionMark = "-v"

func validUUID(s string) bool {
	return len(s) == 36 && s == strings.ToLower(s) && uuid.Validate(s) == nil
}

// writer describes one document to an encoder.
type writer struct {
	e *encoder
	n encoder // prints the notes of packages
	d *sbom.Document
	g *sbom.Graph
	v version

	name       string // of the document
	tool       string
	ns         string
	created    string
	refs       []string  // SPDX ids of the components
	held       [][]int32 // of each application: the edges that hold only in some applications, it being one; nil if there are none
	spellings  map[string]spelling
	extracted  []extracted
	parts      [2][]string      // expressions of the component at hand, see licensing
	elements   elements         // of SPDX 3.0 that are no components
	references []sbom.Reference // of the component at hand, see addresses
	cpeNames   []string         // of the component at hand, see cpes
	scratch    []byte
	lost       [losses]int
}

func newWriter(d *sbom.Document, v version) *writer {
	w := &writer{d: d, g: d.Graph, v: v, tool: toolText(d.Tool)}
	root := &w.g.Components[w.g.Root]
	if w.name = line(root.Label()); w.name == "" {
		w.name = "unnamed"
	}
	if version := line(root.VersionText()); version != "" {
		w.name += "-" + version
	}
	ids := names{strings.ToLower(documentRef): true}
	w.refs = make([]string, len(w.g.Components))
	for h := range w.g.Components {
		id := string(w.g.Components[h].ID)
		w.refs[h] = ids.give(refPrefix+slug(id), id)
	}
	for i := range w.g.Edges {
		for _, app := range w.g.Edges[i].In {
			if w.held == nil {
				w.held = make([][]int32, len(w.g.Components))
			}
			w.held[app] = append(w.held[app], int32(i))
		}
	}
	w.spell()
	return w
}

// document describes the whole document. Without a namespace it leaves out what does not count as content: the time as well.
func (w *writer) document(ns string) {
	w.ns, w.created = ns, timestamp(w.d.Created)
	if w.created == "" || ns == "" {
		w.created = noTime
	}
	if w.v == v30 {
		w.document3()
	} else {
		w.document2()
	}
	w.e.flush()
	w.lost[lostCharacters] += w.e.replaced + w.n.replaced
	w.n.replaced = 0
	w.edgeLosses()
}

// noTime stands where a time is required and the document has none.
const noTime = "1970-01-01T00:00:00Z"

// timestamp is a time as documents hold it, "" for none and for those that RFC 3339 cannot write.
func timestamp(t time.Time) string {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format("2006-01-02T15:04:05Z")
}
