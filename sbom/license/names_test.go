package license

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// fixture cuts a line of testdata/names.txt into the text, the sign and the answers.
func fixture(line string) (text, sign string, answers []string) {
	if text, ok := strings.CutSuffix(line, " -"); ok {
		return text, "-", nil
	}
	for _, sign := range []string{" = ", " ? "} {
		if i := strings.LastIndex(line, sign); i >= 0 {
			return line[:i], strings.TrimSpace(sign), strings.Split(line[i+3:], " | ")
		}
	}
	return line, "", nil
}

func TestManifestsMeanWhatTheirEcosystemsSay(t *testing.T) {
	data, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		text, sign, answers := fixture(line)
		expr, ok := Normalize(text)
		candidates := Candidates(text)
		switch sign {
		case "=":
			if !ok || expr.String() != answers[0] {
				t.Errorf("%s: got %q %v of %q, want %q", text, expr, ok, candidates, answers[0])
			}
		case "?":
			if ok {
				t.Errorf("%s: got %q, want it to be ambiguous", text, expr)
			}
			for _, answer := range answers {
				if !slices.Contains(candidates, answer) {
					t.Errorf("%s: candidates %q lack %q", text, candidates, answer)
				}
			}
		case "-":
			if ok || len(candidates) > 0 {
				t.Errorf("%s: got %q %q, want nothing", text, expr, candidates)
			}
		default:
			t.Errorf("%s: no sign", line)
		}
	}
}
