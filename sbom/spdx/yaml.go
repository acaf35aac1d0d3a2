package spdx

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// isYAML tells whether a text that is no JSON has the members of SPDX 2's JSON; tag-value spells them otherwise.
func isYAML(text string) bool {
	for line := range strings.Lines(text) {
		switch key, _, _ := strings.Cut(line, ":"); strings.Trim(key, `'" `) {
		case "spdxVersion", "creationInfo", "documentNamespace", "dataLicense":
			return true
		case "SPDXVersion", "DataLicense", "DocumentName", "Creator", "PackageName":
			return false
		}
	}
	return false
}

// parseYAML reads SPDX 2 as YAML, which has the members of the JSON.
func parseYAML(text string) (*statement, error) {
	b := decode.NewBlock(text)
	t := &transcript{b: b, json: make([]byte, 0, len(text))}
	t.value()
	err := b.Finish()
	if err == nil {
		return parseJSON(string(t.json))
	}
	if !errors.Is(err, decode.ErrSubset) {
		return nil, err
	}
	var value map[string]any // tags, anchors and the like: forty times as slow
	if err := decode.YAML(text, &value); err != nil {
		return nil, err
	}
	out, err := json.Marshal(value, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, err
	}
	return parseJSON(string(out))
}

// transcript writes YAML as JSON. Every scalar becomes a string, which is what nearly every field of SPDX is.
type transcript struct {
	b    *decode.Block
	json []byte
}

func (t *transcript) value() {
	switch t.b.Kind() {
	case decode.Object:
		t.json = append(t.json, '{')
		first := true
		t.b.Object(func(key string) {
			t.comma(&first)
			t.text(key)
			t.json = append(t.json, ':')
			t.value()
		})
		t.json = append(t.json, '}')
	case decode.Array:
		t.json = append(t.json, '[')
		first := true
		t.b.Array(func() {
			t.comma(&first)
			t.value()
		})
		t.json = append(t.json, ']')
	case decode.String:
		t.text(t.b.Text())
	default:
		t.b.Skip()
		t.json = append(t.json, "null"...)
	}
}

func (t *transcript) comma(first *bool) {
	if !*first {
		t.json = append(t.json, ',')
	}
	*first = false
}

func (t *transcript) text(s string) {
	var err error
	if t.json, err = jsontext.AppendQuote(t.json, s); err != nil { // invalid UTF-8, which it has replaced
		return
	}
}
