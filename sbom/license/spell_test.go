package license

import "testing"

func TestWordsThatMeanOneLicenceAreSpelledAsItsID(t *testing.T) {
	for text, want := range map[string]struct {
		canonical string
		kind      Kind
	}{
		"MIT":                                    {"MIT", ID},
		"mit":                                    {"MIT", ID},
		"Apache License, Version 2.0":            {"Apache-2.0", ID},
		"License :: OSI Approved :: MIT License": {"MIT", ID},
		"MIT or Apache 2.0":                      {"MIT OR Apache-2.0", Expression},
		"BSD":                                    {"BSD", Name},
		"Our own terms":                          {"Our own terms", Name},
		"UNLICENSED":                             {"UNLICENSED", Name},
		"NONE":                                   {"NONE", None},
	} {
		if canonical, kind := Spell(text); canonical != want.canonical || kind != want.kind {
			t.Errorf("%s: %q %d", text, canonical, kind)
		}
	}
}
