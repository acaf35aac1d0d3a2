package cyclonedx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/dlclark/regexp2"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
)

var versions = []string{"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}

func written(t testing.TB, d *sbom.Document, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Write(&b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// schemas finds the official schemas, which are not part of the project.
func schemas(t *testing.T) (string, bool) {
	shared := os.Getenv("SBOMGEN_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	folder := filepath.Join(shared, "spec", "cyclonedx", "schema")
	if _, err := os.Stat(folder); err != nil {
		t.Log("left out: the official schemas are not here")
		return "", false
	}
	return folder, true
}

// expression is a regular expression with lookaheads, for the schemas that hold them.
type expression struct{ *regexp2.Regexp }

func (e expression) MatchString(s string) bool {
	ok, err := e.Regexp.MatchString(s)
	return ok && err == nil
}

// loader reads the schemas that others refer to, which they do by their address on the web.
type loader struct{ folder string }

func (l loader) Load(url string) (any, error) {
	text, err := os.ReadFile(filepath.Join(l.folder, path.Base(url)))
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}

func compiler(folder string) *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.UseLoader(loader{folder})
	c.AssertFormat()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
		re, err := regexp2.Compile(s, regexp2.ECMAScript)
		return expression{re}, err
	})
	return c
}

// official reads the documents of the specification, with one graph each, under their file names.
func official(t *testing.T, schemas string) map[string]*sbom.Document {
	all := make(map[string]*sbom.Document)
	files, _ := filepath.Glob(filepath.Join(schemas, "..", "documents", "*", "valid-*"))
	for _, file := range files {
		if ext := filepath.Ext(file); ext != ".json" && ext != ".xml" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Read(bytes.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		all[filepath.Base(file)] = d
	}
	return all
}

func TestEveryVersionIsValidByTheOfficialJSONSchema(t *testing.T) {
	folder, ok := schemas(t)
	if !ok {
		return
	}
	all := documents(t)
	maps.Copy(all, official(t, folder))
	for _, version := range versions {
		file := "bom-" + version + ".schema.json"
		if version < "1.4" { // whose other schema lets everything pass
			file = "bom-" + version + "-strict.schema.json"
		}
		schema, err := compiler(folder).Compile("http://cyclonedx.org/schema/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for name, d := range all {
			text := written(t, d, Options{Version: version})
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatalf("%s %s: %v", version, name, err)
			}
			if err := errors.Join(schema.Validate(value), structure(text)); err != nil {
				t.Errorf("%s %s: %v", version, name, err)
			}
		}
	}
}

func TestEveryVersionIsValidByTheOfficialXMLSchema(t *testing.T) {
	folder, ok := schemas(t)
	if !ok {
		return
	}
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Log("left out: xmllint is not here")
		return
	}
	all := documents(t)
	maps.Copy(all, official(t, folder))
	out := t.TempDir()
	for _, version := range versions {
		args := []string{"--noout", "--nonet", "--schema", filepath.Join(folder, "bom-"+version+".xsd")}
		for name, d := range all {
			file := filepath.Join(out, version+name+".xml")
			if err := os.WriteFile(file, written(t, d, Options{Version: version, XML: true}), 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, file)
		}
		cmd := exec.Command("xmllint", args...)
		cmd.Env = append(os.Environ(), "XML_CATALOG_FILES="+filepath.Join(folder, "xmlcatalog.xml"))
		if text, err := cmd.CombinedOutput(); err != nil {
			for line := range strings.Lines(string(text)) {
				if !strings.HasSuffix(line, " validates\n") {
					t.Errorf("%s: %s", version, line)
				}
			}
		}
	}
}

