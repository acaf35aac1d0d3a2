package cyclonedx

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// parser reads the JSON notation of every version; what a version lacks does not occur. Members that the graph has no place for are
// passed over.
type parser struct {
	*decode.JSONReader
	s        statement
	overflow bool // more than maxComponents
}

func parseJSON(text string) (*statement, error) {
	p := &parser{JSONReader: decode.NewJSON(text), s: statement{root: -1}}
	format, version := "", ""
	isObject := p.Object(func(key string) {
		switch key {
		case "bomFormat":
			format = p.Text()
		case "specVersion":
			version = p.Text()
		case "serialNumber":
			p.s.Serial = p.Text()
		case "version":
			p.s.Version = p.Int()
		case "metadata":
			p.Object(p.metadata)
		case "components":
			p.componentList(-1)
		case "dependencies":
			p.Array(p.dependency)
		case "compositions":
			p.Array(p.composition)
		}
	})
	switch err := p.Finish(); {
	case err != nil:
		return nil, err
	case p.overflow:
		return nil, fmt.Errorf("more than %d components", maxComponents)
	case !isObject || format != "CycloneDX":
		return nil, errors.New("not a CycloneDX document")
	case !strings.HasPrefix(version, "1."):
		return nil, fmt.Errorf("CycloneDX %q cannot be read", version)
	}
	return &p.s, nil
}

func (p *parser) metadata(key string) {
	s := &p.s
	switch key {
	case "timestamp":
		s.Created, _ = time.Parse(time.RFC3339, p.Text())
	case "lifecycles":
		p.Array(func() {
			p.Object(func(key string) {
				if key == "phase" && s.Lifecycle == "" {
					s.Lifecycle = sbom.Lifecycle(p.Text())
				}
			})
		})
	case "tools":
		p.tools()
	case "authors":
		p.Array(func() { s.Authors = append(s.Authors, p.party()) })
	case "manufacturer": // of the document
		s.Authors = append(s.Authors, p.party())
	case "manufacture":
		s.Manufacturer = p.party()
	case "supplier":
		s.Supplier = p.party()
	case "component":
		if s.root < 0 {
			s.root = p.component(-1)
		}
	case "properties":
		for _, property := range p.properties() {
			if property.Name == propGap {
				s.gaps = append(s.gaps, parseGap(property.Value))
			} else {
				s.Properties = append(s.Properties, property)
			}
		}
	}
}

// tools reads the tools, a list up to 1.4 and an object with components since. The first is the one that counts.
func (p *parser) tools() {
	tool := func() {
		var t sbom.Tool
		p.Object(func(key string) {
			switch key {
			case "vendor", "author", "publisher":
				t.Vendor = p.Text()
			case "manufacturer", "supplier":
				t.Vendor = p.party().Name
			case "name":
				t.Name = p.Text()
			case "version":
				t.Version = p.Text()
			}
		})
		if p.s.Tool.Name == "" {
			p.s.Tool = t
		}
	}
	if p.Kind() == decode.Array {
		p.Array(tool)
		return
	}
	p.Object(func(key string) {
		if key == "components" {
			p.Array(tool)
		}
	})
}

// party reads an organisation or a person.
func (p *parser) party() sbom.Party {
	var party sbom.Party
	p.Object(func(key string) {
		switch key {
		case "name":
			party.Name = p.Text()
		case "email":
			party.Email = p.Text()
		case "url":
			for _, url := range p.Texts() {
				if party.URL == "" {
					party.URL = url
				}
			}
		case "contact":
			p.Array(func() {
				if contact := p.party(); party.Email == "" {
					party.Email = contact.Email
				}
			})
		}
	})
	return party
}

func (p *parser) componentList(parent int) {
	p.Array(func() { p.component(parent) })
}

