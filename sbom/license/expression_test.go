package license

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustParse(t *testing.T, text string) Expr {
	t.Helper()
	e, err := Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return e
}

func TestExpressionsAreWrittenInCanonicalForm(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"MIT", "MIT"},
		{"mit", "MIT"},
		{"  MIT\n", "MIT"},
		{"(MIT)", "MIT"},
		{"((apache-2.0))", "Apache-2.0"},
		{"Apache-2.0+", "Apache-2.0+"},
		{"GPL-2.0+", "GPL-2.0+"},
		{"gpl-2.0+", "GPL-2.0+"},
		{"lgpl-2.1-only+", "LGPL-2.1-only+"},
		{"MIT or Apache-2.0", "MIT OR Apache-2.0"},
		{"MIT Or Apache-2.0 aNd isc", "MIT OR Apache-2.0 AND ISC"},
		{"(MIT OR Apache-2.0) AND ISC", "(MIT OR Apache-2.0) AND ISC"},
		{"MIT OR (Apache-2.0 AND ISC)", "MIT OR Apache-2.0 AND ISC"},
		{"(MIT AND ISC) AND (Zlib AND X11)", "MIT AND ISC AND Zlib AND X11"},
		{"(MIT)OR(ISC)", "MIT OR ISC"},
		{"gpl-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"},
		{"GPL-2.0+ WITH Bison-exception-2.2 OR MIT", "GPL-2.0+ WITH Bison-exception-2.2 OR MIT"},
		{"licenseref-My.Own-1", "LicenseRef-My.Own-1"},
		{"documentref-Doc:LICENSEREF-a AND MIT", "DocumentRef-Doc:LicenseRef-a AND MIT"},
		{"MIT WITH AdditionRef-extra", "MIT WITH AdditionRef-extra"},
		{"MIT WITH DocumentRef-d:additionref-extra", "MIT WITH DocumentRef-d:AdditionRef-extra"},
		{"LicenseRef-x WITH Classpath-exception-2.0", "LicenseRef-x WITH Classpath-exception-2.0"},
		{"none", "NONE"},
		{"NoAssertion", "NOASSERTION"},
	} {
		got := mustParse(t, c.in).String()
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
		if again := mustParse(t, got).String(); again != got {
			t.Errorf("%q is written %q when read again", got, again)
		}
	}
}

func TestWhatIsNoExpressionSaysWhereAndWhy(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "byte 0: stands where a licence is expected"},
		{"Apache 2.0", `byte 0: "Apache" is not a licence of the SPDX list`},
		{"MIT/Apache-2.0", `byte 0: "MIT/Apache-2.0" uses an operator that SPDX expressions do not have`},
		{"MIT, ISC", `byte 0: "MIT," uses an operator that SPDX expressions do not have`},
		{"MIT ISC", `byte 4: "ISC" is not expected here`},
		{"MIT AND", "byte 7: stands where a licence is expected"},
		{"AND MIT", `byte 0: "AND" stands where a licence is expected`},
		{"(MIT", "byte 4: stands where a closing parenthesis is expected"},
		{"MIT)", `byte 3: ")" is not expected here`},
		{"()", `byte 1: ")" stands where a licence is expected`},
		{"MIT AND NONE", `byte 8: "NONE" must stand alone`},
		{"NONE OR MIT", `byte 5: "OR" is not expected here`},
		{"MIT WITH MIT", `byte 9: "MIT" is not an exception of the SPDX list`},
		{"MIT WITH", "byte 8: is not an exception of the SPDX list"},
		{"(MIT OR ISC) WITH Classpath-exception-2.0", `byte 13: "WITH" is not expected here`},
		{"Classpath-exception-2.0", `byte 0: "Classpath-exception-2.0" is an exception, not a licence`},
		{"LicenseRef-", `byte 0: "LicenseRef-" is not a licence of the SPDX list`},
		{"LicenseRef-a_b", `byte 0: "LicenseRef-a_b" is not a licence of the SPDX list`},
		{"LicenseRef-a+", `byte 0: "LicenseRef-a+" is not a licence of the SPDX list`},
		{"DocumentRef-:LicenseRef-a", `byte 0: "DocumentRef-:LicenseRef-a" is not a licence of the SPDX list`},
		{"AdditionRef-a", `byte 0: "AdditionRef-a" is not a licence of the SPDX list`},
		{"MIT +", `byte 4: "+" is not expected here`},
		{"MIT++", `byte 0: "MIT++" is not a licence of the SPDX list`},
		{"+", `byte 0: "+" is not a licence of the SPDX list`},
	} {
		_, err := Parse(c.in)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != c.want {
			t.Errorf("%q: got %v, want %s", c.in, err, c.want)
		}
	}
}

func TestHostileExpressionsAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"parentheses":      strings.Repeat("(", 100_000) + "MIT" + strings.Repeat(")", 100_000),
		"deep":             strings.Repeat("(", maxDepth+1) + "MIT" + strings.Repeat(")", maxDepth+1),
		"open parentheses": strings.Repeat("(", maxLength),
		"alternating":      strings.Repeat("(MIT OR ISC AND ", 1000) + "MIT" + strings.Repeat(")", 1000),
		"long":             strings.Repeat("MIT AND ", 100_000) + "MIT",
		"word":             strings.Repeat("x", 1<<20),
	} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%s: no error", name)
		} else if len(err.Error()) > 500 {
			t.Errorf("%s: the error has %d bytes", name, len(err.Error()))
		}
	}
	wide := strings.Repeat("MIT AND ISC OR ", 4000) + "MIT"
	if got := mustParse(t, wide).Normal().String(); got != "ISC AND MIT OR MIT" {
		t.Errorf("wide: got %.80q", got)
	}
	deep := strings.Repeat("(MIT OR ISC AND ", maxDepth) + "MIT" + strings.Repeat(")", maxDepth)
	e := mustParse(t, deep)
	if !e.Equal(mustParse(t, e.String())) {
		t.Error("deep: differs from itself")
	}
}

func TestEqualIgnoresOrderGroupingRepetitionAndDeprecation(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"MIT", "mit", true},
		{"MIT OR ISC", "ISC OR MIT", true},
		{"MIT OR (ISC OR Zlib)", "(Zlib OR MIT) OR ISC", true},
		{"MIT AND MIT", "MIT", true},
		{"(MIT OR MIT) AND ISC", "ISC AND MIT", true},
		{"MIT AND (ISC OR ISC AND ISC)", "ISC AND MIT", true},
		{"MIT AND (ISC AND Zlib OR Zlib AND ISC)", "ISC AND MIT AND Zlib", true},
		{"GPL-2.0", "GPL-2.0-only", true},
		{"GPL-2.0+", "GPL-2.0-or-later", true},
		{"GPL-2.0-only+", "GPL-2.0-or-later", true},
		{"GPL-2.0-or-later+", "GPL-2.0-or-later", true},
		{"GFDL-1.2+", "GFDL-1.2-or-later", true},
		{"eCos-2.0", "GPL-2.0-or-later WITH eCos-exception-2.0", true},
		{"GPL-2.0-with-GCC-exception", "GPL-2.0-only WITH GCC-exception-2.0", true},
		{"LGPL-2.1-only WITH Nokia-Qt-exception-1.1", "LGPL-2.1 WITH Qt-LGPL-exception-1.1", true},
		{"NONE", "none", true},
		{"NONE", "NOASSERTION", false},
		{"MIT OR ISC", "MIT AND ISC", false},
		{"MIT OR ISC AND Zlib", "(MIT OR ISC) AND Zlib", false},
		{"MIT AND (ISC OR Zlib)", "MIT AND ISC OR MIT AND Zlib", false},
		{"Apache-2.0", "Apache-2.0+", false},
		{"GPL-2.0-only", "GPL-2.0-only WITH Classpath-exception-2.0", false},
		{"LicenseRef-a", "LicenseRef-A", false},
		{"eCos-2.0 WITH Bison-exception-2.2", "GPL-2.0-or-later WITH Bison-exception-2.2", false},
	} {
		a, b := mustParse(t, c.a), mustParse(t, c.b)
		if a.Equal(b) != c.want || b.Equal(a) != c.want {
			t.Errorf("%q, %q: equal %v, want %v", c.a, c.b, a.Equal(b), c.want)
		}
	}
}

func TestLicensesAreListedOnceAndSorted(t *testing.T) {
	e := mustParse(t, "MIT OR (Apache-2.0+ AND LicenseRef-x) OR GPL-2.0 WITH Classpath-exception-2.0 OR MIT")
	want := []string{"Apache-2.0", "GPL-2.0", "LicenseRef-x", "MIT"}
	if diff := cmp.Diff(want, e.Licenses()); diff != "" {
		t.Error(diff)
	}
	if got := mustParse(t, "NOASSERTION").Licenses(); len(got) != 0 {
		t.Errorf("NOASSERTION names %q", got)
	}
}

