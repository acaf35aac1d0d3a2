package format

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/cyclonedx"
	"github.com/sbomgen/sbomgen/sbom/decode"
	"github.com/sbomgen/sbomgen/sbom/spdx"
)

// How much is read of what is compressed. SBOMs become 10 to 40 times smaller by compression.
const (
	maxText    = 512 << 20 // bytes of a document
	maxRatio   = 400       // times the compressed size,
	freeText   = 16 << 20  // beyond so many bytes
	maxGrow    = 64 << 20  // bytes that are reserved because a file is as long
	maxLayers  = 3         // of compression
	maxEdges   = 4 << 20   // of a graph
	headLength = 64 << 10  // bytes in which a format shows itself
)

// Read reads a document of any format that is read: CycloneDX as JSON or XML, SPDX 2 as JSON, tag-value or YAML, SPDX 3 as
// JSON-LD, and the graph that the format "json" writes. It finds the format by the content. The document may be compressed by
// gzip, zstd, xz, bzip2 or lzma, and stand in an in-toto statement, a DSSE envelope, a Sigstore bundle or GitHub's answer for the SBOM of a repository.
// Nothing of these is verified: the document's properties Wrapped and Subject tell what they said.
//
// What the document holds and a graph has no place for is counted in properties; its LeftOut lists it. What is malformed inside a document
// becomes a Gap where it can; the error says why there is no document at all.
func Read(r io.Reader) (*sbom.Document, error) {
	text, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	return new(wrapping).document(text)
}

// document reads what a text says.
func (w *wrapping) document(text string) (*sbom.Document, error) {
	text = utf8Text(text)
	kind := sniff(text[:min(len(text), headLength)])
	if kind == unknown {
		kind = sniff(text)
	}
	var d *sbom.Document
	var err error
	switch kind {
	case cyclonedxInJSON:
		d, err = readCycloneDX(text)
	case cyclonedxInXML:
		if text, err = cyclonedxJSON(text); err == nil {
			d, err = readCycloneDX(text)
		}
	case spdxInJSON, spdxInTags, spdxInYAML, spdx3InJSON:
		d, err = spdx.ReadText(text)
	case nativeInJSON:
		d, err = readNative(text)
	case statement, envelope, bundle, answer:
		return w.open(kind, text)
	default:
		return nil, kind.refusal()
	}
	if err != nil {
		return nil, err
	}
	d.Properties = append(d.Properties, w.properties()...)
	return d, nil
}

func readCycloneDX(text string) (*sbom.Document, error) {
	leftOut, err := cyclonedxCensus(text)
	if err != nil {
		return nil, err
	}
	d, err := cyclonedx.Read(strings.NewReader(text))
	if err == nil {
		leftOut.Tell(d)
	}
	return d, err
}

// unpacked reads all there is, through up to maxLayers of compression.
func unpacked(r io.Reader) (string, error) {
	in := &counter{r: r}
	content := io.Reader(in)
	packed := false
	for layer := 0; ; layer++ {
		inner, compression, err := decode.Decompress(content)
		if err != nil && (packed || compression != "") {
			return "", fmt.Errorf("compressed: %w", err)
		} else if err != nil {
			return "", err
		}
		defer inner.Close()
		if content = inner; compression == "" {
			break
		}
		if packed = true; layer == maxLayers {
			return "", fmt.Errorf("compressed more than %d times", maxLayers)
		}
	}
	var text strings.Builder
	if !packed {
		text.Grow(sizeOf(r))
	}
	chunk := make([]byte, 64<<10)
	for {
		n, err := content.Read(chunk)
		text.Write(chunk[:n])
		switch {
		case text.Len() > maxText:
			return "", fmt.Errorf("larger than %d bytes", maxText)
		case packed && text.Len() > freeText && int64(text.Len()) > maxRatio*in.n:
			return "", fmt.Errorf("becomes more than %d times larger by decompression", maxRatio)
		case err == io.EOF:
			return text.String(), nil
		case err != nil && packed:
			return "", fmt.Errorf("compressed: %w", err)
		case err != nil:
			return "", err
		}
	}
}

// sizeOf is how many bytes a file or a text in memory holds, 0 for what does not tell, and at most maxGrow.
func sizeOf(r io.Reader) int {
	size := 0
	switch r := r.(type) {
	case interface{ Len() int }:
		size = r.Len()
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil {
			size = int(min(info.Size(), maxGrow))
		}
	}
	return min(max(size, 0), maxGrow)
}

// counter counts what was read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// utf8Text takes off a byte order mark, and gives UTF-16 that has one as UTF-8: what the ">" of Windows PowerShell 5 writes.
func utf8Text(text string) string {
	order := 0
	switch {
	case strings.HasPrefix(text, "\uFEFF"):
		return text[3:]
	case strings.HasPrefix(text, "\xff\xfe"):
		order = 1
	case !strings.HasPrefix(text, "\xfe\xff"):
		return text
	}
	b := make([]byte, 0, len(text)/2+len(text)/8)
	unit := func(i int) rune { return rune(text[i+order])<<8 | rune(text[i+1-order]) }
	for i := 2; i+1 < len(text); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) && i+3 < len(text) {
			if pair := utf16.DecodeRune(r, unit(i+2)); pair != utf8.RuneError {
				r = pair
				i += 2
			}
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// Sniff tells by the first bytes of a text, which may be compressed, whether Read can read it, and what it is: one of Formats or "spdx-yaml",
// or what such a document is wrapped in: "in-toto", "dsse", "sigstore-bundle", "github". What is recognised and not read has
// a name and is not ok; all else has none. 64 KB tell nearly always; a JSON document may put the telling member at its end.
func Sniff(head []byte) (name string, ok bool) {
	for range maxLayers {
		inner, compression, err := decode.Decompress(bytes.NewReader(head))
		if err != nil {
			return "", false
		}
		if compression == "" {
			break
		}
		head, err = io.ReadAll(io.LimitReader(inner, headLength))
		inner.Close()
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && len(head) == 0 {
			return "", false
		}
	}
	kind := sniff(utf8Text(string(head)))
	return kind.name(), kind.readable()
}
