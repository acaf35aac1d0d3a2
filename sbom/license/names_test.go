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

func TestTableOfNamesHoldsOnlyListedLicenses(t *testing.T) {
	d := knowledge()
	check := func(name string, options []string) {
		for _, option := range options {
			e, err := Parse(option)
			if err != nil || e.String() != option {
				t.Errorf("%s = %s: %v", name, option, err)
				continue
			}
			if current := e.Current().String(); current != option {
				t.Errorf("%s = %s is deprecated", name, option)
			}
		}
	}
	for name, m := range d.phrases {
		if name == "" {
			t.Errorf("a phrase has no words, and means %v", m)
		}
		for _, family := range m.families {
			if len(d.versions[family]) == 0 {
				t.Errorf("%s: no version of %s is on the list", name, family)
			}
		}
		if m.part == exceptionPart {
			for _, option := range m.options {
				if !IsException(option) {
					t.Errorf("%s: %s is not an exception", name, option)
				}
			}
			continue
		}
		check(name, m.options)
	}
	for name, options := range d.texts {
		check(name, options)
	}
	for name, options := range d.urls {
		check(name, options)
		if strings.HasPrefix(name, "www.") || strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".html") || name != strings.ToLower(name) {
			t.Errorf("%s is not written as URLs are looked up", name)
		}
	}
}

func TestEveryNameOfTheListIsUnderstood(t *testing.T) {
	for _, l := range allListings() {
		if l.marked('x') || l.marked('D') {
			continue
		}
		for _, text := range []string{l.id, l.id + " License", l.name, "the " + strings.ToUpper(l.name)} {
			if candidates := Candidates(text); !slices.Contains(candidates, l.id) {
				t.Errorf("%s: %s got %q", l.id, text, candidates)
			}
		}
	}
}

func TestLinesOfTheTableAreWellFormed(t *testing.T) {
	section := ""
	seen := map[string]bool{}
	for line := range strings.Lines(names) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			section = line
			continue
		}
		left, right, ok := strings.Cut(line, " = ")
		if !ok || left == "" || right == "" || strings.Contains(right, " = ") {
			t.Errorf("%s: %s", section, line)
		}
		for name := range strings.SplitSeq(left, "; ") {
			key := section + scan(name, section != "[phrases]").text
			if section == "[urls]" || section == "[hosts]" {
				key = section + name
			}
			if seen[key] {
				t.Errorf("%s %s comes twice", section, name)
			}
			seen[key] = true
		}
	}
}

func TestHostileNamesAreReadInBoundedTime(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("bsd and ", maxName/8),
		strings.Repeat("bsd + ", maxName/6),
		strings.Repeat("bsd and gpl or lgpl and artistic, ", maxName/34),
		strings.Repeat("(bsd or gpl and ", maxName/16),
		strings.Repeat("(bsd ", maxName/5),
		strings.Repeat("(", maxName),
		strings.Repeat("gpl (", maxName/5) + "mit",
		strings.Repeat("gpl, lgpl or ", maxName/13),
		strings.Repeat("creative commons ", maxName/17),
		strings.Repeat("no share non ", maxName/13),
		strings.Repeat("http://", maxName/7),
		strings.Repeat("http://x) ", maxName/10),
		strings.Repeat("with exceptions ", maxName/16),
		strings.Repeat("MIT ", maxName/4),
		strings.Repeat("1", maxName),
		strings.Repeat("1.", maxName/2),
		strings.Repeat("\xff", maxName),
		strings.Repeat("≥", maxName/3),
		strings.Repeat("x", 10<<20),
	} {
		if candidates := Candidates(text); len(candidates) > maxOptions {
			t.Errorf("%.20q: %d candidates", text, len(candidates))
		}
	}
}

func FuzzNormalize(f *testing.F) {
	data, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		text, _, _ := fixture(strings.TrimSpace(line))
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		candidates := Candidates(text)
		for _, candidate := range candidates {
			e, err := Parse(candidate)
			if err != nil || e.String() != candidate {
				t.Fatalf("%q: candidate %q is read as %q: %v", text, candidate, e, err)
			}
		}
		if expr, ok := Normalize(text); ok && (len(candidates) != 1 || candidates[0] != expr.String()) {
			t.Fatalf("%q: %q, but candidates %q", text, expr, candidates)
		}
		if again := Candidates(text); !slices.Equal(again, candidates) {
			t.Fatalf("%q: %q, then %q", text, candidates, again)
		}
	})
}

func benchmarkNormalize(b *testing.B, text string) {
	knowledge()
	b.ReportAllocs()
	for b.Loop() {
		Candidates(text)
	}
}

func BenchmarkNormalizeOfAnID(b *testing.B) { benchmarkNormalize(b, "Apache-2.0") }
func BenchmarkNormalizeOfAName(b *testing.B) {
	benchmarkNormalize(b, "The Apache Software License, Version 2.0")
}
func BenchmarkNormalizeOfBSD(b *testing.B) { benchmarkNormalize(b, "BSD") }
func BenchmarkNormalizeOfAURL(b *testing.B) {
	benchmarkNormalize(b, "http://www.apache.org/licenses/LICENSE-2.0.txt")
}
func BenchmarkNormalizeOfAList(b *testing.B) { benchmarkNormalize(b, "MPLv1.1 or GPLv2+ or LGPLv2.1+") }
func BenchmarkNormalizeOfUnknown(b *testing.B) {
	benchmarkNormalize(b, "Example Corporation Terms of Service")
}

func BenchmarkKnowledge(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		learn()
	}
}
