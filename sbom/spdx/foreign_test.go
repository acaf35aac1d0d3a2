package spdx

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sbomgen/sbomgen/sbom"
)

const foreignJSON = `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"foreign","documentNamespace":"https://example.com/foreign","dataLicense":"CC0-1.0",
	"creationInfo":{"created":"2026-01-02T03:04:05Z","creators":["Tool: other-9.1","Organization: Example Inc. ()","Person: Jo (jo@example.com)"],"comment":"made at Build time."},
	"packages":[
		{"SPDXID":"SPDXRef-r","name":"thing","versionInfo":"2","downloadLocation":"NOASSERTION","supplier":"Organization: Example Inc. (s@example.com)","primaryPackagePurpose":"APPLICATION"},
		{"SPDXID":"SPDXRef-a","name":"@g/Name","versionInfo":"1","downloadLocation":"git+https://example.com/a.git","licenseDeclared":"LicenseRef-1","licenseConcluded":"MIT","copyrightText":"NONE",
			"externalRefs":[{"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/%40g/name@1?download_url=x"},
				{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:g:name:1:*:*:*:*:*:*:*"},
				{"referenceCategory":"SECURITY","referenceType":"http://spdx.org/rdf/references/cpe22Type","referenceLocator":"cpe:/a:g%21:name:1"},
				{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"g:name:1"}],
			"checksums":[{"algorithm":"SHA3-256","checksumValue":"AB"}],"annotations":[{"annotator":"Person: Jo","annotationDate":"2026-01-02T03:04:05Z","annotationType":"OTHER","comment":"{\"sbomgen:direct\":true}"}]},
		{"SPDXID":"SPDXRef-b","name":"left-pad","versionInfo":"1.0.0","downloadLocation":"https://example.com/l.tgz","homepage":"https://example.com/","sourceInfo":"seen in x"},
		{"SPDXID":"SPDXRef-c","name":"left-pad","versionInfo":"1.0.0","downloadLocation":"NONE"},
		{"SPDXID":"SPDXRef-c","name":"twice"}, {"name":"unnamed"}, {}, 7, null],
	"files":[{"SPDXID":"SPDXRef-f","fileName":"./f"}],
	"hasExtractedLicensingInfos":[{"licenseId":"LicenseRef-1","extractedText":"do what\nyou like","name":"Own licence"}],
	"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-r"},
		{"spdxElementId":"SPDXRef-r","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-a"},
		{"spdxElementId":"SPDXRef-b","relationshipType":"DEV_DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-a"},
		{"spdxElementId":"SPDXRef-b","relationshipType":"TEST_DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-a"},
		{"spdxElementId":"SPDXRef-c","relationshipType":"CONTAINED_BY","relatedSpdxElement":"SPDXRef-r"},
		{"spdxElementId":"SPDXRef-b","relationshipType":"DEPENDS_ON","relatedSpdxElement":"NONE"},
		{"spdxElementId":"SPDXRef-r","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-f"},
		{"spdxElementId":"SPDXRef-r","relationshipType":"DEPENDS_ON","relatedSpdxElement":"DocumentRef-x:SPDXRef-y"}, 5]}`

// leftOut are the properties that say what was not read.
func leftOut(values ...string) []sbom.Property {
	var list []sbom.Property
	for _, v := range values {
		list = append(list, sbom.Property{Name: sbom.LeftOut, Value: v})
	}
	return list
}

// told is what a document says, in lines.
func told(d *sbom.Document) []string {
	var lines []string
	for _, c := range d.Graph.Components {
		lines = append(lines, fmt.Sprintf("%s %s %q direct=%v %s %s %v %v", c.ID, c.Label(), c.VersionText(), c.Direct, c.Scope, c.Completeness, c.Licenses, c.References))
		lines = append(lines, c.CPEs...)
	}
	return append(lines, identityOf(d.Graph, true).Edges...)
}

