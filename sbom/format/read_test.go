package format

import (
	"bytes"
	order "cmp"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/cyclonedx"
)

func read(t testing.TB, text []byte) *sbom.Document {
	t.Helper()
	d, err := Read(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%.60q: %v", text, err)
	}
	return d
}

// shared finds the official documents; where they are absent it says what is left out.
func shared(t *testing.T, what string) (string, bool) {
	t.Helper()
	dir := os.Getenv("SBOMGEN_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "spec", what)
	if _, err := os.Stat(dir); err != nil {
		t.Logf("left out: the official documents of %s are not there", what)
		return "", false
	}
	return dir, true
}

// each calls f for every file below a folder.
func each(t *testing.T, folder string, f func(name string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil {
			f(filepath.Base(path), text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// documentGraph is what of a graph every format carries: components without the offsets, rules and layers of sightings, edges with the
// applications in which they hold, Gaps.
func documentGraph(g *sbom.Graph) any {
	id := func(h sbom.Handle) sbom.ID { return g.Components[h].ID }
	var lines []string
	components := slices.Clone(g.Components)
	for h := range components {
		c := &components[h]
		c.Evidence = nil
		c.Version = c.VersionText()
		c.Licenses = slices.SortedFunc(slices.Values(c.Licenses), func(a, b sbom.License) int {
			return order.Or(int(a.Basis)-int(b.Basis), order.Compare(a.Text, b.Text), order.Compare(a.Location.Path, b.Location.Path))
		})
		if owner := g.Context(sbom.Handle(h)); owner != sbom.Handle(h) {
			lines = append(lines, fmt.Sprintf("%s is resolved by %s", c.ID, id(owner)))
		}
	}
	for _, e := range g.Edges {
		line := fmt.Sprintf("%s %s %s", id(e.From), e.Kind, id(e.To))
		for _, app := range e.In {
			line += " in " + string(id(app))
		}
		lines = append(lines, line)
	}
	return struct {
		Root       sbom.ID
		Components []sbom.Component
		Lines      []string
		Gaps       []sbom.Gap
	}{id(g.Root), components, lines, g.Gaps}
}

var comparing = cmp.Options{cmp.AllowUnexported(purl.PURL{}), cmpopts.EquateEmpty()}

// specs are the formats in which nothing of the document graph is lost.
var specs = []string{"cyclonedx-json", "cyclonedx-json@1.7", "cyclonedx-xml", "spdx-json", "spdx-json@2.2", "spdx-json@3.0", "spdx-tag-value", "spdx-tag-value@2.2", "json"}

func TestConversionThereAndBackIsAnIdentity(t *testing.T) {
	for name, d := range documents(t) {
		for _, from := range specs {
			origin := read(t, written(t, d, from))
			if diff := cmp.Diff(documentGraph(d.Graph), documentGraph(origin.Graph), comparing); diff != "" && !strings.HasSuffix(from, "@2.2") { // 2.2 sorts hashes
				t.Errorf("%s in %s: %s", name, from, diff)
			}
			for _, over := range specs {
				back := read(t, written(t, read(t, written(t, origin, over)), from))
				if diff := cmp.Diff(documentGraph(origin.Graph), documentGraph(back.Graph), comparing); diff != "" {
					t.Errorf("%s from %s over %s: %s", name, from, over, diff)
				}
			}
		}
	}
}

func TestTheOwnFormatLosesNothing(t *testing.T) {
	for name, d := range documents(t) {
		got := read(t, written(t, d, "json"))
		if diff := cmp.Diff(d, got, comparing, cmpopts.IgnoreUnexported(sbom.Graph{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(string(written(t, d, "json")), string(written(t, got, "json"))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestTheOfficialCycloneDXDocumentsAreRead(t *testing.T) {
	folder, ok := shared(t, "cyclonedx/documents")
	if !ok {
		return
	}
	read, refused := 0, 0
	each(t, folder, func(name string, text []byte) {
		d, err := Read(bytes.NewReader(text))
		switch {
		case strings.HasSuffix(name, ".textproto"):
			if err == nil || !strings.Contains(err.Error(), "protobuf") {
				t.Errorf("%s: %v", name, err)
			}
			refused++
			return
		case !strings.HasPrefix(name, "valid-"):
			return
		case err != nil:
			t.Errorf("%s: %v", name, err)
			return
		}
		read++
		if name, ok := Sniff(text); !ok || !strings.HasPrefix(name, "cyclonedx-") {
			t.Errorf("%s is taken for %q", name, name)
		}
		if names := cpeNames(d.Graph); bytes.Contains(text, []byte("cpe:")) != (len(names) == 1 && strings.HasPrefix(names[0], "cpe:2.3:a:example:")) {
			t.Errorf("%s has the CPE names %q", name, names)
		}
		for _, spec := range []string{"cyclonedx-json", "spdx-json", "spdx-json@3.0"} { // what others wrote survives as well
			again := written(t, d, spec)
			if diff := cmp.Diff(documentGraph(d.Graph), documentGraph(mustRead(t, again).Graph), comparing); diff != "" {
				t.Errorf("%s over %s: %s", name, spec, diff)
			}
		}
	})
	t.Logf("%d read, %d refused as protobuf", read, refused)
}

// cpeNames lists the CPE names of all components.
func cpeNames(g *sbom.Graph) (list []string) {
	for h := range g.Components {
		list = append(list, g.Components[h].CPEs...)
	}
	return list
}

func TestCPENamesOfOthersSurvive(t *testing.T) {
	const first, second, third = "cpe:2.3:a:acme:agent:1.0:*:*:*:*:*:*:*", `cpe:2.3:a:acme:agent\+\/x:1.0\~b:*:*:*:*:*:*:*`, "cpe:2.3:o:acme:system:-:*:pro:*:*:*:*:*"
	all := []string{first, second, third}
	for text, want := range map[string][]string{
		`{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"type":"library","name":"a","version":"1","cpe":"cpe:/a:acme:agent:1.0"}]}`:                                                                           all[:1],
		`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","cpe":"cpe:2.3:a:acme:agent\\+\\/x:1.0\\~b:*:*:*:*:*:*:*"}]}`:                                                             all[1:2],
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.0"><components><component type="library"><name>a</name><version>1</version><cpe> cpe:/o:acme:system:-::pro </cpe></component></components></bom>`:                   all[2:],
		"SPDXVersion: SPDX-2.2\nPackageName: a\nSPDXID: SPDXRef-a\nExternalRef: SECURITY cpe23Type " + third + "\nExternalRef: SECURITY cpe22Type cpe:/a:acme:agent:1.0\nExternalRef: SECURITY cpe23Type " + second + "\n": all,
		`{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a","externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe22Type","referenceLocator":"cpe:/a:acme:agent%2b%2fx:1.0~b"}]}]}`:      all[1:2],
		`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"SpdxDocument","spdxId":"d"},{"type":"software_Package","spdxId":"p","name":"a",
			"externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"cpe23","identifier":"` + third + `"},{"type":"ExternalIdentifier","externalIdentifierType":"cpe22","identifier":"cpe:/a:acme:agent:1.0"}]}]}`: {first, third},
	} {
		d := read(t, []byte(text))
		if diff := cmp.Diff(want, cpeNames(d.Graph)); diff != "" || len(d.LeftOut()) > 0 {
			t.Errorf("%.60s: %s %v", text, diff, d.LeftOut())
		}
		for _, spec := range append([]string{"cyclonedx-json@1.3", "cyclonedx-xml@1.3", "cyclonedx-json@1.5", "cyclonedx-xml@1.7"}, specs...) {
			for _, over := range specs {
				if diff := cmp.Diff(want, cpeNames(read(t, written(t, read(t, written(t, d, over)), spec)).Graph)); diff != "" {
					t.Errorf("%.60s over %s in %s: %s", text, over, spec, diff)
				}
			}
		}
		for _, spec := range []string{"cyclonedx-json@1.2", "cyclonedx-xml@1.2"} { // which have room for one
			if diff := cmp.Diff(want[:1], cpeNames(read(t, written(t, d, spec)).Graph)); diff != "" {
				t.Errorf("%.60s in %s: %s", text, spec, diff)
			}
		}
	}
}

func mustRead(t testing.TB, text []byte) *sbom.Document { return read(t, text) }

func TestTheOfficialSPDXDocumentsAreRead(t *testing.T) {
	folder, ok := shared(t, "spdx/examples")
	if !ok {
		return
	}
	read := 0
	each(t, folder, func(name string, text []byte) {
		d, err := Read(bytes.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		read++
		if kind, ok := Sniff(text); !ok || !strings.HasPrefix(kind, "spdx-") {
			t.Errorf("%s is taken for %q", name, kind)
		}
		for _, spec := range []string{"cyclonedx-json", "spdx-json", "spdx-json@3.0", "spdx-tag-value"} {
			again := written(t, d, spec)
			if diff := cmp.Diff(documentGraph(d.Graph), documentGraph(mustRead(t, again).Graph), comparing); diff != "" {
				t.Errorf("%s over %s: %s", name, spec, diff)
			}
		}
	})
	t.Logf("%d read", read)
}

// The oracle of the XML notation is cyclonedx-go, which package cyclonedx reads it with, twenty times as slow.
func TestXMLSaysWhatCycloneDXGoReads(t *testing.T) {
	texts := make(map[string][]byte)
	for name, d := range documents(t) {
		for _, version := range []string{"1.2", "1.4", "1.5", "1.6", "1.7"} {
			texts[name+" "+version] = written(t, d, "cyclonedx-xml@"+version)
		}
	}
	if folder, ok := shared(t, "cyclonedx/documents"); ok {
		each(t, folder, func(name string, text []byte) {
			if strings.HasPrefix(name, "valid-") && strings.HasSuffix(name, ".xml") {
				texts[name] = text
			}
		})
	}
	for name, text := range texts {
		want, err := cyclonedx.Read(bytes.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := read(t, text)
		got.Properties = slices.DeleteFunc(got.Properties, func(p sbom.Property) bool { return p.Name == sbom.LeftOut })
		if diff := cmp.Diff(want, got, comparing, cmpopts.IgnoreUnexported(sbom.Graph{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

const small = `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","purl":"pkg:npm/a@1"}]}`

func wrapped(text string) *strings.Reader { return strings.NewReader(text) }

func base(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func TestDocumentsAreFoundInWhatWrapsThem(t *testing.T) {
	const subject = `"subject":[{"name":"app.tar","digest":{"sha256":"abc","sha512":"def"}},{"digest":{"sha1":"0"}},{}],`
	v1 := `{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://cyclonedx.org/bom",` + subject + `"predicate":` + small + `}`
	quoted := strings.ReplaceAll(small, `"`, `\"`)
	tags := `SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nPackageName: a\nSPDXID: SPDXRef-a\nExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1\n`
	dsse := `{"payloadType":"application/vnd.in-toto+json","payload":"` + base(v1) + `","signatures":[{"sig":"x"},{"sig":"y"}]}`
	bundled := `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{},"dsseEnvelope":` + dsse + `}`
	provenance := `{"payload":"` + base(`{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://slsa.dev/provenance/v1","predicate":{}}`) + `","payloadType":"application/vnd.in-toto+json"}`
	for name, test := range map[string]struct{ text, kind, value string }{
		"in-toto v1":          {v1, "in-toto", "in-toto statement https://cyclonedx.org/bom; not verified"},
		"predicate as text":   {`{"_type":"https://in-toto.io/Statement/v0.1","predicate":"` + quoted + `"}`, "in-toto", "in-toto statement; not verified"},
		"cosign's Data":       {`{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","predicate":{"Data":"` + tags + `","Timestamp":""}}`, "in-toto", "in-toto statement https://spdx.dev/Document; not verified"},
		"cosign's Data, JSON": {`{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"x","predicate":{"Data":` + small + `}}`, "in-toto", "in-toto statement x; not verified"},
		"DSSE":                {dsse, "dsse", "DSSE envelope with 2 signatures, in-toto statement https://cyclonedx.org/bom; not verified"},
		"DSSE, payload first": {`{"payload":"` + base(v1) + `","payloadType":"application/vnd.in-toto+json","signatures":[{}]}`, "dsse", "DSSE envelope with 1 signature, in-toto statement https://cyclonedx.org/bom; not verified"},
		"bundle":              {bundled, "sigstore-bundle", "Sigstore bundle, DSSE envelope with 2 signatures, in-toto statement https://cyclonedx.org/bom; not verified"},
		"several lines":       {provenance + "\n" + dsse + "\n\n", "dsse", "DSSE envelope with 2 signatures, in-toto statement https://cyclonedx.org/bom; not verified"},
		"GitHub":              {`{"sbom":{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]}]}}`, "github", "answer of GitHub; not verified"},
	} {
		d, err := Read(wrapped(test.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, ok := d.Graph.Find("pkg:npm/a@1"); !ok && len(d.Graph.Components) < 2 && d.Graph.Components[d.Graph.Root].PURL.Name != "a" {
			t.Errorf("%s: %v", name, d.Graph.Components)
		}
		i := slices.IndexFunc(d.Properties, func(p sbom.Property) bool { return p.Name == Wrapped })
		if i < 0 || d.Properties[i].Value != test.value {
			t.Errorf("%s: %v", name, d.Properties)
		}
		if kind, ok := Sniff([]byte(test.text)); !ok || kind != test.kind {
			t.Errorf("%s is taken for %q", name, kind)
		}
	}
	d := read(t, []byte(dsse))
	want := []sbom.Property{{Name: Wrapped, Value: "DSSE envelope with 2 signatures, in-toto statement https://cyclonedx.org/bom; not verified"},
		{Name: Subject, Value: "app.tar sha256:abc"}, {Name: Subject, Value: "sha1:0"}}
	if diff := cmp.Diff(want, d.Properties); diff != "" {
		t.Error(diff)
	}
	if kind, ok := Sniff([]byte(`{"payload":"` + base(v1)[:200])); !ok || kind != "dsse" {
		t.Errorf("an envelope that is cut off is taken for %q", kind)
	}
	for text, reason := range map[string]string{
		provenance: `in-toto statement of type "https://slsa.dev/provenance/v1": not an SBOM`,
		`{"mediaType":"application/vnd.dev.sigstore.bundle+json;version=0.1","messageSignature":{}}`: "the Sigstore bundle holds a signature and not what it signs",
		`{"payloadType":"application/vnd.in-toto+json","payload":"%"}`:                               "payload of the envelope: is not base64",
		dsse + "\n" + dsse:             "holds several SBOMs",
		provenance + "\n" + provenance: "not an SBOM",
		dsse[:len(dsse)-1]:             "unexpected end",
		`{"_type":"https://in-toto.io/Statement/v1","predicate":` + small + `} x`: "text after the value",
	} {
		if _, err := Read(wrapped(text)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.60s: %v, want %s", text, err, reason)
		}
	}
	nested := small
	for range maxWrappings + 1 {
		nested = `{"payloadType":"application/vnd.in-toto+json","payload":"` + base(nested) + `"}`
	}
	if _, err := Read(wrapped(nested)); err == nil || !strings.Contains(err.Error(), "wrapped more than") {
		t.Errorf("%v", err)
	}
}

func gzipped(t testing.TB, text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstandard(t testing.TB, text []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(text, nil)
}

func xzed(t testing.TB, text []byte) []byte {
	var b bytes.Buffer
	w, err := xz.WriterConfig{DictCap: 1 << 20}.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCompressedDocumentsAreRead(t *testing.T) {
	text := written(t, large(t, 300), "spdx-json")
	for name, packed := range map[string][]byte{"gzip": gzipped(t, text), "zstd": zstandard(t, text), "xz": xzed(t, text), "both": gzipped(t, zstandard(t, text))} {
		if n := len(read(t, packed).Graph.Components); n != 301 {
			t.Errorf("%s: %d components", name, n)
		}
		most := packed[:len(packed)-len(packed)/8]
		if name == "xz" { // gives nothing before it has a whole chunk
			most = packed
		}
		if kind, ok := Sniff(most); !ok || kind != "spdx-json" {
			t.Errorf("%s is taken for %q", name, kind)
		}
		for n := range 40 {
			if _, err := Read(bytes.NewReader(packed[:len(packed)*n/40])); err == nil {
				t.Errorf("%s: %d of %d bytes are enough", name, len(packed)*n/40, len(packed))
			}
		}
	}
	deep := text
	for range maxLayers + 1 {
		deep = gzipped(t, deep)
	}
	if _, err := Read(bytes.NewReader(deep)); err == nil || !strings.Contains(err.Error(), "compressed more than") {
		t.Errorf("%v", err)
	}
}

// zeros is a stream of as many spaces.
type zeros int

func (z *zeros) Read(p []byte) (int, error) {
	if *z == 0 {
		return 0, io.EOF
	}
	n := min(len(p), int(*z))
	for i := range p[:n] {
		p[i] = ' '
	}
	*z -= zeros(n)
	return n, nil
}

func TestBombsAreRefusedEarly(t *testing.T) {
	var packed bytes.Buffer
	w, err := zstd.NewWriter(&packed, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	content := zeros(300 << 20)
	if _, err := io.Copy(w, &content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Read(&packed)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "larger by decompression") {
		t.Errorf("%v", err)
	}
	if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 200 {
		t.Errorf("took %d MB", grown)
	}
}

func TestTextInUTF16IsRead(t *testing.T) {
	for _, order := range []int{0, 1} {
		packed := []byte{0xfe, 0xff}
		if order == 1 {
			packed = []byte{0xff, 0xfe}
		}
		for _, unit := range utf16.Encode([]rune(strings.Replace(small, `"a"`, `"ä漢😀"`, 1))) {
			b := [2]byte{byte(unit >> 8), byte(unit)}
			packed = append(packed, b[order], b[1-order])
		}
		d := read(t, packed)
		if h, ok := d.Graph.Find("pkg:npm/a@1"); !ok || d.Graph.Components[h].Name != "ä漢😀" {
			t.Errorf("%v", d.Graph.Components)
		}
		if kind, ok := Sniff(packed); !ok || kind != "cyclonedx-json" {
			t.Errorf("taken for %q", kind)
		}
	}
}

func TestFormatsAreToldByTheirContent(t *testing.T) {
	for text, want := range map[string]string{
		"": "", " \n": "", "{}": "", "[]": "", "null": "", "{\"a\":1}": "", "<html/>": "", "<bom/>": "", "\x00\x01": "", "hello: world\n": "", `{"bomFormat":"Other"}`: "", `{"spdxVersion":7}`: "",
		"\uFEFF" + small: "cyclonedx-json", " \r\n\t" + small: "cyclonedx-json", `{"$schema":"http://cyclonedx.org/schema/bom-1.5.schema.json"`: "cyclonedx-json",
		`{"components":[{"a":[{}]}],"bomFormat":"CycloneDX"}`: "cyclonedx-json", small[:30]: "cyclonedx-json",
		`<?xml version="1.0"?><!-- x --><bom xmlns="http://cyclonedx.org/schema/bom/1.0">`: "cyclonedx-xml", `<c:bom a='>' xmlns:c="http://cyclonedx.org/schema/bom/1.4" version="1">`: "cyclonedx-xml",
		"spec_version: \"1.5\"\n": "(cyclonedx-protobuf)", "# proto-message: Bom\n\nspec_version: \"1.5\"\n": "(cyclonedx-protobuf)", "\n\x031.5\x12\x00": "(cyclonedx-protobuf)",
		`{"SPDXID":"SPDXRef-DOCUMENT"`: "spdx-json", `{"name":"x","spdxVersion":"SPDX-2.2"}`: "spdx-json",
		`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"`: "spdx-json", `{"@graph":[],"@context":["https://spdx.org/rdf/3.0.0/spdx-context.jsonld",{}]}`: "spdx-json", `{"@context":"https://schema.org"}`: "",
		"# x\nSPDXVersion: SPDX-2.3\n": "spdx-tag-value", "DataLicense: CC0-1.0\r\nSPDXVersion: SPDX-2.2\r\n": "spdx-tag-value",
		"---\nspdxVersion: \"SPDX-2.3\"\n": "spdx-yaml", "SPDXID: \"SPDXRef-DOCUMENT\"\ncreationInfo:\n  created: x\n": "spdx-yaml",
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#">`: "(spdx-xml)", "<Document><spdxVersion>SPDX-2.2</spdxVersion>": "(spdx-xml)",
		`{"schema":"` + NativeSchema + `"`: "json", `{"sbom":{"name":"x","SPDXID":"SPDXRef-DOCUMENT"`: "github", `{"sbom":7}`: "", `{"payload":"e30="`: "", `{"payload":"!!`: "",
	} {
		name, ok := Sniff([]byte(text))
		if !ok && name != "" {
			name = "(" + name + ")"
		}
		if name != want {
			t.Errorf("%.80q is taken for %q, want %q", text, name, want)
		}
	}
}

func TestWhatIsNoSBOMIsRefusedInOneLine(t *testing.T) {
	for text, reason := range map[string]string{
		"": "not an SBOM", "{}": "not an SBOM", "hello\n": "not an SBOM", "\x1f\x8b": "compressed: ", "\x1f\x8b\x08\x00": "compressed: ", "\x28\xb5\x2f\xfd": "compressed: ",
		"spec_version: \"1.5\"\n": "CycloneDX as protobuf is not read", "<rdf:RDF xmlns:rdf='x'><spdx.org/rdf/>": "SPDX as RDF or XML is not read",
		`{"bomFormat":"CycloneDX","specVersion":"2.0"}`: `CycloneDX "2.0" cannot be read`, small[:60]: "line 1: ", small + "x": "text after the value", `{"spdxVersion":"SPDX-9"}`: "SPDX-9",
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components>`: "line 1: unexpected end", `<bom xmlns="http://cyclonedx.org/schema/bom/1.4"></components>`: "ends no element",
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>x`: "text outside", `<bom xmlns="http://cyclonedx.org/schema/bom/1.4"/><a/>`: "text after the document",
		`<!DOCTYPE b [<!ENTITY a "b">]><bom xmlns="http://cyclonedx.org/schema/bom/1.4"><metadata><component><name>&a;</name></component></metadata></bom>`: `the entity "a" is not known`,
		`{"schema":"` + NativeSchema + `","root":"x"}`: `the root "x" is not among the components`, `{"schema":"` + NativeSchema + `","components":[{"id":"a"}]}`: "component 1: ",
	} {
		_, err := Read(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: %v, want %s", text, err, reason)
		}
	}
}

func TestWhatAGraphCannotHoldIsCounted(t *testing.T) {
	const component = `"type":"library","name":"a","cpe":"cpe:2.3:a:a:a:1:*:*:*:*:*:*:*","purl":"nonsense","swid":{"tagId":"x"},"modified":false,"pedigree":{"notes":"x"},"tags":["a","b"],` +
		`"licenses":[{"license":{"id":"MIT","text":{"content":"x"},"url":"https://example.com/"}}],"authors":[{"name":"a"},{"name":"b"}],"externalReferences":[{"type":"vcs","url":"x","comment":"y"}],` +
		`"evidence":{"copyright":[{"text":"a"},{"text":"b"}],"callstack":{"frames":[]}},"manufacturer":{"name":"m"}`
	const text = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"tools":[{"name":"one"},{"name":"two"}],"licenses":[{"license":{"id":"MIT"}}],"lifecycles":[{"phase":"build"},{"phase":"design"}]},
		"services":[{},{}],"vulnerabilities":[{}],"annotations":[{}],"compositions":[{"aggregate":"complete","assemblies":["a"]}],"components":[{` + component + `,"components":[{` + component + `}]}],"invented":{}}`
	want := []sbom.Loss{{What: "annotations", Count: 1}, {What: "component manufacturer", Count: 2}, {What: "component pedigree", Count: 2}, {What: "component swid", Count: 2},
		{What: "component tags", Count: 2}, {What: "compositions of assemblies", Count: 1}, {What: "evidence callstack", Count: 2}, {What: "evidence copyright", Count: 4}, {What: "further authors of components", Count: 2},
		{What: "further lifecycles", Count: 1}, {What: "further tools", Count: 1}, {What: "invented", Count: 1}, {What: "license text", Count: 2}, {What: "license url", Count: 2}, {What: "malformed purls", Count: 2},
		{What: "metadata licenses", Count: 1}, {What: "reference comment", Count: 2}, {What: "services", Count: 2}, {What: "vulnerabilities", Count: 1}}
	if diff := cmp.Diff(want, read(t, []byte(text)).LeftOut()); diff != "" {
		t.Error(diff)
	}
	const inXML = `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><tools><tool><name>one</name></tool></tools><licenses/></metadata>
		<components><component type="library" mime-type="text/plain"><name>a</name><cpe>x</cpe><licenses><license><id>MIT</id><text>x</text></license></licenses><modified>true</modified><swid tagId="x"/></component></components>
		<services><service><name>s</name></service><service/></services><vulnerabilities><vulnerability/></vulnerabilities><other xmlns="urn:x"/></bom>`
	want = []sbom.Loss{{What: "component mime-type", Count: 1}, {What: "component modified", Count: 1}, {What: "component swid", Count: 1}, {What: "license text", Count: 1}, {What: "malformed CPE names", Count: 1},
		{What: "metadata licenses", Count: 1}, {What: "services", Count: 2}, {What: "vulnerabilities", Count: 1}}
	if diff := cmp.Diff(want, read(t, []byte(inXML)).LeftOut()); diff != "" {
		t.Error(diff)
	}
	for name, d := range documents(t) {
		for _, spec := range specs {
			if losses := read(t, written(t, d, spec)).LeftOut(); len(losses) > 0 {
				t.Errorf("%s in %s: %v", name, spec, losses)
			}
		}
	}
}

func TestHostileDocumentsGiveAnErrorOrGaps(t *testing.T) {
	for name, text := range map[string]string{
		"deep arrays":     strings.Repeat("[", 100_000),
		"deep objects":    strings.Repeat(`{"a":`, 100_000),
		"deep components": `{"bomFormat":"CycloneDX","specVersion":"1.5","components":` + strings.Repeat(`[{"components":`, 100_000),
		"deep elements":   `<bom xmlns="http://cyclonedx.org/schema/bom/1.4">` + strings.Repeat("<components><component>", 100_000),
		"deep licences":   `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"licenses":[` + strings.Repeat(`{"license":`, 100_000),
		"deep nodes":      `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[` + strings.Repeat(`{"a":`, 100_000),
		"deep YAML":       "spdxVersion: SPDX-2.3\npackages: " + strings.Repeat("[", 100_000),
		"deep graph":      `{"schema":"` + NativeSchema + `","x":` + strings.Repeat("[", 100_000),
		"deep predicate":  `{"_type":"https://in-toto.io/Statement/v1","predicate":` + strings.Repeat(`{"Data":`, 100_000),
		"deep answers":    strings.Repeat(`{"sbom":`, 100_000),
		"many entities":   `<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><metadata>` + strings.Repeat("&", 1_000_000),
		"many lines":      strings.Repeat("a: b\n", 1_000_000),
		"an open tag":     `<bom xmlns="http://cyclonedx.org/schema/bom/1.4" ` + strings.Repeat("a='' ", 300_000),
		"an open comment": `<bom xmlns="http://cyclonedx.org/schema/bom/1.4">` + strings.Repeat("<!--", 300_000),
		"a doctype":       `<!DOCTYPE ` + strings.Repeat("[<", 300_000),
	} {
		if d, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s: %d components", name, len(d.Graph.Components))
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: %.400s", name, err)
		}
	}
	for name, text := range map[string]string{
		"twice":      `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"bom-ref":"a","type":"library","name":"x"},{"bom-ref":"a","type":"library","name":"y"}]}`,
		"dangling":   `{"bomFormat":"CycloneDX","specVersion":"1.5","dependencies":[{"ref":"a","dependsOn":["b"]}]}`,
		"SPDX twice": `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-a","name":"b"}]}`,
		"in the own": `{"schema":"` + NativeSchema + `","root":"a","components":[{"id":"a","name":"a","stage":"locked"}],"edges":[{"from":"a","to":"b","kind":"contains"}]}`,
	} {
		d, err := Read(strings.NewReader(text))
		if err != nil || len(d.Graph.Gaps) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	cycle := read(t, []byte(`{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"bom-ref":"r","name":"r"}},"components":[{"bom-ref":"a","name":"a"},{"bom-ref":"b","name":"b"}],
		"dependencies":[{"ref":"r","dependsOn":["a","r"]},{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["a","r","b"]}]}`))
	if n := len(cycle.Graph.Edges); n != 6 {
		t.Errorf("%d edges", n)
	}
}

func TestWhatWouldTakeTooMuchMemoryIsRefused(t *testing.T) {
	list := func(item string, n int) string { return "[" + strings.Repeat(item+",", n) + item + "]" }
	for text, reason := range map[string]string{
		`{"bomFormat":"CycloneDX","specVersion":"1.5","dependencies":[{"ref":"a","dependsOn":` + list(`"b"`, maxEdges) + `}]}`: "more than 4194304 dependencies",
		`{"spdxVersion":"SPDX-2.3","packages":` + list(`{"name":"a"}`, 512<<10) + `}`:                                          "more than 524288 packages",
		`{"schema":"` + NativeSchema + `","components":` + list("{}", maxNative) + `}`:                                         "more than 1048576 components",
		`{"schema":"` + NativeSchema + `","gaps":` + list("{}", maxObjects) + `}`:                                              "more than 8388608 gaps",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Read(strings.NewReader(text))
		runtime.ReadMemStats(&after)
		if err == nil || err.Error() != reason {
			t.Errorf("%.60s: %v, want %s", text, err, reason)
		}
		t.Logf("%d MB for %d MB: %s", (after.TotalAlloc-before.TotalAlloc)>>20, len(text)>>20, reason)
	}
	many := strings.Builder{}
	for i := range 100_000 {
		fmt.Fprintf(&many, `"x%d":1,`, i)
	}
	d := read(t, []byte(`{"bomFormat":"CycloneDX",`+many.String()+`"specVersion":"1.5"}`))
	if n := len(d.LeftOut()); n > 1000 {
		t.Errorf("%d names of what was left out", n)
	}
}

func TestADocumentThatIsCutOffAnywhereGivesAnErrorOrLess(t *testing.T) {
	for _, spec := range specs {
		text := written(t, monorepo(t), spec)
		step := max(len(text)/500, 1)
		if len(text)%step == 0 {
			step++
		}
		for n := 0; n < len(text); n += step {
			got, err := Read(bytes.NewReader(text[:n]))
			// Tag-value has no end; the rest has one, behind which only blanks may stand.
			if err == nil && !strings.HasPrefix(spec, "spdx-tag-value") && strings.TrimSpace(string(text[n:])) != "" {
				t.Fatalf("%s: %d of %d bytes give %d components", spec, n, len(text), len(got.Graph.Components))
			}
		}
	}
}

func TestValuesOfAnyTypeAnywhereDoNoHarm(t *testing.T) {
	values := []string{"null", "7", "-1.5e300", "true", `""`, `"x"`, "[]", "{}", `[[{"name":1}]]`, `{"a":{"b":[null]}}`}
	for _, spec := range []string{"cyclonedx-json", "spdx-json", "spdx-json@3.0", "json"} {
		text := string(written(t, monorepo(t), spec))
		for at, c := range text {
			if c != ':' || at+1 >= len(text) {
				continue
			}
			value := values[at%len(values)]
			end := at + 1 + strings.IndexAny(text[at+1:]+",", ",}\n")
			if _, err := Read(strings.NewReader(text[:at+1] + value + text[end:])); err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("%v", err)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, d := range documents(f) {
		if len(d.Graph.Components) > 100 {
			continue
		}
		for _, spec := range specs {
			f.Add(written(f, d, spec))
		}
	}
	f.Add(gzipped(f, []byte(small)))
	f.Add(zstandard(f, []byte(small)))
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"a"}}],"predicate":{"Data":` + small + `}}`))
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{"payloadType":"application/vnd.in-toto+json","payload":"` + base(small) + `"}}`))
	f.Add([]byte("---\nspdxVersion: SPDX-2.3\npackages:\n- name: a\n  SPDXID: SPDXRef-a\n  description: |\n    a\n    b\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		name, ok := Sniff(text)
		d, err := Read(bytes.NewReader(text))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("%q", err)
			}
			return
		}
		if len(text) <= headLength && !ok {
			t.Fatalf("read, but taken for %q", name)
		}
		for _, spec := range []string{"cyclonedx-json", "spdx-json", "json"} {
			read(t, written(t, d, spec))
		}
	})
}
