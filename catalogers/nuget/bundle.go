package nuget

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Bundle reads .NET programs that were published as a single file: a native host for Windows, Linux or macOS with the program's files behind it.
//
// Source: https://github.com/dotnet/runtime/tree/main/src/installer/managed/Microsoft.NET.HostModel/Bundle (versions 1 of .NET Core 3, 2 of
// .NET 5 and 6 from .NET 6 on). The .deps.json in the bundle says what the program was built with; where it was left out, the
// assemblies do.
var Bundle = catalogers.Cataloger{
	Name:  "dotnet-bundle",
	Doc:   "NuGet packages in a .NET program that was published as a single file, from the .deps.json or the assemblies in it.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.NuGet},
	Files: catalogers.Magic("\x7fELF", "MZ", "\xcf\xfa\xed\xfe"), // the last is Mach-O for 64-bit processors; none is universal
	Parse: parseBundle,
}

func parseBundle(f *catalogers.File, out *sbom.Facts) error {
	if strings.Contains(f.Base(), ".so") || path.Ext(f.Path) == ".dll" || path.Ext(f.Path) == ".dylib" || path.Ext(f.Path) == ".node" {
		return nil // hosts are programs
	}
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	h := &host{blob, blob.Size()}
	at := h.header()
	if at == 0 {
		return nil
	}
	b, err := readBundle(h, at)
	if err != nil {
		return fmt.Errorf("is a .NET bundle, of which the header %w", err)
	}
	out.Technique = sbom.BinaryAnalysis
	if b.deps.size == 0 {
		return b.claimAssemblies(f.Path, out)
	}
	text, err := b.content(&b.deps)
	if err != nil {
		return fmt.Errorf("is a .NET bundle, of which the .deps.json %w", err)
	}
	d, err := readDeps(string(text), false)
	d.claim(f.Path, out)
	nameless(f.Path, out.Owner(), out)
	inner := sbom.Location{Archive: f.Path, Path: d.program + ".deps.json"}
	for _, t := range d.chosen() {
		for i := range t.entries {
			if c := out.Component(t.keys[strings.ToLower(t.entries[i].id)]); c != nil {
				key := packageKey(t.entries[i].id, t.entries[i].version)
				inner.Line = max(d.libraries[key].line, t.entries[i].line)
				c.Evidence = []sbom.Evidence{{Location: inner}}
			}
		}
	}
	if err != nil {
		return fmt.Errorf("%s in the bundle: %w", inner.Path, err)
	}
	return nil
}

// bundle is what the header says.
type bundle struct {
	*host
	deps     bundled
	files    []bundled // only where there is no .deps.json
	inflated int64     // bytes that were unpacked
}

// bundled is one file in it.
type bundled struct {
	name         string
	kind         byte
	offset, size int64
	compressed   int64 // bytes that it takes; 0 if it is not compressed
}

// The kinds of files, and what is read at the most.
const (
	kindAssembly  = 1
	kindDeps      = 3
	filesLimit    = 100_000
	manifestLimit = 32 << 20
	inflateLimit  = 256 << 20 // of all files
)

var (
	errManifest = errors.New("cannot be read")
	errCut      = errors.New("is cut off")
)

// readBundle reads the header at an offset: numbers little-endian, texts behind their lengths.
func readBundle(h *host, at int64) (*bundle, error) {
	if at < 0 || at > h.size {
		return nil, fmt.Errorf("lies outside the file")
	}
	r := &reader{host: h, at: at, left: min(h.size-at, manifestLimit)}
	major, _, count := r.number(4), r.number(4), r.number(4)
	r.text() // the bundle's id
	if r.err != nil {
		return nil, r.err
	}
	if major == 0 || major > 9 {
		return nil, fmt.Errorf("has the version %d, which is not known", major)
	}
	b := &bundle{host: h}
	if major >= 2 {
		b.deps = bundled{kind: kindDeps, offset: r.number(8), size: r.number(8)}
		for range 3 { // the place of .runtimeconfig.json, flags
			r.number(8)
		}
		if b.deps.size != 0 {
			return b, r.err
		}
	}
	for i := int64(0); i < min(count, filesLimit) && r.err == nil; i++ {
		e := bundled{offset: r.number(8), size: r.number(8)}
		if major >= 6 {
			e.compressed = r.number(8)
		}
		e.kind = byte(r.number(1))
		e.name = r.text()
		if r.err == nil && (e.kind == kindDeps || strings.HasSuffix(e.name, ".deps.json")) {
			b.deps = e
			return b, nil
		}
		if e.kind == kindAssembly {
			b.files = append(b.files, e)
		}
	}
	return b, r.err
}

