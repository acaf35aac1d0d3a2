package decode

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// outline writes every value of a text in one notation, whatever style the text has.
func outline(text string) (string, error) {
	var b strings.Builder
	r := NewBlock(text)
	r.Documents(func() {
		outlineValue(&b, r)
		b.WriteByte('\n')
	})
	return b.String(), r.Err()
}

func outlineValue(b *strings.Builder, r *Block) {
	switch r.Kind() {
	case Object:
		b.WriteByte('{')
		r.Object(func(key string) {
			fmt.Fprintf(b, "%q:", key)
			outlineValue(b, r)
			b.WriteByte(' ')
		})
		b.WriteByte('}')
	case Array:
		b.WriteByte('[')
		r.Array(func() {
			outlineValue(b, r)
			b.WriteByte(' ')
		})
		b.WriteByte(']')
	case String:
		fmt.Fprintf(b, "%q", r.Text())
	case Null:
		b.WriteByte('~')
		r.Skip()
	}
}

// reference is outline by way of the YAML library.
func reference(text string) (string, error) {
	var b strings.Builder
	d := yaml.NewDecoder(strings.NewReader(text))
	for {
		var n yaml.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		outlineNode(&b, n.Content[0])
		b.WriteByte('\n')
	}
}

func outlineNode(b *strings.Builder, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			fmt.Fprintf(b, "%q:", n.Content[i].Value)
			outlineNode(b, n.Content[i+1])
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for _, c := range n.Content {
			outlineNode(b, c)
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	default:
		if n.Tag == "!!null" {
			b.WriteByte('~')
			return
		}
		fmt.Fprintf(b, "%q", n.Value)
	}
}

// blocks are texts within the subset.
var blocks = []string{
	"a: 1\nb: two words\nc: 'it''s'\nd: \"tab\\tq\\\"\\u00e9\\x41\"\n",
	"lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\npackages:\n\n  '@scope/name@1.0.0':\n    resolution: {integrity: sha512-abc==, tarball: https://example.com/x.tgz}\n    engines: {node: '>=6'}\n    cpu: [x64, arm64]\n    hasBin: true\n",
	"/@a/b/1.0.0_c@2.0.0:\n  dev: true\n/x/1.0.0: {}\ny: []\n",
	"list:\n- one\n- two: 2\n  three: 3\n-\n  - four\n- - five\n  - six\nafter: x\n",
	"list:\n  - \"quoted (1.0)\":\n    - inner\n  - plain\n",
	"? \"a long key\"\n:\n  version: 1\n? other key\n: flat: 1\n  second: 2\n? third\n: scalar\n",
	"# comment\na: b # comment\n# comment\nc: # comment\n  d: e#no comment\n",
	"one: 1\n---\ntwo: 2\n...\n---\n- three\n",
	"--- # comment\na: b\n",
	"a: >-\n  folded\n  text\n\n  next\nb: |\n  literal\n    deeper\n\n  text\n\nc: |+\n  keep\n\nd: >2\n    one\n    two\n   \ne: x\n",
	"a: first\n  second\n\n  third\nb: 'single\n  quoted\n\n  text'\nc: \"double \\\n  joined \\  \n  text\"\n",
	"a:\nb: ~\nc: null\nd: Null\ne: ''\nf:\n  g:\nh: [~, null, '']\ni: {j: , k, l: ~}\n",
	"a: {b: [1, {c: d}], 'e': \"f\", \"g\":h, url: http://x/y?z=1#w, i: a b}\n",
	"a: [\n  b,\n  c # comment\n  , d\n]\n",
	"a: -1\nb: -x\nc: ?x\nd: :x\ne: a:b\nf: x#y\n",
	"conditions: os=darwin & cpu=arm64\nchecksum: 10c0/0af1\n",
	"a:\r\n  - b\r\n  - 'c'\r\nd: |\r\n  e\r\n  f\r\n",
	"just text\n",
	"\"quoted\"",
	"",
	"key with spaces : value\n'quoted' : value\n",
	"- a\n-\n- \n- b:\n- c\n",
}

