package weights

import (
	"slices"
	"strconv"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// onnx is the fields of a ModelProto that are kept.
type onnx struct {
	ir, version                        uint64
	producer, release, domain, doc, in string
	operators                          []string
	metadata                           [][2]string
}

func (m *onnx) read(r *message) error {
	for r.next() {
		switch r.field {
		case 1:
			m.ir = r.number
		case 2:
			m.producer = r.text()
		case 3:
			m.release = r.text()
		case 4:
			m.domain = r.text()
		case 5:
			m.version = r.number
		case 6:
			m.doc = r.text()
		case 7:
			for graph := r.inner(); graph.next(); {
				if graph.field == 2 {
					m.in = graph.text()
				}
			}
		case 8: // OperatorSetIdProto: domain, version
			domain, version := "", uint64(0)
			for set := r.inner(); set.next(); {
				switch set.field {
				case 1:
					domain = set.text()
				case 2:
					version = set.number
				}
			}
			if len(m.operators) < 100 {
				m.operators = append(m.operators, clean(domain)+":"+strconv.FormatUint(version, 10))
			}
		case 14: // StringStringEntryProto: key, value
			var pair [2]string
			for entry := r.inner(); entry.next(); {
				if entry.field == 1 || entry.field == 2 {
					pair[entry.field-1] = clean(entry.text())
				}
			}
			if len(m.metadata) < 100 && pair[0] != "" && pair[1] != "" {
				m.metadata = append(m.metadata, pair)
			}
		}
	}
	return r.err
}

func (m *onnx) component(f *catalogers.File) sbom.Component {
	c := named(f)
	version := ""
	if m.version != 0 {
		version = strconv.FormatInt(int64(m.version), 10)
	}
	if s, ok := snapshotOf(f.Path); ok {
		c.PURL, c.Evidence = s.purl, nil
		s.holds(&c, f)
	} else if domain, graph := clean(m.domain), clean(m.in); domain != "" && graph != "" {
		c.PURL, c.Evidence = purl.New(purl.Generic, domain, graph, version), nil
	} else {
		c.PURL = purl.New(purl.Generic, "", c.PURL.Name, version)
	}
	c.Description = clean(m.doc)
	property(&c, "onnx:producer", clean(m.producer)+" "+clean(m.release))
	property(&c, "onnx:domain", m.domain)
	property(&c, "onnx:graph", m.in)
	property(&c, "onnx:ir-version", number(m.ir))
	slices.Sort(m.operators)
	for _, set := range m.operators {
		property(&c, "onnx:operators", set)
	}
	for _, pair := range m.metadata {
		switch pair[0] {
		case "author", "model_author":
			c.Author = pair[1]
		case "license", "model_license":
			license(&c, pair[1], "", "")
		default:
			if len(pair[0]) < 100 {
				property(&c, "onnx:metadata:"+pair[0], pair[1])
			}
		}
	}
	return c
}
