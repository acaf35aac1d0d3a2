package spdx

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// yamlOf writes a JSON document as YAML in the styles of several writers.
func yamlOf(t testing.TB, text []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("---\n")
	var write func(v any, indent string)
	write = func(v any, indent string) {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				fmt.Fprintf(&b, "%s%s:", indent, key)
				switch v[key].(type) {
				case map[string]any, []any:
					b.WriteByte('\n')
				}
				write(v[key], indent+"  ")
			}
		case []any:
			for _, item := range v {
				b.WriteString(indent + "-")
				if _, scalar := item.(string); !scalar {
					b.WriteByte('\n')
				}
				write(item, indent+"  ")
			}
		case string:
			if strings.Contains(v, "\n") && !strings.HasPrefix(v, " ") && !strings.HasSuffix(v, "\n") && !strings.Contains(v, "\r") {
				b.WriteString(" |-\n" + indent + strings.ReplaceAll(v, "\n", "\n"+indent) + "\n")
				return
			}
			b.WriteString(" " + strconv.QuoteToASCII(v) + "\n")
		default:
			fmt.Fprintf(&b, " %v\n", v)
		}
	}
	write(v, "")
	return b.String()
}

func TestYAMLOfOurDocumentsGivesTheSameGraph(t *testing.T) {
	for name, d := range documents(t) {
		if name == "odd" {
			continue
		}
		text := written(t, d, Options{})
		want, got := read(t, text), read(t, []byte(yamlOf(t, text)))
		if diff := cmp.Diff(identityOf(want.Graph, false), identityOf(got.Graph, false), cmp.AllowUnexported(purl.PURL{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestYAMLMayHoldAsterisksAndAnchors(t *testing.T) {
	cpes := strings.Repeat("  - {referenceCategory: SECURITY, referenceType: cpe23Type, referenceLocator: \"cpe:2.3:a:a:a:1:*:*:*:*:*:*:*\"}\n", 2000)
	d := read(t, []byte("spdxVersion: 'SPDX-2.3'\npackages:\n- SPDXID: SPDXRef-a\n  name: a\n  externalRefs:\n"+cpes))
	if h, ok := d.Graph.Find("library:a@"); !ok || len(d.Properties) != 0 || !slices.Equal(d.Graph.Components[h].CPEs, []string{"cpe:2.3:a:a:a:1:*:*:*:*:*:*:*"}) {
		t.Errorf("%v %v", d.Graph.Components, d.Properties)
	}
	d = read(t, []byte("dataLicense: CC0-1.0\nspdxVersion: SPDX-2.3\npackages:\n- &a {SPDXID: SPDXRef-a, name: a}\n- {SPDXID: SPDXRef-b, name: b, versionInfo: !!str 1.10}\n"))
	if h, ok := d.Graph.Find("library:b@1.10"); !ok || len(d.Graph.Components) != 3 {
		t.Errorf("%v %v", h, d.Graph.Components)
	}
}

func TestWhatNoGraphHoldsIsCounted(t *testing.T) {
	const inJSON = `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","comment":"x","externalDocumentRefs":[{},{}],"snippets":[{"SPDXID":"SPDXRef-s"}],"creationInfo":{"creators":["Tool: a","Tool: b"]},
		"packages":[{"SPDXID":"SPDXRef-a","name":"a","description":"d","summary":"s","packageVerificationCode":{"packageVerificationCodeValue":"x"},"licenseComments":"x","comment":"NOASSERTION","attributionTexts":["a","b"],
			"externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/a@1"},{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/b@1"},
				{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"no purl"}]}],
		"relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"VARIANT_OF","relatedSpdxElement":"SPDXRef-a"},{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"AMENDS","relatedSpdxElement":"SPDXRef-a"}]}`
	want := leftOut("document comment: 1", "document externalDocumentRefs: 2", "further purls: 1", "further tools: 1", "malformed purls: 1", "package attributionTexts: 1", "package licenseComments: 1",
		"package packageVerificationCode: 1", "package summary: 1", "relationships VARIANT_OF: 1", "relationships of other elements than packages: 1", "snippets: 1")
	if diff := cmp.Diff(want, read(t, []byte(inJSON)).Properties); diff != "" {
		t.Error(diff)
	}
	const tags = "SPDXVersion: SPDX-2.3\nExternalDocumentRef: DocumentRef-x https://example.com/ SHA1: 00\nPackageName: a\nSPDXID: SPDXRef-a\nPackageVerificationCode: x\nPackageAttributionText: x\nPackageFileName: a.tgz\nPackageComment: x\n"
	want = leftOut("document externalDocumentRef: 1", "package attributionText: 1", "package comment: 1", "package packageFileName: 1", "package packageVerificationCode: 1")
	if diff := cmp.Diff(want, read(t, []byte(tags)).Properties); diff != "" {
		t.Error(diff)
	}
	const linked = `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"SpdxDocument","spdxId":"d","import":[]},{"type":"security_Vulnerability","spdxId":"v"},
		{"type":"ai_AIPackage","spdxId":"m","name":"m","ai_domain":["x"],"externalIdentifier":[{"externalIdentifierType":"cpe23","identifier":"cpe"},{"externalIdentifierType":"swid","identifier":"x"},{"externalIdentifierType":"cpe22","identifier":"cpe:/a:m:m"}],"software_copyrightText":"NOASSERTION"},
		{"type":"Relationship","spdxId":"r","relationshipType":"trainedOn","from":"m","to":["m"]}]}`
	d := read(t, []byte(linked))
	want = leftOut("malformed CPE names: 1", "package ai_domain: 1", "package identifier swid: 1", "relationships TRAINED_ON: 1", "security_Vulnerability: 1")
	if diff := cmp.Diff(want, d.Properties); diff != "" {
		t.Error(diff)
	}
	if h, ok := d.Graph.Find("machine-learning-model:m@"); !ok || d.Graph.Components[h].Copyright != "" || !slices.Equal(d.Graph.Components[h].CPEs, []string{"cpe:2.3:a:m:m:*:*:*:*:*:*:*:*"}) {
		t.Errorf("%v", d.Graph.Components)
	}
	for name, d := range documents(t) {
		for _, o := range notations {
			if lost := read(t, written(t, d, o)).LeftOut(); name != "odd" && len(lost) > 0 {
				t.Errorf("%s %v: %v", name, o, lost)
			}
		}
	}
	if want := []sbom.Loss{{What: "a", Count: 2}}; cmp.Diff(want, (&sbom.Document{Properties: leftOut("a: 2", "x")}).LeftOut()) != "" {
		t.Error("properties are not read back")
	}
}

func BenchmarkReadYAML(b *testing.B) {
	text := []byte(yamlOf(b, written(b, large(b, 8700), Options{})))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		read(b, text)
	}
}
