package spdx

import (
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// documentNote is what no field says of the document.
func (w *writer) documentNote() string {
	d, n := w.d, &w.n
	n.begin()
	if d.Version > 1 {
		n.number(noteVersion, int64(d.Version))
	}
	if d.Lifecycle != "" && lifecycleOf(sbomType(d.Lifecycle)) != d.Lifecycle {
		n.text(noteLifecycle, string(d.Lifecycle))
	}
	if t := d.Tool; t != (sbom.Tool{}) && t != parseTool(w.tool) {
		n.object(noteTool)
		for _, member := range [...][2]string{{"vendor", t.Vendor}, {"name", t.Name}, {"version", t.Version}} {
			if member[1] != "" {
				n.text(member[0], member[1])
			}
		}
		n.end()
	}
	exact := true
	for _, p := range d.Authors {
		exact = exact && parseAgent(partyOf(p, person).String()).party() == p
	}
	if !exact {
		n.list(noteAuthors)
		for _, p := range d.Authors {
			n.item()
			w.noteParty(p)
			n.end()
		}
		n.end()
	}
	if d.Supplier != (sbom.Party{}) {
		n.object(noteSupplier)
		w.noteParty(d.Supplier)
		n.end()
	}
	if d.Manufacturer != (sbom.Party{}) {
		n.object(noteManufacturer)
		w.noteParty(d.Manufacturer)
		n.end()
	}
	w.noteProperties(d.Properties)
	n.end()
	if len(n.buf) == len("{}") {
		return ""
	}
	return string(n.buf)
}

// noteParty describes a party; the object is open.
func (w *writer) noteParty(p sbom.Party) {
	n := &w.n
	if p.Name != "" {
		n.text("name", p.Name)
	}
	if p.Email != "" {
		n.text("email", p.Email)
	}
	if p.URL != "" {
		if url, ok := sbom.CleanURL(p.URL); ok {
			n.text("url", url)
		} else {
			w.lost[lostAddresses]++
		}
	}
}

// gapText is "path:line: reason (cataloger)". parseGap reads it.
func (w *writer) gapText(gap *sbom.Gap) string {
	b := append(w.scratch[:0], gapMark...)
	b = append(b, gap.Path...)
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

// sbomType is CISA's word for the phase in which the data was gathered, as annex K of SPDX 2.3.1 asks for it; "" for none
// ("Types of Software Bill of Material (SBOM) Documents", 2023).
func sbomType(l sbom.Lifecycle) string {
	switch l {
	case "design":
		return "Design"
	case sbom.PreBuild:
		return "Source"
	case sbom.BuildTime:
		return "Build"
	case sbom.PostBuild:
		return "Analyzed"
	case "operations":
		return "Deployed"
	}
	return ""
}

// lifecycleOf is the phase that a word of CISA's belongs to.
func lifecycleOf(sbomType string) sbom.Lifecycle {
	switch strings.ToLower(sbomType) {
	case "design":
		return "design"
	case "source":
		return sbom.PreBuild
	case "build":
		return sbom.BuildTime
	case "analyzed":
		return sbom.PostBuild
	case "deployed", "runtime":
		return "operations"
	}
	return ""
}

// interpret reads one of our annotations on the document: a Gap, or what no field says of it.
func (s *statement) interpret(note string, b *sbom.Builder) {
	if gap, ok := strings.CutPrefix(note, gapMark); ok {
		b.Gap(parseGap(gap))
		return
	}
	r := decode.NewJSON(note)
	r.Object(func(key string) {
		switch key {
		case noteVersion:
			s.Version = r.Int()
		case noteLifecycle:
			s.Lifecycle = sbom.Lifecycle(r.Text())
		case noteTool:
			var t sbom.Tool
			r.Object(func(key string) {
				switch key {
				case "vendor":
					t.Vendor = r.Text()
				case "name":
					t.Name = r.Text()
				case "version":
					t.Version = r.Text()
				}
			})
			s.Tool = t
		case noteAuthors:
			s.Authors = nil
			r.Array(func() { s.Authors = append(s.Authors, readParty(r)) })
		case noteSupplier:
			s.Supplier = readParty(r)
		case noteManufacturer:
			s.Manufacturer = readParty(r)
		case noteProperties:
			s.Properties = readProperties(r)
		}
	})
}

func readParty(r *decode.JSONReader) sbom.Party {
	var p sbom.Party
	r.Object(func(key string) {
		switch key {
		case "name":
			p.Name = r.Text()
		case "email":
			p.Email = r.Text()
		case "url":
			p.URL = r.Text()
		}
	})
	return p
}

// parseGap reads what writer.gapText writes behind the mark.
func parseGap(text string) sbom.Gap {
	place, reason, ok := strings.Cut(text, ": ")
	if !ok {
		return sbom.Gap{Reason: text}
	}
	var gap sbom.Gap
	gap.Path, gap.Line = cutLine(place)
	gap.Reason = reason
	if i := strings.LastIndex(reason, " ("); i >= 0 && strings.HasSuffix(reason, ")") {
		gap.Reason, gap.Cataloger = reason[:i], reason[i+2:len(reason)-1]
	}
	return gap
}
