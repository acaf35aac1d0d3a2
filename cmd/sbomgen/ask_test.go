package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFileIsAnSBOMByItsContent(t *testing.T) {
	long := strings.Repeat(`{"name":"a"},`, 40_000)
	for text, want := range map[string]bool{
		"": false, "package main\n": false, `{"lockfileVersion":3}`: false, `{"packages":[` + long + `{}]}`: false,
		`{"bomFormat":"CycloneDX"}`: true, `{"packages":[` + long + `{}],"spdxVersion":"SPDX-2.3"}`: true, "SPDXVersion: SPDX-2.3\n": true,
		"spec_version: \"1.5\"\n": true, // is refused with a word, not scanned
	} {
		name := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		file, ok := openFile(name)
		if !ok {
			t.Fatal("cannot be opened")
		}
		got, err := isSBOM(file)
		if at, _ := file.Seek(0, io.SeekCurrent); err != nil || got != want || at != 0 {
			t.Errorf("%.40q: %v %v, at %d", text, got, err, at)
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The examples of the verbs that ask: each is a line of a script, where "< FILE" is the line "stdin FILE" before it.
func TestEveryExampleOfTheAskingVerbsRuns(t *testing.T) {
	lines := make(map[string]bool)
	scripts, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		before := ""
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if command, ok := strings.CutPrefix(line, "exec "); ok {
				lines[command] = true
				if file, ok := strings.CutPrefix(before, "stdin "); ok {
					lines[command+" < "+file] = true
				}
			}
			before = line
		}
	}
	for _, verb := range []string{"tree", "why", "list", "stats", "convert", "licenses", "notice"} {
		c, _, err := newRoot(host{}).Find([]string{verb})
		if err != nil {
			t.Fatal(err)
		}
		examples := strings.Split(c.Example, "\n")
		if len(examples) != 3 {
			t.Errorf("%s has %d examples", verb, len(examples))
		}
		for _, e := range examples {
			if !lines[strings.TrimSpace(e)] {
				t.Errorf("no script runs %q", strings.TrimSpace(e))
			}
		}
	}
}