func TestBlockReadsWhatTheYAMLLibraryReads(t *testing.T) {
	for _, text := range blocks {
		got, err := outline(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		want, err := reference(text)
		if err != nil {
			t.Errorf("%q: the library says %v", text, err)
		}
		if text == "" {
			want = "~\n"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestBlockSaysWhatItDoesNotRead(t *testing.T) {
	for _, c := range []struct {
		text, want string
		subset     bool
	}{
		{"a: &x 1\n", `line 1: outside the subset of YAML that is read: a value that begins with '&'`, true},
		{"a: 1\nb: *x\n", `line 2: outside the subset of YAML that is read: a value that begins with '*'`, true},
		{"a: !!str 1\n", `line 1: outside the subset of YAML that is read: a value that begins with '!'`, true},
		{"%YAML 1.2\n---\na: 1\n", `line 1: outside the subset of YAML that is read: a value that begins with '%'`, true},
		{"? [a]\n: b\n", `line 1: unexpected '['`, false},
		{"? a: b\n: c\n", `line 1: outside the subset of YAML that is read: a mapping as key`, true},
		{"? a\nb: c\n", `line 2: outside the subset of YAML that is read: an explicit key without a value`, true},
		{"a:\n\tb: 1\n", `line 2: outside the subset of YAML that is read: a tab as indentation`, true},
		{"a: 1\rb: 2\n", `line 1: outside the subset of YAML that is read: a lone carriage return`, true},
		{"a: [b: c]\n", `line 1: outside the subset of YAML that is read: a pair that is no element of a mapping`, true},
		{"a: b: c\n", `line 1: a second colon on the line of a key`, false},
		{"a: - b\n", `line 1: a block collection on the line of its key`, false},
		{"a: 1\n  b: 2\n", `line 2: a key within a scalar of several lines`, false},
		{"a:\n    b: 1\n  c: 2\n", `line 3: indented deeper than what it belongs to`, false},
		{"a: 1\nb\n", `line 2: no colon after "b"`, false},
		{"a: 'x\n", `line 1: scalar does not end`, false},
		{"a: \"x\\", `line 1: scalar does not end`, false},
		{"a: \"\\q\"\n", `line 1: bad escape 'q'`, false},
		{"a: 'x' y\n", `line 1: unexpected 'y'`, false},
		{"a: {b: 1\n", `line 2: unexpected end`, false},
		{"a: {b: 1 c: 2}\n", `line 1: outside the subset of YAML that is read: a pair that is no element of a mapping`, true},
		{"a: ['b' 'c']\n", `line 1: no comma before '\''`, false},
		{"a: [,]\n", `line 1: unexpected ','`, false},
		{"a: |x\n  b\n", `line 1: unexpected 'x'`, false},
		{"a: 1\n- b\n", `line 2: unexpected '-'`, false},
		{"- a\nb: c\n", `line 2: unexpected 'b'`, false},
		{"a: b # c\n  d\n", `line 2: text after the comment that ends a scalar`, false},
		{strings.Repeat("- ", MaxDepth+1), `line 1: nests deeper than 1000 levels`, false},
		{strings.Repeat("[", MaxDepth+1), `line 1: nests deeper than 1000 levels`, false},
	} {
		_, err := outline(c.text)
		if err == nil || err.Error() != c.want || errors.Is(err, ErrSubset) != c.subset {
			t.Errorf("%.40q: error %v, want %s", c.text, err, c.want)
		}
	}
}

func TestBlockKnowsTheLinesOfKeysAndDashes(t *testing.T) {
	r := NewBlock("# head\na:\n\n  b: 1\n  c:\n    - x\n    -\n      y: 2\nd: |\n  text\n\ne: {f: 1}\n")
	got := map[string]int{}
	r.Object(func(key string) {
		got[key] = r.Line()
		switch key {
		case "a":
			r.Object(func(key string) {
				got[key] = r.Line()
				n := 0
				r.Array(func() {
					n++
					got[fmt.Sprint(key, n)] = r.Line()
				})
			})
		}
	})
	if err := r.Finish(); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"a": 2, "b": 4, "c": 5, "c1": 6, "c2": 7, "d": 9, "e": 12}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBlockReadsTypedScalarsAndSkipsOtherKinds(t *testing.T) {
	r := NewBlock("yes: true\nno: false\nn: 12\nx: [1]\nlist: [a, {b: c}, d]\none: a\nmap: {a: b}\nlast: z\n")
	got := map[string]any{}
	if !r.Object(func(key string) {
		switch key {
		case "yes", "no":
			got[key] = r.Bool()
		case "n", "x":
			got[key] = r.Int()
		case "list", "one", "map":
			got[key] = r.Texts()
		case "last":
			got[key] = r.Text()
		}
	}) {
		t.Error("not read as a mapping")
	}
	if err := r.Finish(); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"yes": true, "no": false, "n": 12, "x": 0, "list": []string{"a", "d"}, "one": []string{"a"}, "map": []string(nil), "last": "z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestScalarsOfOneLineAreSubstrings(t *testing.T) {
	text := "plain: value\n'single': 'value'\n\"double\": \"value\"\nflow: {a: b, c: [d, 'e']}\n"
	read := func() {
		r := NewBlock(text)
		r.Object(func(string) {
			if r.Kind() == Object {
				r.Object(func(string) {
					r.Array(func() { r.Text() })
				})
			}
			r.Text()
		})
		if r.Finish() != nil {
			t.Error(r.Err())
		}
	}
	if n := testing.AllocsPerRun(10, read); n > 1 {
		t.Errorf("%v allocations, want one for the reader at most", n)
	}
}

// FuzzBlock compares with the YAML library: what both read they read alike.
func FuzzBlock(f *testing.F) {
	for _, text := range blocks {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := outline(text)
		// The library breaks lines at these too, as YAML 1.1 did.
		if err != nil || !utf8.ValidString(text) || strings.ContainsAny(text, "\u0085\u2028\u2029\ufeff") {
			return
		}
		// The library takes the end of a text for a line break, in a literal that ends in blanks.
		if strings.ContainsAny(text, "|>") && !strings.HasSuffix(text, "\n") {
			return
		}
		want, err := reference(text)
		if err != nil || want == "" {
			return
		}
		if got != want {
			t.Errorf("%q\n got %s\nwant %s", text, got, want)
		}
	})
}

func BenchmarkBlock(b *testing.B) {
	var s strings.Builder
	s.WriteString("packages:\n")
	for i := range 5000 {
		fmt.Fprintf(&s, "\n  '@scope/name-%d@1.%d.0':\n    resolution: {integrity: sha512-%088d==}\n    engines: {node: '>=18'}\n    dependencies:\n      react: 18.2.0(react-dom@18.2.0)\n      '@scope/other': 2.0.%d\n    hasBin: true\n", i, i, i, i)
	}
	text := s.String()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewBlock(text)
		r.Object(func(string) { r.Skip() })
		if r.Finish() != nil {
			b.Fatal(r.Err())
		}
	}
}