// structure reports what the schemas do not see: references that lead nowhere or are taken twice.
func structure(text []byte) error {
	var d struct {
		Metadata struct {
			Component struct {
				Ref string `json:"bom-ref"`
			}
		}
		Components []struct {
			Ref string `json:"bom-ref"`
		}
		Dependencies []struct {
			Ref       string
			DependsOn []string
			Provides  []string
		}
		Compositions []struct{ Dependencies []string }
		Annotations  []struct{ Subjects []string }
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return err
	}
	refs := map[string]bool{d.Metadata.Component.Ref: true}
	for _, c := range d.Components {
		if refs[c.Ref] {
			return fmt.Errorf("%q stands twice", c.Ref)
		}
		refs[c.Ref] = true
	}
	var used []string
	told := make(map[string]bool)
	for _, e := range d.Dependencies {
		if told[e.Ref] {
			return fmt.Errorf("%q has two entries", e.Ref)
		}
		told[e.Ref] = true
		used = slices.Concat(used, []string{e.Ref}, e.DependsOn, e.Provides)
		if slices.Sort(e.DependsOn); len(slices.Compact(e.DependsOn)) != len(e.DependsOn) {
			return fmt.Errorf("%q depends twice", e.Ref)
		}
	}
	if len(told) != len(refs) {
		return fmt.Errorf("%d entries for %d components", len(told), len(refs))
	}
	said := 0
	for _, c := range d.Compositions {
		used, said = append(used, c.Dependencies...), said+len(c.Dependencies)
	}
	if said != len(refs) && said != 0 {
		return fmt.Errorf("%d marks of completeness for %d components", said, len(refs))
	}
	for _, a := range d.Annotations {
		used = append(used, a.Subjects...)
	}
	for _, ref := range used {
		if ref == "" || !refs[ref] {
			return fmt.Errorf("%q leads nowhere", ref)
		}
	}
	return nil
}

func TestReferencesLeadSomewhereAndStandOnce(t *testing.T) {
	for name, d := range documents(t) {
		for _, version := range versions {
			if err := structure(written(t, d, Options{Version: version})); err != nil {
				t.Errorf("%s %s: %v", version, name, err)
			}
		}
	}
}

// generic decodes a JSON text for comparison.
func generic(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// libraryJSON is a document as cyclonedx-go understands and writes it.
func libraryJSON(t *testing.T, text []byte, format cdx.BOMFileFormat) []byte {
	t.Helper()
	bom := new(cdx.BOM)
	if err := cdx.NewBOMDecoder(bytes.NewReader(text), format).Decode(bom); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := cdx.NewBOMEncoder(&b, cdx.BOMFileFormatJSON).Encode(bom); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCycloneDXGoReadsTheSameJSON(t *testing.T) {
	for name, d := range documents(t) {
		for _, version := range versions {
			text := written(t, d, Options{Version: version})
			want, got := generic(t, text), generic(t, libraryJSON(t, text, cdx.BOMFileFormatJSON))
			if diff := cmp.Diff(trimmed(want), trimmed(got)); diff != "" {
				t.Errorf("%s %s: %s", version, name, diff)
			}
		}
	}
}

// trimmed takes out what cyclonedx-go leaves out of JSON: empty strings and lists.
func trimmed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value = trimmed(value); value == nil && key != "content" {
				delete(v, key)
			} else {
				v[key] = value
			}
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
		for i := range v {
			v[i] = trimmed(v[i])
		}
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}

func TestCycloneDXGoReadsTheSameXML(t *testing.T) {
	for name, d := range documents(t) {
		for _, version := range versions {
			want := generic(t, written(t, d, Options{Version: version}))
			got := generic(t, libraryJSON(t, written(t, d, Options{Version: version, XML: true}), cdx.BOMFileFormatXML))
			for _, v := range []any{want, got} { // not told by the element but by its namespace
				delete(v.(map[string]any), "$schema")
				delete(v.(map[string]any), "bomFormat")
				delete(v.(map[string]any), "specVersion")
				unplaced(v)
			}
			if diff := cmp.Diff(trimmed(want), trimmed(got)); diff != "" {
				t.Errorf("%s %s: %s", version, name, diff)
			}
		}
	}
}

// unplaced takes out what cyclonedx-go v0.12.0 reads from attributes where the XML schema has elements: line, offset and context of
// occurrences. It is why the library does not write our XML.
func unplaced(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["location"]; ok {
			delete(v, "line")
			delete(v, "offset")
			delete(v, "additionalContext")
		}
		if identity, ok := v["identity"].(map[string]any); ok { // of 1.5: it always reads a list
			v["identity"] = []any{identity}
		}
		for _, value := range v {
			unplaced(value)
		}
	case []any:
		for _, value := range v {
			unplaced(value)
		}
	}
}

