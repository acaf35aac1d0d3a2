package golang

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// Fixtures cannot hold a file whose last line has no end.
func TestWhatPrecedesATruncationStaysButNotTheLineThatIsCut(t *testing.T) {
	whole := "module a.test/app\n\nrequire (\n\ta.test/x v1.10.0\n\ta.test/y v1.20.0\n)\n"
	for n := range len(whole) {
		f, faults, err := parseTolerant(whole[:n], modfile.Parse)
		if err != nil {
			continue
		}
		for _, r := range f.Require {
			if r.Mod.Version != "v1.10.0" && r.Mod.Version != "v1.20.0" {
				t.Errorf("%q: %s", whole[:n], r.Mod)
			}
		}
		if n > strings.Index(whole, "a.test/y") && n < strings.LastIndexByte(whole, ')') && (len(f.Require) == 0 || len(faults) == 0) {
			t.Errorf("%q: requires %d, faults %v", whole[:n], len(f.Require), faults)
		}
	}
}

func TestAFileBeyondTheLimitsIsRefused(t *testing.T) {
	for _, text := range []string{strings.Repeat("x", sizeLimit+1), strings.Repeat("\n", linesLimit+1)} {
		if _, _, err := parseTolerant(text, modfile.Parse); err == nil {
			t.Errorf("%d bytes are parsed", len(text))
		}
	}
}

func TestManyFaultsAreNotToldOneByOne(t *testing.T) {
	var text strings.Builder
	text.WriteString("module a.test/app\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "word%d\n", i)
	}
	f, faults, err := parseTolerant(text.String(), modfile.Parse)
	if err != nil || f.Module.Mod.Path != "a.test/app" || len(faults) != faultLimit+1 {
		t.Errorf("%d faults, %v", len(faults), err)
	}
}
