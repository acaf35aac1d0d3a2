package all_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sbomgen/sbomgen/catalogers/all"
	"github.com/sbomgen/sbomgen/catalogers/scan"
)

// corpus lists the cases of real lockfiles beside the repository, as archives. Where there are none it says so in one line.
func corpus(t *testing.T) map[string]*txtar.Archive {
	t.Helper()
	dir := os.Getenv("SBOMGEN_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	dir = filepath.Join(dir, "corpus")
	cases := make(map[string]*txtar.Archive)
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		parts := strings.SplitN(filepath.ToSlash(rel), "/", 3)
		if len(parts) < 3 || parts[2] == "expected.json" {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		name := parts[0] + "/" + parts[1]
		if cases[name] == nil {
			cases[name] = new(txtar.Archive)
		}
		cases[name].Files = append(cases[name].Files, txtar.File{Name: parts[2], Data: data})
		return nil
	})
	if len(cases) == 0 {
		t.Log("left out: no corpus beside the repository, nor in SBOMGEN_SHARED")
	}
	return cases
}

// TestRealFilesCutAnywhereNeverPanicNorHang cuts every file of the corpus at twenty places, and fills it with garbage.
func TestRealFilesCutAnywhereNeverPanicNorHang(t *testing.T) {
	try := func(what string, a *txtar.Archive) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		r, err := scan.Run(ctx, newArchive(a), all.Catalogers, scan.Options{})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, f := range r.Facts {
			for _, gap := range f.Gaps() {
				if strings.Contains(gap.Reason, "broke off") {
					t.Fatalf("%s: %s", what, gap.Reason)
				}
			}
		}
	}
	for name, a := range corpus(t) {
		for i, f := range a.Files {
			for cut := range 20 {
				b := &txtar.Archive{Files: append([]txtar.File{}, a.Files...)}
				b.Files[i].Data = f.Data[:len(f.Data)*cut/20]
				try(name+"/"+f.Name, b)
			}
			garbage := append([]byte{}, f.Data...)
			for at := 7; at < len(garbage); at += 97 {
				garbage[at] ^= byte(at)
			}
			try(name+"/"+f.Name+", garbled", &txtar.Archive{Files: []txtar.File{{Name: f.Name, Data: garbage}}})
		}
	}
}

// TestDeepNestingIsAGap hands every selector's name a text that nests 10,000 deep.
func TestDeepNestingIsAGap(t *testing.T) {
	var deepYAML strings.Builder
	for i := range 3000 {
		deepYAML.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	for _, c := range all.Catalogers {
		for _, s := range c.Files {
			name := strings.NewReplacer("**/", "", "*", "x").Replace(s.Pattern)
			if !fs.ValidPath(name) {
				continue
			}
			for _, text := range []string{
				strings.Repeat(`{"dependencies":`, 10000), strings.Repeat("[", 10000), strings.Repeat(`{"a":[`, 5000),
				"a = " + strings.Repeat("[", 10000), "a: " + strings.Repeat("{b: ", 10000), deepYAML.String(), "(" + strings.Repeat("(", 10000),
				strings.Repeat("-r "+name+"\n", 100),
			} {
				for _, gap := range resolve(t, newArchive(&txtar.Archive{Files: []txtar.File{{Name: name, Data: []byte(text)}}}), all.Catalogers).Gaps {
					if strings.Contains(gap.Reason, "broke off") {
						t.Errorf("%s: %.20q: %s", name, text, gap.Reason)
					}
				}
			}
		}
	}
}