func TestCycloneDXGoWritesOccurrencesThatTheXMLSchemaRefuses(t *testing.T) {
	bom := new(cdx.BOM)
	if err := cdx.NewBOMDecoder(bytes.NewReader(written(t, sightings(t), Options{})), cdx.BOMFileFormatJSON).Decode(bom); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := cdx.NewBOMEncoder(&b, cdx.BOMFileFormatXML).Encode(bom); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `<occurrence line="7"`) {
		t.Error("the library was mended: it could write our XML")
	}
}

func TestTheSameDocumentGivesTheSameBytes(t *testing.T) {
	first, second := documents(t), documents(t)
	for _, name := range slices.Sorted(maps.Keys(first)) {
		for _, version := range versions {
			for _, xml := range []bool{false, true} {
				o := Options{Version: version, XML: xml}
				if a, b := written(t, first[name], o), written(t, second[name], o); !bytes.Equal(a, b) {
					t.Errorf("%s %s differs", version, name)
				}
			}
		}
	}
}

// serial is the serial number of a document.
func serial(t *testing.T, d *sbom.Document, o Options) string {
	t.Helper()
	_, rest, ok := bytes.Cut(written(t, d, o), []byte("urn:uuid:"))
	if !ok {
		t.Fatal("no serial number")
	}
	return string(rest[:36])
}

func TestTheSerialNumberComesFromTheContentAlone(t *testing.T) {
	d := workspace(t)
	want := serial(t, d, Options{})
	if got := serial(t, d, Options{XML: true}); got != want {
		t.Errorf("XML has %s, JSON %s", got, want)
	}
	d.Created = d.Created.Add(time.Hour)
	if got := serial(t, d, Options{}); got != want {
		t.Error("the time changes it")
	}
	d.Created = time.Time{}
	if got := serial(t, d, Options{}); got != want {
		t.Error("having a time changes it")
	}
	d.Version++
	if got := serial(t, d, Options{}); got == want {
		t.Error("the version does not change it")
	}
	if want[14] != '5' {
		t.Errorf("%s is no UUID of version 5", want)
	}
	if got := serial(t, kinds(t), Options{}); got != "3e671687-395b-41f5-a30f-a58921a69b79" {
		t.Errorf("the document's own serial became %s", got)
	}
}

func TestNothingIsShownThatNobodyShouldSee(t *testing.T) {
	for name, d := range documents(t) {
		for _, xml := range []bool{false, true} {
			text := string(written(t, d, Options{XML: xml}))
			for _, secret := range []string{"hunter2", "alice", "token="} {
				if strings.Contains(text, secret) {
					t.Errorf("%s shows %s", name, secret)
				}
			}
		}
	}
}

func TestLossesAreCounted(t *testing.T) {
	counted := func(d *sbom.Document, version string) map[string]int {
		list, err := Write(new(bytes.Buffer), d, Options{Version: version})
		if err != nil {
			t.Fatal(err)
		}
		m := make(map[string]int)
		for _, l := range list {
			if l.Count < 1 || m[l.What] > 0 {
				t.Errorf("%v", l)
			}
			m[l.What] = l.Count
		}
		return m
	}
	want := map[string]int{"requested ranges": 1, "edge scopes": 1, "places and rules of edges": 2, "addresses that no document may show": 1, "mail and web addresses of authors": 2}
	if diff := cmp.Diff(want, counted(workspace(t), "1.7")); diff != "" {
		t.Error(diff)
	}
	old := counted(workspace(t), "1.2")
	for _, what := range []string{"contains edges", "edges of other kinds", "limits of edges to some applications", "resolutions of applications", "completeness marks",
		"gaps", "further CPE names", "scopes, stages and direct marks", "evidence", "hashes of references", "types of references", "properties", "lifecycles"} {
		if old[what] == 0 {
			t.Errorf("1.2 loses no %s", what)
		}
	}
	if got := counted(odd(t), "1.6"); got["malformed CPE names"] != 2 || got["hashes that are no digests of their algorithm"] != 3 || got["characters that no document may hold"] == 0 || got["ends of long versions"] != 1 {
		t.Errorf("%v", got)
	}
	if got := counted(kinds(t), "1.4"); got["kinds of components"] != 0 {
		t.Errorf("1.4 has a property for them: %v", got)
	}
	if got := counted(licences(t), "1.5"); got["marks of concluded licences"] == 0 || got["places of licence claims"] != 1 {
		t.Errorf("%v", got)
	}
}