func TestSatisfactionFollowsOperatorsExceptionsAndVersions(t *testing.T) {
	for _, c := range []struct {
		text    string
		allowed []string
		want    bool
	}{
		{"MIT", []string{"MIT"}, true},
		{"MIT", []string{"ISC"}, false},
		{"MIT OR ISC", []string{"ISC"}, true},
		{"MIT AND ISC", []string{"ISC"}, false},
		{"MIT AND ISC", []string{"ISC", "MIT"}, true},
		{"(MIT OR GPL-3.0-only) AND ISC", []string{"MIT", "ISC"}, true},
		{"GPL-2.0", []string{"GPL-2.0-only"}, true},
		{"GPL-2.0-only WITH Classpath-exception-2.0", []string{"GPL-2.0-only WITH Classpath-exception-2.0"}, true},
		{"GPL-2.0-with-classpath-exception", []string{"GPL-2.0-only WITH Classpath-exception-2.0"}, true},
		{"GPL-2.0-only WITH Classpath-exception-2.0", []string{"GPL-2.0-only"}, true},
		{"GPL-2.0-only", []string{"GPL-2.0-only WITH Classpath-exception-2.0"}, false},
		{"GPL-2.0-or-later", []string{"GPL-3.0-only"}, true},
		{"GPL-2.0+", []string{"GPL-3.0-or-later"}, true},
		{"GPL-2.0-or-later WITH Bison-exception-2.2", []string{"GPL-3.0-only WITH Bison-exception-2.2"}, true},
		{"GPL-3.0-or-later", []string{"GPL-2.0-only"}, false},
		{"GPL-2.0-only", []string{"GPL-3.0-only"}, false},
		{"GPL-2.0-or-later", []string{"LGPL-3.0-only", "AGPL-3.0-only"}, false},
		{"Apache-1.1+", []string{"Apache-2.0"}, true},
		{"Apache-1.1", []string{"Apache-2.0"}, false},
		{"GFDL-1.1-invariants-or-later", []string{"GFDL-1.3-invariants-only"}, true},
		{"GFDL-1.1-invariants-or-later", []string{"GFDL-1.3-only"}, false},
		{"LPPL-1.3a+", []string{"LPPL-1.3c"}, true},
		{"BSD-2-Clause+", []string{"BSD-3-Clause"}, false},
		{"LicenseRef-x", []string{"LicenseRef-x"}, true},
		{"NONE", []string{"MIT"}, false},
		{"NONE", []string{"NONE"}, true},
		{"NOASSERTION", []string{"NOASSERTION"}, true},
	} {
		got := mustParse(t, c.text).Satisfies(func(id string) bool { return slices.Contains(c.allowed, id) })
		if got != c.want {
			t.Errorf("%q by %q: got %v, want %v", c.text, c.allowed, got, c.want)
		}
	}
	if (Expr{}).Satisfies(func(string) bool { return true }) {
		t.Error("the empty expression is satisfied")
	}
}

func TestClaimsAreClassifiedForDocuments(t *testing.T) {
	for _, c := range []struct {
		in, want string
		kind     Kind
	}{
		{"MIT", "MIT", ID},
		{" mit ", "MIT", ID},
		{"(MIT)", "MIT", ID},
		{"GPL-2.0+", "GPL-2.0+", ID}, // on the list, though deprecated
		{"Apache-2.0+", "Apache-2.0+", Expression},
		{"mit or isc", "MIT OR ISC", Expression},
		{"LicenseRef-x", "LicenseRef-x", Expression},
		{"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", Expression},
		{"Classpath-exception-2.0", "Classpath-exception-2.0", Name},
		{" Apache 2 ", "Apache 2", Name},
		{"MIT/ISC", "MIT/ISC", Name},
		{"", "", Name},
		{"NONE", "NONE", None},
		{"noassertion", "NOASSERTION", NoAssertion},
	} {
		if got, kind := Classify(c.in); got != c.want || kind != c.kind {
			t.Errorf("Classify(%q) = %q, %d; want %q, %d", c.in, got, kind, c.want, c.kind)
		}
	}
}

func TestOneIDCostsNoAllocation(t *testing.T) {
	for _, text := range []string{"MIT", "apache-2.0", "0BSD", "ZPL-2.1"} {
		if n := testing.AllocsPerRun(100, func() {
			e, err := Parse(text)
			if err != nil || e.String() == "" {
				t.Fatal(text)
			}
			if _, kind := Classify(text); kind != ID {
				t.Fatal(text)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"MIT", "(MIT OR Apache-2.0+) AND GPL-2.0 WITH Classpath-exception-2.0", "NONE",
		"DocumentRef-a:LicenseRef-b", "MIT WITH AdditionRef-x", "((", "eCos-2.0+ OR GPL-2.0-only+"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			_ = err.Error()
			return
		}
		canonical := e.String()
		again, err := Parse(canonical)
		if err != nil || again.String() != canonical || !cmp.Equal(again, e) {
			t.Fatalf("%q: %q is read as %q: %v", text, canonical, again, err)
		}
		if normal := e.Normal(); !normal.Equal(e) || !cmp.Equal(normal, normal.Normal()) {
			t.Fatalf("%q: normal form %q", text, normal)
		}
		e.Licenses()
		e.Category()
		e.Satisfies(func(id string) bool { return id == "MIT" })
	})
}

func BenchmarkParseOfOneID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if e, err := Parse("MIT"); err != nil || e.License != "MIT" {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseOfAnExpression(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("(MIT OR Apache-2.0) AND GPL-2.0-only WITH Classpath-exception-2.0"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClassifyOfAName(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, kind := Classify("Apache License, Version 2.0"); kind != Name {
			b.Fatal(kind)
		}
	}
}

func BenchmarkEqual(b *testing.B) {
	x, _ := Parse("MIT OR Apache-2.0")
	y, _ := Parse("Apache-2.0 OR MIT")
	b.ReportAllocs()
	for b.Loop() {
		if !x.Equal(y) {
			b.Fatal("differ")
		}
	}
}
