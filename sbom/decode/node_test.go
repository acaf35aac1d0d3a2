package decode

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNodesTellLinesCommentsAndWhatMergeKeysAdd(t *testing.T) {
	docs, err := Nodes("base: &base\n  image: one\n  keep: yes # why\njob:\n  <<: [*base, {extra: x}]\n  image: two\n---\nlist: [a, *b]\n")
	if err == nil || len(docs) != 1 {
		t.Fatalf("%d documents, %v; want the one before the unknown alias and its error", len(docs), err)
	}
	got := map[string]string{}
	for k, v := range docs[0].Get("job").Entries() {
		got[k] += v.Text()
	}
	if diff := cmp.Diff(map[string]string{"image": "two", "keep": "yes", "extra": "x"}, got); diff != "" {
		t.Error(diff)
	}
	if keep := docs[0].Get("job", "keep"); keep.Line() != 3 || keep.Comment() != "why" {
		t.Errorf("line %d, comment %q", keep.Line(), keep.Comment())
	}
	if missing := docs[0].Get("no", "way"); missing.Kind() != End || missing.Text() != "" || missing.Line() != 0 || missing.Err() != nil {
		t.Errorf("%+v is not the value that is not there", missing)
	}
}

func TestAliasesThatMultiplyEndTheWalk(t *testing.T) {
	text := "a: &a [" + strings.Repeat("x,", 200) + "]\n"
	for _, pair := range []string{"ab", "bc", "cd", "de"} {
		text += pair[1:] + ": &" + pair[1:] + " [" + strings.Repeat("*"+pair[:1]+" ,", 200) + "]\n"
	}
	docs, err := Nodes(text)
	if err != nil {
		t.Fatal(err)
	}
	var walk func(Node)
	walk = func(n Node) {
		for item := range n.Items() {
			walk(item)
		}
	}
	walk(docs[0].Get("e"))
	if err := docs[0].Err(); !errors.Is(err, ErrAliases) {
		t.Errorf("error %v", err)
	}
}
