package weights

import (
	"bufio"
	"io"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// GGUF reads the header of the files of llama.cpp and its like, versions 1 to 3 in either byte order
// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). Of a model in several files the first has the metadata.
var GGUF = catalogers.Cataloger{
	Name:  "gguf",
	Doc:   "Models in *.gguf files: architecture, quantization, size, licence, base models.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.HuggingFace, purl.Generic},
	Files: catalogers.Glob("*.gguf"),
	Parse: parseGGUF,
}

func parseGGUF(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	if p, ok := pointed(blob); ok {
		p.claim(f, out)
		return nil
	}
	g := &gguf{r: bufio.NewReaderSize(io.NewSectionReader(blob, 0, min(blob.Size(), ggufHeader)), 64<<10), text: make(map[string]string), count: make(map[string]uint64)}
	if err := g.header(); err != nil && len(g.text) == 0 {
		return err
	} else if err != nil {
		out.Gap(0, "%v", err)
	}
	if g.count["split.no"] == 0 {
		out.Technique = sbom.BinaryAnalysis
		out.Add(f.Path, g.component(f))
	}
	return nil
}
