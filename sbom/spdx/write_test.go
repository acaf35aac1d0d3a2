package spdx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
	library "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

func written(t testing.TB, d *sbom.Document, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Write(&b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (o Options) name() string {
	if o.TagValue {
		return "tag-value" + o.Version
	}
	return "JSON" + o.Version
}

// shared finds the official schemas and examples, which are not part of the project.
func shared(t *testing.T) (string, bool) {
	top := os.Getenv("SBOMGEN_SHARED")
	if top == "" {
		top = filepath.Join("..", "..", "..", "shared")
	}
	folder := filepath.Join(top, "spec", "spdx")
	if _, err := os.Stat(folder); err != nil {
		t.Log("left out: the official schemas and examples are not here")
		return "", false
	}
	return folder, true
}

// expression is a regular expression with lookaheads, which the schema of 3.0.1 holds.
type expression struct{ *regexp2.Regexp }

func (e expression) MatchString(s string) bool {
	ok, err := e.Regexp.MatchString(s)
	return ok && err == nil
}

func TestEveryVersionIsValidByTheOfficialSchema(t *testing.T) {
	folder, ok := shared(t)
	if !ok {
		return
	}
	for version, file := range map[string]string{"2.2": "spdx-2.2.2.json", "2.3": "spdx-2.3.json", "3.0": "spdx-3.0.1.json"} {
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
			re, err := regexp2.Compile(s, regexp2.ECMAScript)
			return expression{re}, err
		})
		schema, err := c.Compile(filepath.Join(folder, "schema", file))
		if err != nil {
			t.Fatal(err)
		}
		for name, d := range documents(t) {
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(written(t, d, Options{Version: version})))
			if err != nil {
				t.Fatalf("%s %s: %v", version, name, err)
			}
			if err := schema.Validate(value); err != nil {
				t.Errorf("%s %s: %.3000v", version, name, err)
			}
		}
	}
}

// structure reports what the schemas do not see: ids that are taken twice or not made of their characters, references that lead
// nowhere, licences that are not defined, addresses that are none.
func structure(text []byte, o Options) error {
	if !utf8.Valid(text) {
		return errors.New("not UTF-8")
	}
	for i, c := range string(text) {
		if c < ' ' && c != '\n' && c != '\t' || c == 0xFFFE || c == 0xFFFF {
			return fmt.Errorf("forbidden character %q at %d", c, i)
		}
	}
	switch {
	case o.TagValue:
		return nil
	case o.Version == "3.0":
		return structure3(text)
	}
	var d struct {
		DocumentNamespace string
		DocumentDescribes []string
		Packages          []struct {
			SPDXID, DownloadLocation, Homepage, LicenseDeclared, LicenseConcluded string
			ExternalRefs                                                          []struct{ ReferenceType, ReferenceLocator string }
		}
		HasExtractedLicensingInfos []struct{ LicenseID, ExtractedText string }
		Relationships              []struct{ SPDXElementID, RelatedSPDXElement, RelationshipType string }
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return err
	}
	if u, err := url.Parse(d.DocumentNamespace); err != nil || !u.IsAbs() || strings.Contains(d.DocumentNamespace, "#") {
		return fmt.Errorf("namespace %q", d.DocumentNamespace)
	}
	ids, refs := map[string]bool{documentRef: true}, make(map[string]bool)
	for _, l := range d.HasExtractedLicensingInfos {
		if refs[l.LicenseID] || l.ExtractedText == "" {
			return fmt.Errorf("licence %q", l.LicenseID)
		}
		refs[l.LicenseID] = true
	}
	for _, p := range d.Packages {
		if rest, ok := strings.CutPrefix(p.SPDXID, refPrefix); !ok || ids[p.SPDXID] || slug(rest) != rest {
			return fmt.Errorf("id %q", p.SPDXID)
		}
		ids[p.SPDXID] = true
		for _, address := range []string{p.DownloadLocation, p.Homepage} {
			if u, err := url.Parse(address); err != nil || address != "" && address != noAssertion && (u.Host == "" || u.User != nil && u.Host != "example.com") {
				return fmt.Errorf("address %q", address)
			}
		}
		for _, r := range p.ExternalRefs {
			if strings.ContainsAny(r.ReferenceLocator+r.ReferenceType, " \n\t") || r.ReferenceLocator == "" || r.ReferenceType == "" {
				return fmt.Errorf("reference %q %q", r.ReferenceType, r.ReferenceLocator)
			}
		}
		for _, expression := range []string{p.LicenseDeclared, p.LicenseConcluded} {
			if err := defined(expression, refs); err != nil {
				return err
			}
		}
	}
	seen := make(map[[3]string]bool)
	for _, r := range d.Relationships {
		key := [3]string{r.SPDXElementID, r.RelationshipType, r.RelatedSPDXElement}
		if !ids[r.SPDXElementID] || !ids[r.RelatedSPDXElement] && r.RelatedSPDXElement != none && r.RelatedSPDXElement != noAssertion || seen[key] {
			return fmt.Errorf("relationship %v", r)
		}
		seen[key] = true
	}
	if len(d.DocumentDescribes) != 1 || !ids[d.DocumentDescribes[0]] || !seen[[3]string{documentRef, "DESCRIBES", d.DocumentDescribes[0]}] {
		return fmt.Errorf("describes %q", d.DocumentDescribes)
	}
	return nil
}