type broken struct{ after int }

func (b *broken) Write(p []byte) (int, error) {
	if b.after -= len(p); b.after < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestEveryIdentifierOfTheSchemaIsWrittenAsOne(t *testing.T) {
	folder, ok := schemas(t)
	if !ok {
		return
	}
	text, err := os.ReadFile(filepath.Join(folder, "spdx.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct{ Enum []string }
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	for _, id := range schema.Enum {
		got, kind := license.Classify(id)
		if got != id || kind != license.ID && !license.IsException(id) {
			t.Errorf("%s became %q, kind %d", id, got, kind)
		}
	}
}

func TestErrorsOfTheWriterAreReturned(t *testing.T) {
	for _, after := range []int{0, 100 << 10} {
		if _, err := Write(&broken{after}, large(2000), Options{}); err == nil || err.Error() != "disk full" {
			t.Errorf("after %d bytes: %v", after, err)
		}
	}
	for _, version := range []string{"1.1", "1.8", "2.0", "1.10", "1", "x"} {
		if _, err := Write(new(bytes.Buffer), empty(t), Options{Version: version}); err == nil {
			t.Errorf("%s was written", version)
		}
	}
}

// large is a document as big as that of a tree of applications: three edges and two and a half sightings per package.
func large(n int) *sbom.Document {
	var b sbom.Builder
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	must(b.Component(application(".", "large", "1.0.0")))
	ids := make([]sbom.ID, n)
	for i := range n {
		c := packaged("npm", "", fmt.Sprintf("package-name-%d", i), fmt.Sprintf("%d.%d.%d", i%7, i%31, i%11))
		c.Evidence = c.Evidence[:1:1]
		for j := range 1 + i%4 {
			e := c.Evidence[0]
			e.Location = sbom.Location{Path: fmt.Sprintf("packages/app-%d/package-lock.json", i%50+j), Line: 10 + i}
			c.Evidence = append(c.Evidence, e)
		}
		c.Evidence = c.Evidence[1:]
		c.Licenses = []sbom.License{{Text: [...]string{"MIT", "ISC", "Apache-2.0", "MIT OR Apache-2.0", "BSD"}[i%5]}}
		c.Hashes = []sbom.Hash{{Algorithm: sbom.SHA512, Hex: strings.Repeat("0123456789abcdef", 8)}}
		c.References = []sbom.Reference{{Type: sbom.Distribution, URL: fmt.Sprintf("https://registry.yarnpkg.com/package-name-%d/-/package-name-%d-1.0.0.tgz", i, i)}}
		c.Completeness = sbom.Complete
		must(b.Component(c))
		ids[i] = c.ID
	}
	for i := range n {
		b.Edge("app:.", ids[i], sbom.Edge{})
		b.Edge(ids[i], ids[(i*7+1)%n], sbom.Edge{})
		b.Edge(ids[i], ids[(i*13+5)%n], sbom.Edge{})
	}
	g, err := b.Graph("app:.")
	must(err)
	return &sbom.Document{Graph: g, Created: created, Tool: sbom.Tool{Name: "sbomgen", Version: "0.1.0"}}
}

func BenchmarkWrite(b *testing.B) {
	d := large(8700)
	for _, xml := range []bool{false, true} {
		o := Options{XML: xml}
		b.Run(map[bool]string{false: "JSON", true: "XML"}[xml], func(b *testing.B) {
			b.SetBytes(int64(len(written(b, d, o))))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Write(discard{}, d, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
