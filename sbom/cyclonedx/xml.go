package cyclonedx

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// jsonFromXML gives an XML document of any version as JSON, by way of cyclonedx-go's types. What the graph has no place for
// is not in it.
func jsonFromXML(text string) (string, error) {
	p := &pruner{d: xml.NewDecoder(strings.NewReader(text))}
	bom := new(cdx.BOM)
	if err := xml.NewTokenDecoder(p).Decode(bom); err != nil {
		return "", err
	}
	for {
		switch token, err := p.Token(); token.(type) {
		case nil:
			if err != io.EOF {
				return "", err
			}
			bom.BOMFormat = cdx.BOMFormat
			bom.SpecVersion = cdx.SpecVersion1_7 // it only has to be one that JSON knows
			var b strings.Builder
			err := cdx.NewBOMEncoder(&b, cdx.BOMFileFormatJSON).Encode(bom)
			return b.String(), err
		case xml.StartElement:
			return "", errors.New("text after the document")
		}
	}
}

// pruner hands an XML document to cyclonedx-go v0.12.0 in the form in which the library reads it whole. It leaves out elements of other
// namespaces, which documents may hold anywhere and some of its types refuse, and the parts that no graph holds, of which it
// cannot read all. What the schema calls elements of an occurrence it makes the attributes that the library looks for.
type pruner struct {
	d     *xml.Decoder
	depth int
	queue []xml.Token
}

// Token is that of xml.TokenReader.
func (p *pruner) Token() (xml.Token, error) {
	if len(p.queue) > 0 {
		token := p.queue[0]
		p.queue = p.queue[1:]
		return token, nil
	}
	for {
		token, err := p.d.Token()
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			if _, ok := token.(xml.EndElement); ok {
				p.depth--
			}
			return token, nil
		}
		ours := strings.HasPrefix(start.Name.Space, "http://cyclonedx.org/schema/bom/1.")
		switch {
		case p.depth == 0 && !(ours && start.Name.Local == "bom"):
			return nil, errors.New("not a CycloneDX document")
		case p.depth >= decode.MaxDepth:
			return nil, decode.ErrDepth
		case !ours || !graphed(start.Name.Local):
			if err := p.d.Skip(); err != nil {
				return nil, err
			}
		case start.Name.Local == "occurrence":
			return p.occurrence(start)
		default:
			p.depth++
			return start, nil
		}
	}
}

// graphed tells whether a graph can hold something of an element.
func graphed(name string) bool {
	switch name {
	case "services", "vulnerabilities", "annotations", "formulation", "declarations", "definitions", "citations", "pedigree", "swid", "releaseNotes",
		"modelCard", "data", "cryptoProperties", "patentAssertions", "callstack", "licensing", "address", "text", "modified":
		return false
	}
	return true
}

// occurrence reads an occurrence to its end and turns its elements into attributes, but for the location.
func (p *pruner) occurrence(start xml.StartElement) (xml.Token, error) {
	var said struct {
		Location string `xml:"location"`
		Line     string `xml:"line"`
		Offset   string `xml:"offset"`
		Context  string `xml:"additionalContext"`
	}
	if err := p.d.DecodeElement(&said, &start); err != nil {
		return nil, err
	}
	start.Attr = nil
	add := func(name, value string) {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: name}, Value: value})
	}
	if _, err := strconv.Atoi(said.Line); err == nil {
		add("line", said.Line)
	}
	if _, err := strconv.Atoi(said.Offset); err == nil {
		add("offset", said.Offset)
	}
	add("additionalContext", said.Context)
	location := xml.Name{Space: start.Name.Space, Local: "location"}
	p.queue = []xml.Token{xml.StartElement{Name: location}, xml.CharData(said.Location), xml.EndElement{Name: location}, start.End()}
	return start, nil
}