// content gives the bytes of a file in the bundle.
func (b *bundle) content(e *bundled) ([]byte, error) {
	stored := e.size
	if e.compressed != 0 {
		stored = e.compressed
	}
	if e.size < 0 || stored < 0 || e.offset < 0 || e.offset > b.host.size || stored > b.host.size-e.offset {
		return nil, errors.New("lies outside the file")
	}
	if e.size > catalogers.TextLimit {
		return nil, fmt.Errorf("has %d MB, more than the %d MB that are read", e.size>>20, catalogers.TextLimit>>20)
	}
	r := io.NewSectionReader(b.data, e.offset, stored)
	if e.compressed == 0 {
		data := make([]byte, stored)
		if _, err := io.ReadFull(r, data); err != nil {
			return nil, errCut
		}
		return data, nil
	}
	if b.inflated += e.size; b.inflated > inflateLimit {
		return nil, fmt.Errorf("and those before it unpack to more than the %d MB that are read", inflateLimit>>20)
	}
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(r), e.size)) // grows with what comes
	if err == nil && int64(len(data)) < e.size {
		err = errCut
	}
	return data, err
}

// claimAssemblies tells of the program by the assemblies in it. They refer to each other by name.
func (b *bundle) claimAssemblies(file string, out *sbom.Facts) error {
	app := out.Own(file)
	complete := sbom.Complete
	gap := func(name string, err error) {
		out.Gap(0, "%.100s in the bundle: %v", name, err)
		complete = sbom.Incomplete
	}
	keys := make(map[string]string) // by name in lower case
	var list []*assembly
	for i := range b.files {
		e := &b.files[i]
		a, err := b.assembly(e)
		if err != nil {
			gap(e.name, err)
			if b.inflated > inflateLimit {
				break
			}
			continue
		}
		if a == nil || a.name.Culture != "" {
			continue
		}
		name := strings.ToLower(a.name.Name)
		c, confidence, ok := a.identify()
		if !ok || keys[name] != "" {
			continue
		}
		c.Evidence = []sbom.Evidence{{Confidence: confidence, Location: sbom.Location{Archive: file, Path: e.name}}}
		if keys[name] = name; a.program && !out.Has(app) {
			keys[name] = out.Application(file, c)
		} else {
			out.Add(name, c)
		}
		list = append(list, a)
	}
	for _, a := range list {
		needs, err := a.metadata.References()
		if err != nil {
			gap(a.name.Name, err)
		}
		for i := range needs {
			if to := keys[strings.ToLower(needs[i].Name)]; to != "" && to != app {
				out.DependsOn(keys[strings.ToLower(a.name.Name)], to)
			}
		}
	}
	out.Edges(complete)
	nameless(file, app, out)
	return nil
}

// nameless calls a program of which nothing says the name after its file.
func nameless(file, app string, out *sbom.Facts) {
	if !out.Has(app) {
		out.Application(file, sbom.Component{Name: strings.TrimSuffix(path.Base(file), ".exe")})
	}
}

// assembly reads an assembly in the bundle; where it is not compressed without reading all of it.
func (b *bundle) assembly(e *bundled) (*assembly, error) {
	data, size := io.ReaderAt(io.NewSectionReader(b.data, e.offset, e.size)), e.size
	if e.compressed != 0 {
		content, err := b.content(e)
		if err != nil {
			return nil, err
		}
		data, size = bytes.NewReader(content), int64(len(content))
	} else if e.size < 0 || e.offset < 0 || e.offset > b.host.size || e.size > b.host.size-e.offset {
		return nil, errors.New("lies outside the file")
	}
	image, err := portable.Open(data, size)
	if err != nil {
		return nil, err
	}
	if !image.Managed() {
		return nil, nil
	}
	return readAssembly(image)
}

// reader reads the header by windows.
type reader struct {
	*host
	at, left int64
	window   []byte
	err      error
}

func (r *reader) take(n int64) []byte {
	if r.err == nil && n > r.left+int64(len(r.window)) {
		r.err = errCut
	}
	if r.err == nil && n > int64(len(r.window)) {
		const some = 4 << 10
		b := make([]byte, min(max(n, some), r.left+int64(len(r.window))))
		kept := copy(b, r.window)
		if got, err := r.data.ReadAt(b[kept:], r.at); got < len(b)-kept && err != nil {
			r.err = errManifest
		}
		r.at += int64(len(b) - kept)
		r.left -= int64(len(b) - kept)
		r.window = b
	}
	if r.err != nil {
		return nil
	}
	b := r.window[:n]
	r.window = r.window[n:]
	return b
}

func (r *reader) number(n int64) int64 {
	var whole [8]byte
	copy(whole[:], r.take(n))
	return int64(binary.LittleEndian.Uint64(whole[:]))
}

// text reads a text behind its length in groups of seven bits (https://learn.microsoft.com/dotnet/api/system.io.binarywriter.write7bitencodedint).
func (r *reader) text() string {
	length := int64(0)
	for shift := 0; shift < 28; shift += 7 {
		b := r.number(1)
		length |= b & 0x7f << shift
		if b&0x80 == 0 {
			const longest = 4 << 10 // of paths
			if length > longest {
				r.err = errManifest
			}
			return strings.ToValidUTF8(string(r.take(length)), "_")
		}
	}
	r.err = errManifest
	return ""
}
