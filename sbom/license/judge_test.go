package license

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shared reads a file of the folder of outside documents. Where it is not, the
// test says so and goes on without.
func shared(t *testing.T, path ...string) string {
	t.Helper()
	root := os.Getenv("SBOMGEN_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
	if err != nil {
		t.Logf("left out: there is no %s", filepath.Join(path...))
		return ""
	}
	return string(data)
}

// compare holds the categories against ORT's list of ids with categories.
func compare(t *testing.T, text string) {
	want := map[string][]Category{
		"public-domain":    {PublicDomain},
		"permissive":       {Permissive, PublicDomain},
		"copyleft-limited": {WeakCopyleft},
		"copyleft":         {StrongCopyleft, NetworkCopyleft},
	}
	id := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "- id: "); ok {
			id = strings.Trim(rest, `"`)
			continue
		}
		word := strings.Trim(strings.TrimPrefix(line, "- "), `"`)
		expected := want[word]
		if id == "" || expected == nil {
			continue
		}
		e, err := Parse(id)
		if err != nil {
			t.Logf("not on the SPDX list: %s", id)
		} else if !slices.Contains(expected, e.Category()) {
			t.Errorf("%s: got %s, ORT says %s", id, e.Category(), word)
		}
	}
}

// differences are the entries of ORT's table of declared licences that we read
// otherwise, and why.
var differences = map[string]string{
	"CDDL v1.1 / GPL v2 dual license":                                      "it says 1.1, not 1.0",
	"Creative Commons License Attribution-NoDerivs 3.0 Unported":           "it does not say NonCommercial",
	"Dual License: CDDL 1.0 and GPL V2 with Classpath Exception":           "the exception belongs to the answer",
	"GNU Affero General Public License, Version 3 with the Commons Clause": "the Commons Clause is no public domain notice",
	"GNU General Public Library":                                           "neither which GPL nor which version is said",
	"GNU LGPL v2.1":                                                        `"or later" is not said`,
	"Perl Artistic v2":                                                     "version 2 is the Artistic License 2.0",
	"Zlib / Libpng License":                                                "that is the OSI's title of Zlib; zlib-acknowledgement adds a condition",
	"Zlib/Libpng License":                                                  "that is the OSI's title of Zlib; zlib-acknowledgement adds a condition",
	"http://www.cecill.info/licences/Licence_CeCILL-C_V1-en.txt":           "the page holds CeCILL-C",
}

// certain are entries under the heading of ambiguous ones that we find clear.
var certain = map[string]string{
	"Common Public 1.0": "there is one Common Public License 1.0",
	"bsd 4-clause":      "it says 4, not 3",
}

func TestNamesAgreeWithORT(t *testing.T) {
	text := shared(t, "spec", "licenses", "ort-declared-license-mapping.yml")
	if text == "" {
		return
	}
	_, text, _ = strings.Cut(text, "# Ambiguous")
	ambiguous, clear, _ := strings.Cut(text, "# Non-ambiguous")
	entries := func(section string, visit func(name string, want Expr)) (count int) {
		for line := range strings.Lines(section) {
			i := strings.LastIndex(line, `": `)
			if i < 0 {
				continue
			}
			name := strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(line[1:i])
			want, err := Parse(strings.TrimSpace(line[i+len(`": `):]))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			visit(name, want)
			count++
		}
		return count
	}

	agreed := 0
	count := entries(clear, func(name string, want Expr) {
		got, ok := Normalize(name)
		// NONE in the table means: discard the claim.
		if ok && got.Equal(want) || !ok && want.License == none && Candidates(name) == nil {
			agreed++
		} else if differences[name] == "" {
			t.Errorf("%s: got %q, want %s", name, Candidates(name), want)
		}
	})
	t.Logf("%d of %d clear entries agree (%.1f %%)", agreed, count, 100*float64(agreed)/float64(count))
	if agreed*100 < count*98 {
		t.Errorf("%d of %d agree", agreed, count)
	}

	kept := 0
	count = entries(ambiguous, func(name string, want Expr) {
		_, ok := Normalize(name)
		holds := slices.ContainsFunc(Candidates(name), func(text string) bool {
			candidate, err := Parse(text)
			return err == nil && candidate.Equal(want)
		})
		if holds && !ok {
			kept++
		} else if certain[name] == "" {
			t.Errorf("%s: got %q (sure: %v), want %s among them", name, Candidates(name), ok, want)
		}
	})
	t.Logf("%d of %d ambiguous entries stay ambiguous and hold the table's answer", kept, count)
}
