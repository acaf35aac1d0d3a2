package decode_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

func TestKeysTellTheirLines(t *testing.T) {
	text := `top = 1

[package]
name = "x" # comment
[dependencies]
serde = "1"
"quoted key" = { version = "2",
  path = "x" }
a.b = 3
[target.'cfg(windows)'.dependencies]
winapi = """
[dependencies]
not = "a table"
"""
[[bin]]
name = "one"
[[bin]]
name = "two"
`
	want := map[string]int{
		"top": 1, "package": 3, "package name": 4, "dependencies": 5, "dependencies serde": 6, "dependencies quoted key": 7, "dependencies a": 9, "dependencies a b": 9,
		"target": 10, "target cfg(windows)": 10, "target cfg(windows) dependencies": 10, "target cfg(windows) dependencies winapi": 11, "bin": 15, "bin name": 16,
	}
	got := make(map[string]int)
	for k, line := range decode.Keys(text) {
		got[strings.ReplaceAll(k, "\x00", " ")] = line
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestKeysOfManyTablesAreFoundInOnePass(t *testing.T) {
	var b strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&b, "[t%d]\na = 1\n", i)
	}
	began := time.Now()
	if line := decode.Keys(b.String())[decode.KeyPath("t19999", "a")]; line != 40000 {
		t.Errorf("line %d", line)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestHeadersAreGivenOnlyIfAllAreFound(t *testing.T) {
	text := "[[package]]\nname = 1\n\n[[package]]\nname = 2\n"
	if diff := cmp.Diff([]int{1, 4}, decode.Headers(text, "package", 2)); diff != "" {
		t.Error(diff)
	}
	if got := decode.Headers(text, "package", 3); got != nil {
		t.Errorf("three wanted: %v", got)
	}
}

func TestErrorsTellTheirLine(t *testing.T) {
	var v struct{ A int }
	for name, err := range map[string]error{
		"JSON": decode.JSON("{\n\"A\":\n]", &v),
		"TOML": decode.TOML("A = 1\nB = 2\nA = \n", &v),
	} {
		var at *decode.LineError
		if !errors.As(err, &at) || at.Line != 3 {
			t.Errorf("%s: %v is not at line 3", name, err)
		}
	}
	if err := decode.YAML("A: 1\nB: [\n", &v); err == nil || !strings.Contains(err.Error(), "line") {
		t.Errorf("YAML: %v", err)
	}
}

func TestManyKeysOfYAMLTakeNoTime(t *testing.T) {
	const many = 100_000
	var keys strings.Builder
	for i := range many {
		fmt.Fprintf(&keys, "k%d: &x {<<: {a: 1}, b: 2}\n", i)
	}
	for name, c := range map[string]struct{ text, want string }{
		"one key":              {strings.Repeat("a: x\n", many), `line 2: the key "a" stands at line 1 as well`},
		"one key, anchored":    {strings.Repeat("a: &x\n", many), `line 2: the key "a" stands at line 1 as well`},
		"merge keys":           {"a: {}\n" + strings.Repeat("<<: {}\n", many), `line 3: the key "<<" stands at line 2 as well`},
		"different keys":       {keys.String(), ""},
		"one key in many maps": {strings.Repeat("- a: x\n", many), ""},
		"a large map first":    {strings.Repeat("- a: x\n", many) + "- " + strings.ReplaceAll(strings.TrimSpace(strings.ReplaceAll(keys.String(), "{<<: {a: 1}, b: 2}", "1")), "\n", "\n  ") + "\n", ""},
	} {
		var value any
		begin := time.Now()
		err := decode.YAML(c.text, &value)
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		if got := fmt.Sprint(err); c.want == "" && err != nil || c.want != "" && got != c.want {
			t.Errorf("%s: %.200s", name, got)
		}
	}
}

func TestYAMLDecodesWhatTheLibraryDoes(t *testing.T) {
	for _, text := range []string{
		"", "# nothing\n", "---\n---\na: 1\n", "a: 1\n---\nb: [\n", "null", "a: 1\n1: b\nnull: c\n", "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\ne: {c: 3, <<: [*x, {f: 1}]}\n",
		"? [a, b]\n: 1\n? [c]\n: 2\n", "a: 2024-01-02\nb: 0x10\nc: ~\nd: !!str 1\n", "- a\n- [b, {c: d}]\n", "a: *gone\n", "\ta: 1\n", "a: {b: 1, b: 2}\n",
	} {
		var got, want any
		gave, wanted := decode.YAML(text, &got), yaml.Unmarshal([]byte(text), &want)
		if (gave == nil) != (wanted == nil) || wanted == nil && !cmp.Equal(got, want) {
			t.Errorf("%q: %v, %v instead of %v, %v", text, got, gave, want, wanted)
		}
	}
}

func TestAliasesOfYAMLDoNotExplode(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 12; i++ {
		b.WriteString("a" + string(rune('a'+i)) + ": &b" + string(rune('a'+i)) + " [" + strings.Repeat("*a0,", 1000) + "]\n")
	}
	var v map[string]any
	if err := decode.YAML(b.String(), &v); err == nil {
		t.Error("no error")
	}
}

func FuzzSmallFiles(f *testing.F) {
	f.Add("a = 1\n[b]\nc = [1, 2]\n[[d]]\ne = '''x'''\n")
	f.Add("{\"a\": [1, null]}")
	f.Add("a: &x\n  - b\n  - *x\n")
	f.Fuzz(func(t *testing.T, text string) {
		var v map[string]any
		decode.JSON(text, &v)
		decode.TOML(text, &v)
		decode.YAML(text, &v)
		decode.Keys(text)
		decode.Headers(text, "d", 1)
	})
}
