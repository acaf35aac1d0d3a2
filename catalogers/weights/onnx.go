package weights

import (
	"errors"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// ONNX reads what a model says of itself in the fields of the message ModelProto
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, https://protobuf.dev/programming-guides/encoding/). The graph with its weights,
// one of the fields, is passed over but for its name: with the domain and the version that is the identity of the model, for those few that
// have a domain; all others are called after their file.
var ONNX = catalogers.Cataloger{
	Name:  "onnx",
	Doc:   "Models in *.onnx files: who produced them, domain, version, operator sets, metadata.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.HuggingFace, purl.Generic},
	Files: catalogers.Glob("*.onnx"),
	Parse: parseONNX,
}

func parseONNX(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	if p, ok := pointed(blob); ok {
		p.claim(f, out)
		return nil
	}
	var m onnx
	if err := m.read(&message{at: blob, end: blob.Size()}); err != nil {
		return err
	}
	if m.ir == 0 {
		return errors.New("is no ONNX model: it has no IR version")
	}
	out.Technique = sbom.BinaryAnalysis
	out.Add(f.Path, m.component(f))
	return nil
}