func TestDocumentsOfOthersAreRead(t *testing.T) {
	d := read(t, []byte(foreignJSON))
	want := []string{
		`app:. thing "2" direct=false  unknown [] []`,
		`library:left-pad@1.0.0 left-pad "1.0.0" direct=false test complete [] [{distribution https://example.com/l.tgz []} {website https://example.com/ []}]`,
		`library:left-pad@1.0.0#2 left-pad "1.0.0" direct=false  unknown [] []`,
		`library:unnamed@ unnamed "" direct=false  unknown [] []`,
		`pkg:npm/%40g/name@1 @g/Name "1" direct=true  unknown [{Own licence 0 {   0 0}} {MIT 1 {   0 0}}] [{vcs git+https://example.com/a.git []}]`,
		"cpe:2.3:a:g:name:1:*:*:*:*:*:*:*", `cpe:2.3:a:g\!:name:1:*:*:*:*:*:*:*`,
		"app:. contains library:left-pad@1.0.0#2", "app:. depends-on pkg:npm/%40g/name@1 for ", "pkg:npm/%40g/name@1 depends-on library:left-pad@1.0.0 for test",
	}
	if diff := cmp.Diff(want, told(d)); diff != "" {
		t.Error(diff)
	}
	wantGaps := []sbom.Gap{{Reason: "SPDXRef-r DEPENDS_ON DocumentRef-x:SPDXRef-y: no such package"}, {Reason: "two packages have the id SPDXRef-c"}}
	if diff := cmp.Diff(wantGaps, d.Graph.Gaps); diff != "" {
		t.Error(diff)
	}
	wantDocument := &sbom.Document{Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Tool: sbom.Tool{Name: "other", Version: "9.1"}, Lifecycle: sbom.BuildTime,
		Authors: []sbom.Party{{Name: "Example Inc."}, {Name: "Jo", Email: "jo@example.com"}}, Supplier: sbom.Party{Name: "Example Inc.", Email: "s@example.com"},
		Properties: leftOut("annotations: 1", "files: 1", "license text: 1", "malformed CPE names: 1", "package sourceInfo: 1", "relationships of other elements than packages: 1")}
	if diff := cmp.Diff(wantDocument, d, cmpopts.IgnoreFields(sbom.Document{}, "Serial", "Graph")); diff != "" || !validUUID(strings.TrimPrefix(d.Serial, "urn:uuid:")) {
		t.Error(diff, d.Serial)
	}
}

