package text

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/sbom/license"
)

var update = flag.Bool("update", false, "write texts.txt anew from SBOMGEN_LICENSE_TEXTS")

const head = `# What is kept of the texts of the SPDX licence list 3.28.0: enough to recognise one, nothing to read.
# Made by go test ./sbom/license/text -update, with SBOMGEN_LICENSE_TEXTS naming a folder of <id>.json files that hold the text as licenseText:
# the folder licenses of the npm package spdx-license-list 6.12.0. Identifiers with the same text share the shortest of them.
# identifier TAB words TAB digests TAB sketch. Words are counted as words.go reads them. A digest is of these words, a second and third without the
# appendix on how to apply the licence; the sketch is the smallest hashes of its phrases, see table.go.
`

// made is texts.txt as it is made from a folder.
func made(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%s holds no licence texts: %v", dir, err)
	}
	type entry struct {
		id      string
		words   int
		digests []digest
		sketch  []uint32
	}
	var entries []entry
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".json")
		if replacement, old := license.Deprecated(id); old && replacement != "" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var one struct {
			LicenseText string `json:"licenseText"`
		}
		if err := json.Unmarshal(data, &one); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		r := read(one.LicenseText)
		words := r.kept()
		if len(words) < 8 {
			continue
		}
		e := entry{id: id, words: len(words), digests: []digest{r.digest(words)}, sketch: r.sketch(words)}
		for i := range words {
			if i+5 < len(words) && r.is(int(words[i]), "end") && r.is(int(words[i+1]), "of") && r.is(int(words[i+2]), "terms") && r.is(int(words[i+3]), "and") && r.is(int(words[i+4]), "conditions") {
				e.digests = append(e.digests, r.digest(words[:i+5]), r.digest(words[:i]))
				break
			}
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Or(cmp.Compare(len(a.id), len(b.id)), cmp.Compare(a.id, b.id)) })
	taken := make(map[digest]string)
	var lines []string
	for _, e := range entries {
		if first := taken[e.digests[0]]; first != "" {
			t.Logf("%s has the text of %s", e.id, first)
			continue
		}
		line := fmt.Sprintf("%s\t%d\t", e.id, e.words)
		for i, d := range e.digests {
			if taken[d] != "" {
				continue
			}
			taken[d] = e.id
			if i > 0 {
				line += " "
			}
			line += hex.EncodeToString(d[:])
		}
		line += "\t"
		for _, p := range e.sketch {
			line += fmt.Sprintf("%06x", p)
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return head + strings.Join(lines, "\n") + "\n"
}

func TestTheTableIsMadeOfTheTextsOfTheList(t *testing.T) {
	dir := os.Getenv("SBOMGEN_LICENSE_TEXTS")
	if dir == "" {
		t.Log("left out: SBOMGEN_LICENSE_TEXTS names no folder with the texts of the SPDX list")
		return
	}
	want := made(t, dir)
	if *update {
		if err := os.WriteFile("texts.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if texts != want {
		t.Error("texts.txt is stale: go test ./sbom/license/text -update")
	}
}