// component reads a component and those nested in it, and returns its place, -1 for what is none.
func (p *parser) component(parent int) int {
	at := len(p.s.components)
	if at == maxComponents {
		p.overflow = true
		return -1
	}
	c := component{parent: parent}
	p.s.components = append(p.s.components, c)
	var observed []sbom.License
	p.Object(func(key string) {
		switch key {
		case "bom-ref":
			c.ref = p.Text()
		case "type":
			c.Kind = sbom.Kind(p.Text())
		case "supplier":
			c.Supplier = p.party().Name
		case "manufacturer":
			c.maker = p.party()
		case "author":
			c.Author = p.Text()
		case "authors":
			p.Array(func() {
				if author := p.party(); c.Author == "" {
					c.Author = author.Name
				}
			})
		case "group":
			c.Group = p.Text()
		case "name":
			c.Name = p.Text()
		case "version":
			c.Version = p.Text()
		case "description":
			c.Description = p.Text()
		case "scope":
			c.Scope = scopeOf(p.Text())
		case "hashes":
			c.Hashes = p.hashes()
		case "licenses":
			c.Licenses = p.licenses(sbom.DeclaredLicense)
		case "copyright":
			c.Copyright = p.Text()
		case "cpe":
			c.CPE(p.Text(), "")
		case "purl":
			c.PURL, _ = purl.Parse(p.Text())
		case "externalReferences":
			p.Array(func() {
				if r := p.reference(); r.URL != "" {
					c.References = append(c.References, r)
				}
			})
		case "components":
			p.componentList(at)
		case "evidence":
			c.Evidence, observed = p.evidence()
		case "properties":
			c.Properties = p.properties()
		}
	})
	c.Licenses = append(c.Licenses, observed...)
	p.s.components[at] = c
	if c.ref == "" && c.Name == "" && c.PURL.IsZero() && len(p.s.components) == at+1 {
		p.s.components = p.s.components[:at]
		return -1
	}
	return at
}

// scopeOf reads CycloneDX's word. What it calls excluded is there for tests and other purposes than running.
func scopeOf(word string) sbom.Scope {
	switch word {
	case "required":
		return sbom.Runtime
	case "optional":
		return sbom.Optional
	case "excluded":
		return sbom.Development
	}
	return sbom.ScopeUnset
}

func (p *parser) properties() []sbom.Property {
	var list []sbom.Property
	p.Array(func() {
		var property sbom.Property
		p.Object(func(key string) {
			switch key {
			case "name":
				property.Name = p.Text()
			case "value":
				property.Value = p.Text()
			}
		})
		if property.Name != "" {
			list = append(list, property)
		}
	})
	return list
}

func (p *parser) hashes() []sbom.Hash {
	var list []sbom.Hash
	p.Array(func() {
		var h sbom.Hash
		p.Object(func(key string) {
			switch key {
			case "alg":
				h.Algorithm = sbom.Algorithm(p.Text())
			case "content":
				h.Hex = strings.ToLower(p.Text())
			}
		})
		if h.Hex != "" {
			list = append(list, h)
		}
	})
	return list
}

func (p *parser) reference() sbom.Reference {
	var r sbom.Reference
	comment := ""
	p.Object(func(key string) {
		switch key {
		case "type":
			r.Type = p.Text()
		case "url":
			r.URL = p.Text()
		case "comment":
			comment = p.Text()
		case "hashes":
			r.Hashes = p.hashes()
		}
	})
	if r.Type == "other" && referenceSince(comment) < 99 { // a type that the version of the document lacks
		r.Type = comment
	}
	return r
}

// licenses reads an array of licences and expressions, which carry their acknowledgement from 1.6 on.
func (p *parser) licenses(basis sbom.Basis) []sbom.License {
	var list []sbom.License
	p.Array(func() {
		l := sbom.License{Basis: basis}
		var field func(key string)
		field = func(key string) {
			switch key {
			case "license":
				p.Object(field)
			case "expression", "id", "name":
				l.Text = p.Text()
			case "acknowledgement":
				if p.Text() == "concluded" {
					l.Basis = sbom.ConcludedLicense
				}
			case "properties":
				for _, property := range p.properties() {
					if property.Name == propPlace {
						l.Location = parsePlace(property.Value)
					}
				}
			}
		}
		p.Object(field)
		if l.Text != "" {
			list = append(list, l)
		}
	})
	return list
}

// method is how a component was identified.
type method struct {
	technique  sbom.Technique
	confidence uint8
	value      string
}

// evidence reads sightings and observed licences. The identity is one object in 1.5 and a list since.
func (p *parser) evidence() (sightings []sbom.Evidence, observed []sbom.License) {
	var methods []method
	identity := func() {
		p.Object(func(key string) {
			if key == "methods" {
				p.Array(func() {
					if m := p.method(); m != (method{}) {
						methods = append(methods, m)
					}
				})
			}
		})
	}
	p.Object(func(key string) {
		switch key {
		case "identity":
			if p.Kind() == decode.Array {
				p.Array(identity)
			} else {
				identity()
			}
		case "occurrences":
			p.Array(func() {
				if s, ok := p.occurrence(); ok {
					sightings = append(sightings, s)
				}
			})
		case "licenses":
			observed = p.licenses(sbom.ObservedLicense)
		}
	})
	return joined(sightings, methods), observed
}

func (p *parser) method() method {
	var m method
	p.Object(func(key string) {
		switch key {
		case "technique":
			if m.technique = sbom.Technique(p.Text()); m.technique == "other" {
				m.technique = ""
			}
		case "confidence":
			if share, err := strconv.ParseFloat(strings.TrimSpace(p.Raw()), 64); err == nil {
				m.confidence = uint8(math.Round(100 * min(max(share, 0), 1)))
			}
		case "value":
			m.value = p.Text()
		}
	})
	return m
}