func TestTagValueOfOthersIsRead(t *testing.T) {
	const text = `# made by hand
SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: hello
DocumentNamespace: https://example.com/hello
Creator: Person: Jo (jo@example.com)
Created: 2020-08-26T01:46:00Z

PackageName: hello
SPDXID: SPDXRef-hello
PackageVersion : 2
PackageDownloadLocation: git+https://example.com/hello.git@v2#sub
FilesAnalyzed: true
PackageChecksum: SHA256: AB12
PackageLicenseDeclared: LicenseRef-own
PackageSummary: <text>says
hello</text>
ExternalRef: SECURITY cpe23Type cpe:2.3:a:pivotal_software:spring_framework:4.1.0:*:*:*:*:*:*:*
ExternalRef: SECURITY cpe22Type cpe:/o:canonical:ubuntu_linux:10.04:-:lts
ExternalRef: PACKAGE-MANAGER purl pkg:generic/hello@2
ExternalRefComment: the purl
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-hello

FileName: ./hello.c
SPDXID: SPDXRef-file
FileChecksum: SHA1: 20862a6d08391d07d09344029533ec644fac6b21
Relationship: SPDXRef-file GENERATES SPDXRef-hello

PackageName: libhello
SPDXID: SPDXRef-lib
PackageDownloadLocation: NOASSERTION

LicenseID: LicenseRef-own
ExtractedText: <text>Use it.</text>

Relationship: SPDXRef-lib RUNTIME_DEPENDENCY_OF SPDXRef-hello
Relationship: broken
Annotator: Person: Jo
SPDXREF: SPDXRef-hello
AnnotationComment: {"sbomgen:direct":true}
`
	d := read(t, []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	want := []string{
		`app:. hello "2" direct=false  unknown [{Use it. 0 {   0 0}}] [{vcs git+https://example.com/hello.git@v2#sub []}]`,
		"cpe:2.3:a:pivotal_software:spring_framework:4.1.0:*:*:*:*:*:*:*", "cpe:2.3:o:canonical:ubuntu_linux:10.04:-:lts:*:*:*:*:*",
		`library:libhello@ libhello "" direct=true runtime unknown [] []`,
		"app:. depends-on library:libhello@ for runtime",
	}
	if diff := cmp.Diff(want, told(d)); diff != "" {
		t.Error(diff)
	}
	want = []string{"annotations: 1", "files: 1", "relationships of other elements than packages: 1"}
	if diff := cmp.Diff(leftOut(want...), d.Properties); diff != "" {
		t.Error(diff)
	}
	root := d.Graph.Components[d.Graph.Root]
	if root.Description != "says\nhello" || root.PURL.String() != "pkg:generic/hello@2" || len(root.Hashes) != 1 || root.Hashes[0].Hex != "ab12" {
		t.Errorf("%+v", root)
	}
}

func TestJSONLDOfOthersIsRead(t *testing.T) {
	const text = `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
		{"type":"SpdxDocument","spdxId":"https://example.com/d","name":"doc","rootElement":["https://example.com/bom"],
			"creationInfo":{"type":"CreationInfo","specVersion":"3.0.1","created":"2026-01-02T03:04:05Z","createdBy":["https://example.com/jo","https://example.com/bot"]}},
		{"type":"Person","spdxId":"https://example.com/jo","name":"Jo","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"email","identifier":"jo@example.com"}]},
		{"type":"SoftwareAgent","spdxId":"https://example.com/bot","name":"bot-3"},
		{"type":"software_Sbom","spdxId":"https://example.com/bom","software_sbomType":["deployed"],"rootElement":["https://example.com/p"]},
		{"type":"software_Package","spdxId":"https://example.com/p","name":"thing","software_packageVersion":"2","software_primaryPurpose":"operatingSystem",
			"suppliedBy":{"type":"Organization","spdxId":"https://example.com/org","name":"Example Inc."},
			"externalRef":[{"type":"ExternalRef","externalRefType":"binaryArtifact","locator":["https://example.com/thing.iso"]}]},
		{"type":"software_Package","spdxId":"https://example.com/q","name":"q","externalIdentifier":[{"externalIdentifierType":"packageUrl","identifier":"pkg:deb/debian/q@1"}],
			"verifiedUsing":[{"type":"Hash","algorithm":"sha3_256","hashValue":"AB"}],"summary":"a queue"},
		{"type":"software_File","spdxId":"https://example.com/f","name":"f"},
		{"type":"Relationship","spdxId":"https://example.com/r1","relationshipType":"hasOptionalDependency","from":"https://example.com/p","to":["https://example.com/q"],"completeness":"complete"},
		{"type":"Relationship","spdxId":"https://example.com/r2","relationshipType":"contains","from":"https://example.com/p","to":["https://example.com/f"]},
		{"type":"Relationship","spdxId":"https://example.com/r3","relationshipType":"dependsOn","from":"https://example.com/q","to":["https://spdx.org/rdf/3.0.1/terms/Core/NoneElement"]},
		{"type":"Relationship","spdxId":"https://example.com/r4","relationshipType":"hasDeclaredLicense","from":"https://example.com/q","to":["https://spdx.org/licenses/MIT"]},
		{"type":"Relationship","spdxId":"https://example.com/r5","relationshipType":"hasConcludedLicense","from":"https://example.com/p","to":["expandedlicensing_NoneLicense"]},
		7, {"type":"software_Package"}]}`
	d := read(t, []byte(text))
	want := []string{
		`app:. thing "2" direct=false  complete [{NONE 1 {   0 0}}] [{distribution https://example.com/thing.iso []}]`,
		`pkg:deb/debian/q@1 debian/q "1" direct=true optional complete [{MIT 0 {   0 0}}] []`,
		"app:. depends-on pkg:deb/debian/q@1 for optional",
	}
	if diff := cmp.Diff(want, told(d)); diff != "" {
		t.Error(diff)
	}
	wantDocument := &sbom.Document{Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Tool: sbom.Tool{Name: "bot", Version: "3"}, Lifecycle: "operations",
		Authors: []sbom.Party{{Name: "Jo", Email: "jo@example.com"}}, Supplier: sbom.Party{Name: "Example Inc."},
		Properties: leftOut("relationships of other elements than packages: 1", "software_File: 1")}
	if diff := cmp.Diff(wantDocument, d, cmpopts.IgnoreFields(sbom.Document{}, "Serial", "Graph")); diff != "" {
		t.Error(diff)
	}
}

func TestYAMLSaysWhatJSONDoes(t *testing.T) {
	const text = `---
SPDXID: SPDXRef-DOCUMENT
spdxVersion: SPDX-2.3
name: foreign
creationInfo: {created: 2026-01-02T03:04:05Z, creators: ["Tool: other-9.1"]}
packages:
- SPDXID: SPDXRef-r
  name: thing
  versionInfo: "2.10"
  filesAnalyzed: false
- {SPDXID: SPDXRef-a, name: a, externalRefs: [{referenceCategory: PACKAGE-MANAGER, referenceType: purl, referenceLocator: "pkg:npm/a@1"}]}
relationships:
- {spdxElementId: SPDXRef-DOCUMENT, relationshipType: DESCRIBES, relatedSpdxElement: SPDXRef-r}
- {spdxElementId: SPDXRef-r, relationshipType: DEPENDS_ON, relatedSpdxElement: SPDXRef-a}
`
	d := read(t, []byte(text))
	want := []string{`app:. thing "2.10" direct=false  unknown [] []`, `pkg:npm/a@1 a "1" direct=true  unknown [] []`, "app:. depends-on pkg:npm/a@1 for "}
	if diff := cmp.Diff(want, told(d)); diff != "" || !d.Created.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) {
		t.Error(diff, d.Created)
	}
}