// defined tells whether an expression is one by the library of the licences, and its own names are defined.
func defined(expression string, refs map[string]bool) error {
	for word := range strings.FieldsFuncSeq(expression, func(c rune) bool { return strings.ContainsRune(" ()", c) }) {
		if strings.HasPrefix(word, licensePrefix) && !refs[word] {
			return fmt.Errorf("%s is not defined", word)
		}
	}
	return nil
}

func structure3(text []byte) error {
	var d struct {
		Graph []map[string]any `json:"@graph"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return err
	}
	ids := make(map[string]string)
	for _, n := range d.Graph {
		id, _ := n["spdxId"].(string)
		if id == "" {
			id, _ = n["@id"].(string)
		}
		if _, taken := ids[id]; taken || id == "" {
			return fmt.Errorf("id %q", id)
		}
		if u, err := url.Parse(id); id != creationID && (err != nil || !u.IsAbs()) {
			return fmt.Errorf("id %q: %v", id, err)
		}
		ids[id] = n["type"].(string)
	}
	refs := func(n map[string]any, key string) []string {
		switch v := n[key].(type) {
		case string:
			return []string{v}
		case []any:
			var list []string
			for _, x := range v {
				list = append(list, x.(string))
			}
			return list
		}
		return nil
	}
	for _, n := range d.Graph {
		for _, key := range []string{"creationInfo", "createdBy", "createdUsing", "from", "to", "rootElement", "element", "subject", "suppliedBy", "originatedBy", "dataLicense"} {
			list := refs(n, key)
			for _, ref := range list {
				if _, ok := ids[ref]; !ok && ref != "NoneElement" && ref != "NoAssertionElement" && ref != "expandedlicensing_NoneLicense" {
					return fmt.Errorf("%s %q of %v leads nowhere", key, ref, n["spdxId"])
				}
			}
			if slices.Sort(list); len(slices.Compact(list)) != len(list) {
				return fmt.Errorf("%s of %v names one twice", key, n["spdxId"])
			}
		}
		customs := make(map[string]bool)
		list, _ := n["simplelicensing_customIdToUri"].([]any)
		for _, x := range list {
			m := x.(map[string]any)
			customs[m["key"].(string)] = ids[m["value"].(string)] == "simplelicensing_SimpleLicensingText"
		}
		if expression, ok := n["simplelicensing_licenseExpression"].(string); ok {
			if err := defined(expression, customs); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestDocumentsAreSoundBeyondTheirSchemas(t *testing.T) {
	for name, d := range documents(t) {
		for _, o := range notations {
			if err := structure(written(t, d, o), o); err != nil {
				t.Errorf("%s %v: %v", name, o, err)
			}
		}
	}
}

func TestTheSameDocumentGivesTheSameBytes(t *testing.T) {
	for name, d := range documents(t) {
		for _, o := range notations {
			first := written(t, d, o)
			if !bytes.Equal(first, written(t, documents(t)[name], o)) {
				t.Errorf("%s %v differs", name, o)
			}
			later := *d
			later.Created = created.AddDate(1, 0, 0)
			if got := written(t, &later, o); namespaceOf(got) != namespaceOf(first) {
				t.Errorf("%s %v: the time changes the namespace", name, o)
			}
		}
	}
	if a, b := namespaceOf(written(t, shop(t), Options{})), namespaceOf(written(t, shop(t), Options{TagValue: true})); a != b {
		t.Errorf("%s, but %s in tag-value", a, b)
	}
	d := shop(t)
	d.Version = 4
	if a, b := namespaceOf(written(t, shop(t), Options{})), namespaceOf(written(t, d, Options{})); a == b || !strings.HasSuffix(a, "-v3") || !strings.HasPrefix(a, "https://sbomgen.dev/spdx/shop-1.2.0-") {
		t.Errorf("%s, then %s", a, b)
	}
}

func namespaceOf(text []byte) string {
	_, rest, _ := strings.Cut(string(text), namespace)
	end := strings.IndexAny(rest, "\"\n#")
	return namespace + rest[:end]
}

// libraryDocument is a document as tools-golang understands it, with what its two readers put in different places in one.
func libraryDocument(t *testing.T, text []byte, o Options) *v2_3.Document {
	t.Helper()
	d := new(v2_3.Document)
	var err error
	if o.TagValue {
		err = tagvalue.ReadInto(bytes.NewReader(text), d)
	} else {
		err = library.ReadInto(bytes.NewReader(text), d)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range d.Annotations {
		a.AnnotationSPDXIdentifier = common.MakeDocElementID("", strings.ReplaceAll(string(a.AnnotationSPDXIdentifier.ElementRefID), "DOCUMENT", ""))
	}
	for _, p := range d.Packages {
		for i := range p.Annotations {
			a := p.Annotations[i]
			a.AnnotationSPDXIdentifier = common.MakeDocElementID("", string(p.PackageSPDXIdentifier))
			d.Annotations = append(d.Annotations, &a)
		}
		p.Annotations = nil
		p.PrimaryPackagePurpose = strings.ReplaceAll(p.PrimaryPackagePurpose, "_", "-")
	}
	slices.SortStableFunc(d.Annotations, func(a, b *v2_3.Annotation) int {
		return strings.Compare(string(a.AnnotationSPDXIdentifier.ElementRefID), string(b.AnnotationSPDXIdentifier.ElementRefID))
	})
	return d
}

func TestToolsGolangReadsTheSameInBothNotations(t *testing.T) {
	for name, d := range documents(t) {
		for _, version := range []string{"2.2", "2.3"} {
			js := libraryDocument(t, written(t, d, Options{Version: version}), Options{})
			tv := libraryDocument(t, written(t, d, Options{Version: version, TagValue: true}), Options{TagValue: true})
			if len(js.Packages) != len(d.Graph.Components) {
				t.Errorf("%s %s: %d packages", version, name, len(js.Packages))
			}
			if name == "odd" { // whose control characters and quotes tools-golang does not decode in agents
				continue
			}
			if diff := cmp.Diff(js, tv, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(v2_3.Package{})); diff != "" {
				t.Errorf("%s %s: %s", version, name, diff)
			}
		}
	}
}

// TestToolsGolangLosesInTagValueWhatWeWrite shows why the library does not write or read our tag-value: in v0.5.7 its writer
// drops the annotations of packages, in which scopes and direct marks travel, and its reader stops at long lines.
func TestToolsGolangLosesInTagValueWhatWeWrite(t *testing.T) {
	d := new(v2_3.Document)
	if err := library.ReadInto(bytes.NewReader(written(t, shop(t), Options{})), d); err != nil {
		t.Fatal(err)
	}
	annotated := 0
	for _, p := range d.Packages {
		annotated += len(p.Annotations)
	}
	var b bytes.Buffer
	if err := tagvalue.Write(d, &b); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(b.String(), "\nAnnotator:"); annotated == 0 || got >= annotated {
		t.Errorf("of %d annotations of packages the library writes %d: it can be used again", annotated, got)
	}
	long := strings.Replace(b.String(), "DataLicense:", "DocumentComment: <text>"+strings.Repeat("x", 70<<10)+"</text>\nDataLicense:", 1)
	if err := tagvalue.ReadInto(strings.NewReader(long), new(v2_3.Document)); err == nil {
		t.Error("the library reads a line of 70 kB: it can be used again")
	}
}

func TestFieldsHoldWhatReadersLookFor(t *testing.T) {
	d := libraryDocument(t, written(t, shop(t), Options{}), Options{})
	byName := make(map[string]*v2_3.Package)
	for _, p := range d.Packages {
		byName[p.PackageName] = p
	}
	lodash := byName["lodash"]
	got := []any{lodash.PackageSPDXIdentifier, lodash.PackageVersion, lodash.PackageFileName, *lodash.PackageSupplier, *lodash.PackageOriginator, lodash.PackageDownloadLocation,
		lodash.PrimaryPackagePurpose, lodash.FilesAnalyzed, lodash.PackageHomePage, lodash.PackageSourceInfo, lodash.PackageLicenseConcluded, lodash.PackageLicenseDeclared, lodash.PackageCopyrightText,
		len(lodash.PackageChecksums), *lodash.PackageExternalReferences[0], *lodash.PackageExternalReferences[1]}
	want := []any{common.ElementID("npm-lodash-4.17.21"), "4.17.21", "lodash-4.17.21.tgz", common.Supplier{Supplier: "OpenJS Foundation", SupplierType: "Organization"},
		common.Originator{Originator: "John-David Dalton (j@example.com)", OriginatorType: "Person"}, "https://registry.yarnpkg.com/lodash/-/lodash-4.17.21.tgz", "LIBRARY", false,
		"https://lodash.com/", "seen in package-lock.json:12 (npm-lock)", "NOASSERTION", "NOASSERTION", "© JS Foundation", 3,
		v2_3.PackageExternalReference{Category: "PACKAGE-MANAGER", RefType: "purl", Locator: "pkg:npm/lodash@4.17.21"},
		v2_3.PackageExternalReference{Category: "SECURITY", RefType: "cpe23Type", Locator: `cpe:2.3:a:lodash:lodash:4.17.21\+b:*:*:*:*:node.js:*:*`}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if d.CreationInfo.CreatorComment != "SBOM Type: Source" || d.CreationInfo.Created != "2026-11-24T05:00:00Z" || d.DocumentName != "shop-1.2.0" {
		t.Errorf("%+v", d.CreationInfo)
	}
	var creators []string
	for _, c := range d.CreationInfo.Creators {
		creators = append(creators, c.CreatorType+": "+c.Creator)
	}
	if diff := cmp.Diff([]string{"Tool: sbomgen-0.1.0-rc.1", "Organization: Example Corporation (sbom@example.com)", "Person: Jo", "Person: who@example.com"}, creators); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"Org.Example:Core", "@types/node", "shop", "web", "fedora/bash"} {
		if byName[name] == nil {
			t.Errorf("no package is called %s", name)
		}
	}
	licensed := libraryDocument(t, written(t, licences(t), Options{}), Options{})
	declared := make(map[string]string)
	for _, p := range licensed.Packages {
		declared[p.PackageName] = p.PackageLicenseDeclared
	}
	for name, want := range map[string]string{"crate00": "MIT", "crate01": "MIT AND Apache-2.0", "crate06": "(MIT OR Apache-2.0) AND ISC", "crate10": "LicenseRef-Apache-2", "crate12": "NONE",
		"crate15": "ISC", "crate19": "LicenseRef-unnamed"} {
		if got := declared[name]; got != want && (name != "crate01" || !strings.HasPrefix(got, "MIT AND LicenseRef-Apache-2-")) {
			t.Errorf("%s declares %s, not %s", name, got, want)
		}
	}
	for _, p := range libraryDocument(t, written(t, places(t), Options{}), Options{}).Packages {
		declared[p.PackageName] = p.PackageDownloadLocation
	}
	for name, want := range map[string]string{"places": "git+https://github.com/example/places@" + strings.Repeat("0af1", 10), "p04": "git+https://example.com/x.git", "p08": noAssertion,
		"p10": "git+ssh://github.com/a/b", "checkout": "git+https://example.com/c.git@main", "example/action": "git+https://github.com/example/action@" + strings.Repeat("0af1", 10)} {
		if declared[name] != want {
			t.Errorf("%s is at %s, not at %s", name, declared[name], want)
		}
	}
}

func TestLossesAreTold(t *testing.T) {
	losses := func(d *sbom.Document, o Options) map[string]int {
		list, err := Write(new(bytes.Buffer), d, o)
		if err != nil {
			t.Fatal(err)
		}
		m := make(map[string]int)
		for _, l := range list {
			m[l.What] = l.Count
		}
		return m
	}
	for _, test := range []struct {
		o    Options
		d    *sbom.Document
		want map[string]int
	}{
		{Options{}, shop(t), map[string]int{"requested ranges": 1, "edge scopes": 8, "places and rules of edges": 2}},
		{Options{Version: "2.2"}, shop(t), map[string]int{"requested ranges": 1, "edge scopes": 8, "places and rules of edges": 2, "hashes of algorithms that only an annotation can name": 1}},
		{Options{Version: "3.0"}, shop(t), map[string]int{"requested ranges": 1, "places and rules of edges": 2}},
		{Options{}, licences(t), map[string]int{"edge scopes": 24}},
	} {
		if diff := cmp.Diff(test.want, losses(test.d, test.o)); diff != "" {
			t.Errorf("%v: %s", test.o, diff)
		}
	}
	got := losses(odd(t), Options{})
	for _, what := range []string{"hashes that are no digests of their algorithm", "types of references", "addresses that no document may show", "malformed CPE names", "characters that no document may hold"} {
		if got[what] == 0 {
			t.Errorf("%s are not told: %v", what, got)
		}
	}
}

func TestNoDocumentShowsCredentials(t *testing.T) {
	for _, o := range notations {
		if text := string(written(t, odd(t), o)); strings.Contains(text, "hunter2") || strings.Contains(text, "token=x") || strings.Contains(text, "/home/alice") {
			t.Errorf("%v shows them", o)
		}
	}
}

type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestErrorsOfTheWriterComeBack(t *testing.T) {
	d := large(t, 2000)
	for _, after := range []int{0, 100 << 10} {
		for _, o := range notations {
			if _, err := Write(&broken{after}, d, o); err == nil || err.Error() != "disk full" {
				t.Errorf("%v after %d bytes: %v", o, after, err)
			}
		}
	}
	for _, o := range []Options{{Version: "2.1"}, {Version: "3"}, {Version: "x"}, {Version: "3.0", TagValue: true}} {
		if _, err := Write(new(bytes.Buffer), nothing(t), o); err == nil {
			t.Errorf("%v was written", o)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	d := large(b, 8700)
	for _, o := range []Options{{}, {TagValue: true}, {Version: "3.0"}} {
		b.Run(o.name(), func(b *testing.B) {
			b.SetBytes(int64(len(written(b, d, o))))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Write(&broken{1 << 40}, d, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestLinesOfTagValueStayShort(t *testing.T) {
	s := &sketch{t: t}
	root := s.app(".", "many", "")
	c := locked(purl.New(purl.NPM, "", "popular", "1"))
	for i := range 3000 {
		c.Evidence = append(c.Evidence, seenAt(fmt.Sprintf("packages/%d/package-lock.json", i), i))
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:file", Value: fmt.Sprintf("packages/%d/node_modules/popular", i)})
	}
	popular := s.add(c)
	for i := range 3000 {
		s.Edge(popular, s.add(locked(purl.New(purl.NPM, "", fmt.Sprintf("p%d", i), "1"))), sbom.Edge{}, root)
	}
	d := &sbom.Document{Graph: s.done(root)}
	text := written(t, d, Options{TagValue: true})
	for l := range bytes.Lines(text) {
		if len(l) > 4<<10 {
			t.Fatalf("a line of %d bytes: %.100s", len(l), l)
		}
	}
	libraryDocument(t, text, Options{TagValue: true})
	if diff := cmp.Diff(identityOf(d.Graph, false), identityOf(read(t, text).Graph, false), cmp.AllowUnexported(purl.PURL{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}