func (p *parser) occurrence() (s sbom.Evidence, ok bool) {
	s.Stage = unknownStage
	p.Object(func(key string) {
		switch key {
		case "location":
			s.Location.Archive, s.Location.Path = parseLocation(p.Text())
		case "line":
			s.Location.Line = max(p.Int(), 0)
		case "offset":
			s.Location.Offset = int64(max(p.Int(), 0))
		case "additionalContext":
			for word := range strings.FieldsSeq(p.Text()) {
				switch name, value, _ := strings.Cut(word, "="); name {
				case "cataloger":
					s.Cataloger = value
				case "layer":
					s.Location.Layer = value
				case "stage":
					s.Stage, _ = parseStage(value)
				}
			}
		}
	})
	return s, s.Location.Path != "" || s.Location.Archive != ""
}

// unknownStage marks sightings of which the document tells no stage until that of the component is known.
const unknownStage = sbom.Built + 1

// joined gives each sighting the method that belongs to it: the one at its place where all are in step, otherwise the
// first that names its location. Methods without a location are sightings of their own.
func joined(sightings []sbom.Evidence, methods []method) []sbom.Evidence {
	inStep := len(sightings) == len(methods)
	for i := 0; inStep && i < len(methods); i++ {
		inStep = methods[i].value == locationText(&sightings[i].Location)
	}
	var at map[string]int
	if !inStep {
		at = make(map[string]int, len(methods))
		for i, m := range methods {
			if _, taken := at[m.value]; !taken {
				at[m.value] = i
			}
		}
	}
	for i := range sightings {
		m, ok := i, inStep
		if !inStep {
			m, ok = at[locationText(&sightings[i].Location)]
		}
		if ok {
			sightings[i].Technique, sightings[i].Confidence = methods[m].technique, methods[m].confidence
		}
	}
	for _, m := range methods {
		if m.value == "" {
			sightings = append(sightings, sbom.Evidence{Stage: unknownStage, Technique: m.technique, Confidence: m.confidence})
		}
	}
	return sightings
}

func (p *parser) dependency() {
	var d dependency
	p.Object(func(key string) {
		switch key {
		case "ref":
			d.ref = p.Text()
		case "dependsOn":
			d.dependsOn = p.Texts()
		case "provides":
			d.provides = p.Texts()
		}
	})
	if len(d.dependsOn) > 0 || len(d.provides) > 0 {
		p.s.dependencies = append(p.s.dependencies, d)
	}
}

func (p *parser) composition() {
	var c composition
	p.Object(func(key string) {
		switch key {
		case "aggregate":
			switch word := p.Text(); {
			case word == "complete":
				c.degree = sbom.Complete
			case strings.HasPrefix(word, "incomplete"):
				c.degree = sbom.Incomplete
			}
		case "dependencies":
			c.dependencies = p.Texts()
		}
	})
	if c.degree != sbom.Unknown && len(c.dependencies) > 0 {
		p.s.compositions = append(p.s.compositions, c)
	}
}

func parseStage(word string) (sbom.Stage, bool) {
	for _, s := range sbom.Stages {
		if s.String() == word {
			return s, true
		}
	}
	return unknownStage, false
}

// parseLocation reads what locationText writes.
func parseLocation(text string) (archive, path string) {
	if i := strings.LastIndex(text, archiveArrow); i >= 0 {
		return text[:i], text[i+len(archiveArrow):]
	}
	return "", text
}

// parsePlace reads what placeText writes.
func parsePlace(text string) sbom.Location {
	path, line := cutLine(text)
	l := sbom.Location{Line: line}
	l.Archive, l.Path = parseLocation(path)
	return l
}

// cutLine takes the line off "path:line".
func cutLine(text string) (string, int) {
	i := strings.LastIndexByte(text, ':')
	if line, err := strconv.Atoi(text[i+1:]); i >= 0 && err == nil && line > 0 && text[i+1] != '+' {
		return text[:i], line
	}
	return text, 0
}

// parseGap reads what writer.gap writes.
func parseGap(text string) sbom.Gap {
	var gap sbom.Gap
	place, reason, ok := strings.Cut(text, ": ")
	if !ok {
		return sbom.Gap{Reason: text}
	}
	gap.Path, gap.Line = cutLine(place)
	gap.Reason = reason
	if i := strings.LastIndex(reason, " ("); i >= 0 && strings.HasSuffix(reason, ")") {
		gap.Reason, gap.Cataloger = reason[:i], reason[i+2:len(reason)-1]
	}
	return gap
}