func TestADocumentThatDescribesSeveralHasARootOfItsOwn(t *testing.T) {
	const text = `{"spdxVersion":"SPDX-2.3","name":"all","documentDescribes":[%s],"packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-b","name":"b"},{"SPDXID":"SPDXRef-c","name":"c"}],
		"relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"DYNAMIC_LINK","relatedSpdxElement":"SPDXRef-c"},{"spdxElementId":"SPDXRef-c","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-c"}]}`
	for describes, want := range map[string][]string{
		`"SPDXRef-a","SPDXRef-c","SPDXRef-a","SPDXRef-x"`: {"app:. contains library:a@", "app:. contains library:c@", "library:a@ depends-on library:c@", "library:c@ depends-on library:c@"},
		"": {"app:. contains library:a@", "app:. contains library:b@", "library:a@ depends-on library:c@", "library:c@ depends-on library:c@"},
	} {
		d := read(t, fmt.Appendf(nil, text, describes))
		if diff := cmp.Diff(want, identityOf(d.Graph, false).Edges); diff != "" {
			t.Errorf("%s: %s", describes, diff)
		}
		if root := d.Graph.Components[d.Graph.Root]; root.Name != "all" || root.Kind != sbom.Application {
			t.Errorf("%+v", root)
		}
	}
}

func TestWhatIsNoSPDXIsRefused(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", "7", "null", `{"bomFormat":"CycloneDX","specVersion":"1.4"}`, `{"spdxVersion":"SPDX-3.0"}`, `{"spdxVersion":"SPDX-2.3"} x`,
		`{"spdxVersion":"SPDX-2.3","packages":[`, "<", "<rdf:RDF/>", "SPDXVersion: SPDX-3.0\n", "SPDXVersion: SPDX-2.3\nno tag\n", "SPDXVersion: SPDX-2.3\nPackageComment: <text>x\n",
		"a: b\nSPDXVersion: SPDX-2.3\n", `{"@context":"https://schema.org","@graph":[{"@type":"Person","name":"Ada"}]}`, `{"@context":"x","@graph":7}`, "spdxVersion: [", "spdxVersion: 3\n",
		strings.Repeat("[", 100000), `{"spdxVersion":"SPDX-2.3","x":` + strings.Repeat(`{"a":`, 10000)} {
		if d, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%.40q gave %v", text, d)
		}
	}
	if d := read(t, []byte(`{"spdxVersion":"SPDX-2.3"}`)); d.Graph.Components[0].ID != "app:." {
		t.Errorf("%v", d.Graph)
	}
}

func TestATruncatedDocumentIsAnErrorOrReadsAsFarAsItGoes(t *testing.T) {
	for _, o := range notations {
		text := written(t, shop(t), o)
		for end := 0; end < len(text)-2; end += 97 {
			d, err := Read(bytes.NewReader(text[:end]))
			if err == nil && (!o.TagValue || len(d.Graph.Components) > len(shop(t).Graph.Components)+1) {
				t.Fatalf("%v: %d bytes were read", o, end)
			}
		}
	}
}
