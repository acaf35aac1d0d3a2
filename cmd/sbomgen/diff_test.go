package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheFormatsOfOneScanDoNotDiffer writes every case of real lockfiles in all that can be read back: what one format says that
// another does not would be a change.
func TestTheFormatsOfOneScanDoNotDiffer(t *testing.T) {
	dir, ok := shared(t, "corpus")
	if !ok {
		return
	}
	cases, err := filepath.Glob(filepath.Join(dir, "corpus", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	files := map[string]string{"json": "graph.json", "cyclonedx-json": "bom.json", "cyclonedx-xml@1.4": "bom.xml", "spdx-json@2.3": "bom.spdx.json",
		"spdx-json@3.0": "bom.spdx3.json", "spdx-tag-value": "bom.spdx"}
	compared := 0
	for _, target := range cases {
		if info, err := os.Stat(target); err != nil || !info.IsDir() {
			continue
		}
		args := []string{"scan", target, "-q"}
		for format, file := range files {
			args = append(args, "-o", format+"="+filepath.Join(out, file))
		}
		if _, stderr, code := invoke(t, args...); code != exitDone {
			t.Errorf("%s: %s", target, stderr)
			continue
		}
		for _, file := range files {
			stdout, stderr, code := invoke(t, "diff", filepath.Join(out, "graph.json"), filepath.Join(out, file), "-q", "--all-edges", "--fail-on", "any")
			if code != exitDone || !strings.Contains(stdout, ": no changes\n") {
				t.Errorf("%s: %s: exit code %d: %s%s", target, file, code, stderr, stdout)
			}
			compared++
		}
	}
	if compared == 0 {
		t.Error("the corpus holds no cases")
	}
}

// Each example of the verb is a line of a script.
func TestEveryExampleOfDiffRuns(t *testing.T) {
	scripts, err := filepath.Glob("testdata/diff*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, name := range scripts {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(data)
	}
	examples := strings.Split(newDiff(host{}).Example, "\n")
	if len(examples) != 3 {
		t.Errorf("%d examples, not three", len(examples))
	}
	for _, e := range examples {
		if !strings.Contains(text.String(), " "+strings.TrimSpace(e)+"\n") {
			t.Errorf("no script runs %q", strings.TrimSpace(e))
		}
	}
}
