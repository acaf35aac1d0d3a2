package purl

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// shared returns a folder of the official data that lies beside the repository,
// or "" where the tests run without it.
func shared(t *testing.T, folder string) string {
	t.Helper()
	root := os.Getenv("SBOMGEN_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	dir := filepath.Join(root, folder)
	if _, err := os.Stat(dir); err != nil {
		t.Logf("left out: %s is not here", folder)
		return ""
	}
	return dir
}

// disputes are the vectors that we do not follow, with the reason.
var disputes = map[string]string{
	"git/validate/git namespace and name should be lowercased. Validate an input purl.": "the definition of git says case_sensitive: true for both",
	"gem/parse/Ruby gems can use qualifiers":                                            "wants refused what the validate vector of the same input wants lowercased",
	"rpm/parse/rpm often use qualifiers":                                                "wants refused what the validate vector of the same input wants lowercased",
}

type components struct {
	Type, Namespace, Name, Version, Subpath string
	Qualifiers                              map[string]string
}

func (c components) build() (PURL, error) {
	p := New(Type(c.Type), c.Namespace, c.Name, c.Version).WithSubpath(c.Subpath)
	for k, v := range c.Qualifiers {
		p = p.With(k, v)
	}
	return p, p.Validate()
}

// vector is one case of the specification's tests,
// https://github.com/package-url/purl-spec/tree/main/tests.
type vector struct {
	Description string
	Type        string          `json:"test_type"`
	Fails       bool            `json:"expected_failure"`
	Input       json.RawMessage `json:"input"`
	Output      json.RawMessage `json:"expected_output"`
}

// holds says whether we answer as v wants, and what we answered.
func (v vector) holds() (bool, string) {
	var text, want string
	var parts, wanted components
	_ = json.Unmarshal(v.Input, &text)
	_ = json.Unmarshal(v.Input, &parts)
	_ = json.Unmarshal(v.Output, &want)
	_ = json.Unmarshal(v.Output, &wanted)
	var p PURL
	var err error
	if v.Type == "build" {
		p, err = parts.build()
	} else {
		p, err = Parse(text)
	}
	if v.Fails || err != nil {
		return v.Fails && err != nil, p.String()
	}
	if v.Type == "parse" {
		same := string(p.Type) == wanted.Type && p.Namespace == wanted.Namespace && p.Name == wanted.Name &&
			p.Version == wanted.Version && p.Subpath == wanted.Subpath
		n := 0
		for k, v := range p.Qualifiers() {
			same = same && wanted.Qualifiers[k] == v && p.Qualifier(k) == v
			n++
		}
		return same && n == len(wanted.Qualifiers), p.String()
	}
	return p.String() == want, p.String()
}

func TestOfficialVectorsHold(t *testing.T) {
	dir := shared(t, "spec/purl/tests")
	if dir == "" {
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*-test.json"))
	cases := 0
	seen := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var suite struct{ Tests []vector }
		if err := json.Unmarshal(data, &suite); err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		name = name[:len(name)-len("-test.json")]
		for _, v := range suite.Tests {
			cases++
			key := name + "/" + v.Type + "/" + v.Description
			ok, got := v.holds()
			if reason, disputed := disputes[key]; disputed {
				seen[key] = true
				if ok {
					t.Errorf("%s passes now, no longer a dispute (%s)", key, reason)
				}
			} else if !ok {
				t.Errorf("%s: %s gives %s, want %s", key, v.Input, got, v.Output)
			}
		}
	}
	if cases != 586 || len(seen) != len(disputes) {
		t.Errorf("%d cases and %d disputes, want 586 and %d", cases, len(seen), len(disputes))
	}
}

func TestRulesFollowTheDefinitions(t *testing.T) {
	dir := shared(t, "spec/purl/types")
	if dir == "" {
		return
	}
	type part struct {
		Requirement   string
		CaseSensitive *bool `json:"case_sensitive"`
	}
	// Where a definition contradicts itself or what exists; see rules.
	except := map[string]string{
		"golang namespace":      "the standard library has none",
		"huggingface namespace": "says: if present",
		"rpm namespace":         "a database without os-release names no vendor, and its packages are packages",
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*-definition.json"))
	if len(files) != 42 {
		t.Errorf("%d definitions, want 42", len(files))
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Type       Type
			Repository struct {
				URL string `json:"default_repository_url"`
			}
			Namespace  part `json:"namespace_definition"`
			Name       part `json:"name_definition"`
			Version    part `json:"version_definition"`
			Subpath    part `json:"subpath_definition"`
			Qualifiers []struct {
				Key         string
				Requirement string
				Default     string `json:"default_value"`
			} `json:"qualifiers_definition"`
		}
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatal(err)
		}
		r, ok := d.Type.rules()
		if !ok {
			t.Errorf("%s is not registered", d.Type)
		}
		if d.Type.DefaultRepository() != d.Repository.URL {
			t.Errorf("%s: repository %q, want %q", d.Type, d.Type.DefaultRepository(), d.Repository.URL)
		}
		for name, c := range map[string]struct {
			f form
			p part
		}{"namespace": {r.namespace, d.Namespace}, "name": {r.name, d.Name}, "version": {r.version, d.Version}, "subpath": {r.subpath, d.Subpath}} {
			if got, want := c.f&required != 0, c.p.Requirement == "required"; got != want && name == "namespace" && except[string(d.Type)+" "+name] == "" {
				t.Errorf("%s: %s required is %v, want %v", d.Type, name, got, want)
			}
			if got, want := c.f&prohibited != 0, c.p.Requirement == "prohibited"; got != want {
				t.Errorf("%s: %s prohibited is %v, want %v", d.Type, name, got, want)
			}
			if got, want := c.f&lower != 0, c.p.CaseSensitive != nil && !*c.p.CaseSensitive; got != want {
				t.Errorf("%s: %s lowercase is %v, want %v", d.Type, name, got, want)
			}
		}
		for _, q := range d.Qualifiers {
			if q.Default != d.Type.Implied(q.Key) {
				t.Errorf("%s: %s implied is %q, want %q", d.Type, q.Key, d.Type.Implied(q.Key), q.Default)
			}
			if (q.Requirement == "required") != (r.demands == q.Key) {
				t.Errorf("%s: %s is %s, the rules demand %q", d.Type, q.Key, q.Requirement, r.demands)
			}
		}
	}
}
