package text

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/sbom/license"
)

// official is the text of a licence as the SPDX list has it.
func official(t testing.TB, id string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", id+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// told is what Detect says, in short: "MIT (whole text)".
func told(text string) []string {
	var list []string
	for _, m := range Detect(text) {
		list = append(list, m.License+" ("+m.How.String()+")")
	}
	return list
}

var samples = []string{"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"}

func TestACopyOfALicenceIsRecognisedWordByWord(t *testing.T) {
	copies := map[string]func(string) string{
		"as it is": func(s string) string { return s },
		"with a holder": func(s string) string {
			return strings.NewReplacer("<year> <copyright holders>", "2019-2024 Ada Example <ada@example.com>", "<year> <owner>", "2001, 2002 Example Ltd.").Replace(s)
		},
		"for Windows": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"in capitals": strings.ToUpper,
		"in a comment": func(s string) string {
			return "/*\n * " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n * ") + "\n */\n"
		},
		"in one paragraph each": func(s string) string {
			var paragraphs []string
			for p := range strings.SplitSeq(s, "\n\n") {
				paragraphs = append(paragraphs, strings.Join(strings.Fields(p), " "))
			}
			return strings.Join(paragraphs, "\n\n")
		},
		"with typographic quotes": func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, ` "`, " “"), `"`, "”")
		},
		"under another title": func(s string) string {
			return "The License\n===========\n\nCopyright © 2020 A\nCopyright © 2021 B\n\n" + s
		},
		"with British spelling": func(s string) string { return strings.ReplaceAll(s, "License ", "Licence ") },
	}
	for _, id := range samples {
		for what, change := range copies {
			if diff := cmp.Diff([]string{id + " (whole text)"}, told(change(official(t, id)))); diff != "" {
				t.Errorf("%s %s: -want +got:\n%s", id, what, diff)
			}
		}
	}
}

func TestNamesInTheTextAreNoOtherLicence(t *testing.T) {
	text := strings.NewReplacer("the copyright holder nor", "Example Corp. nor", "THE COPYRIGHT HOLDER OR CONTRIBUTORS BE", "EXAMPLE CORP. BE",
		"THE COPYRIGHT HOLDERS AND CONTRIBUTORS", "EXAMPLE CORP.").Replace(official(t, "BSD-3-Clause"))
	if !strings.Contains(text, "EXAMPLE CORP. BE") {
		t.Fatal("the sample has other words than this test changes")
	}
	if diff := cmp.Diff([]string{"BSD-3-Clause (whole text)"}, told(text)); diff != "" {
		t.Error(diff)
	}
}

func TestTheAppendixOfApacheMayBeMissingOrFilledIn(t *testing.T) {
	text := official(t, "Apache-2.0")
	terms, _, _ := strings.Cut(text, "END OF TERMS AND CONDITIONS")
	for what, text := range map[string]string{
		"without":             terms + "END OF TERMS AND CONDITIONS\n",
		"without its heading": terms,
		"filled in":           strings.Replace(text, "Copyright [yyyy] [name of copyright owner]", "Copyright 2016 The Example Authors", 1),
	} {
		if diff := cmp.Diff([]string{"Apache-2.0 (whole text)"}, told(text)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}

func TestSeveralLicencesInOneFileAreAllFoundInOrder(t *testing.T) {
	text := official(t, "ISC") + "\n----\n\nThe file x.js is by others:\n\n" + official(t, "MIT") + "\n\nand y.js:\n\n" + official(t, "BSD-3-Clause")
	got := Detect(text)
	var ids []string
	end := 0
	for _, m := range got {
		ids = append(ids, m.License)
		if m.Start < end || m.End > len(text) {
			t.Errorf("%s stands at %d to %d, after one that ends at %d", m.License, m.Start, m.End, end)
		}
		end = m.End
	}
	if diff := cmp.Diff([]string{"ISC", "MIT", "BSD-3-Clause"}, ids); diff != "" {
		t.Error(diff)
	}
	if c := Coverage(got); c < 0.9 || c > 1 {
		t.Errorf("the matches cover %.2f of the text", c)
	}
	if got := Expression(got); got != "BSD-3-Clause AND ISC AND MIT" {
		t.Errorf("together they are %q", got)
	}
}

func TestAChangedWordLeavesALicenceAlike(t *testing.T) {
	text := strings.Replace(official(t, "MIT"), "ARISING FROM, OUT OF", "OUT OF", 1)
	if text == official(t, "MIT") {
		t.Fatal("the sample has other words than this test changes")
	}
	if diff := cmp.Diff([]string{"MIT (alike)"}, told(text)); diff != "" {
		t.Error(diff)
	}
}

func TestAnotherConditionIsAnotherLicence(t *testing.T) {
	three := official(t, "BSD-3-Clause")
	four := strings.Replace(three, "THIS SOFTWARE IS PROVIDED", "4. You must not sell this software, nor offer it over a network to anybody outside of your own family, unless the author "+
		"of this software has agreed in writing to each such sale and to each such offer.\n\nTHIS SOFTWARE IS PROVIDED", 1)
	for _, m := range Detect(four) {
		if m.How == Whole || m.Coverage > 0.9 {
			t.Errorf("%s covers %.2f of a text with a condition of its own (%s)", m.License, m.Coverage, m.How)
		}
	}
}

func TestNoticesWithoutTheTextAreRecognised(t *testing.T) {
	for text, want := range map[string]string{
		"SPDX-License-Identifier: MIT OR Apache-2.0\n": "MIT OR Apache-2.0",
		"// SPDX-License-Identifier: GPL-2.0+ */":      "GPL-2.0-or-later",
		"MIT": "MIT",
		"Copyright 2020 A\n\nReleased under the MIT license.\n":          "MIT",
		"See https://www.apache.org/licenses/LICENSE-2.0 for the terms.": "Apache-2.0",
		"Licensed under the Apache License, Version 2.0 (the \"License\"); you may not use this file except in compliance with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0":                           "Apache-2.0",
		"This program is free software; you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free Software Foundation; either version 2 of the License, or (at your option) any later version.": "GPL-2.0-or-later",
	} {
		if got := Expression(Detect(text)); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestProseIsNoLicence(t *testing.T) {
	for _, text := range []string{"", "\n\n", "TODO", "See the website.", "All rights reserved.", strings.Repeat("lorem ipsum dolor sit amet ", 300),
		"This document tells how the parser came to be. " + strings.Repeat("It was written over many evenings and owes a lot to others who came before. ", 20) + "More at https://opensource.org/licenses/MIT and elsewhere."} {
		if got := Detect(text); len(got) > 0 {
			t.Errorf("%.40q is %v", text, got)
		}
	}
}

func TestLicencesThatAreOfferedForChoiceAreJoinedByOr(t *testing.T) {
	text := "Example may be used, at your option, under either of the two licenses below.\n\n" + official(t, "Apache-2.0") + "\n\n" + official(t, "MIT")
	if got := Expression(Detect(text)); got != "Apache-2.0 OR MIT" {
		t.Errorf("got %q", got)
	}
	text = "Example is free. Its parts are under these licenses.\n\n" + official(t, "Apache-2.0") + "\n\n" + official(t, "MIT")
	if got := Expression(Detect(text)); got != "Apache-2.0 AND MIT" {
		t.Errorf("got %q", got)
	}
}

func TestExceptionsJoinTheLicenceBeforeThem(t *testing.T) {
	text := official(t, "Apache-2.0") + "\n---- LLVM Exceptions to the Apache 2.0 License ----\n\nAs an exception, if, as a result of your compiling your source code, portions " +
		"of this Software are embedded into an Object form of such source code, you may redistribute such embedded portions.\n"
	if got := Expression(Detect(text)); got != "Apache-2.0 WITH LLVM-exception" {
		t.Errorf("got %q", got)
	}
}

func TestTheLesserLicenceIncludesTheGeneralOne(t *testing.T) {
	if got := Join([]string{"GPL-3.0-only", "LGPL-3.0-or-later"}); got != "LGPL-3.0-or-later" {
		t.Errorf("got %q", got)
	}
	if got := Join([]string{"MIT OR Apache-2.0", "ISC"}); got != "(Apache-2.0 OR MIT) AND ISC" && got != "ISC AND (Apache-2.0 OR MIT)" {
		t.Errorf("got %q", got)
	}
}

func TestCopyrightStatementsAreFoundAndTermsAreNot(t *testing.T) {
	text := `# Example
Copyright (c) 2012-2015 Ada Example <ada@example.com> (https://example.com)
 * Copyright 2016 The Example Authors. All rights reserved.
© 2020 Grace
(c) 2019 Third Party
Portions Copyright (C) 2003 Somebody Else
Copyright OpenExample Foundation and other contributors <https://example.org/>
Copyright (c)
Example Ltd.
<p>Copyright &copy; 1995 The Page</p>
Copyright (c) 2012-2015 Ada Example <ada@example.com> (https://example.com)

copyright notice, this list of conditions and the following disclaimer.
COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED
Copyright [yyyy] [name of copyright owner]
Copyright (c) <year> <copyright holders>
copyright license to reproduce
(c) You must retain, in the Source form
Copyright (C) 2007 Free Software Foundation, Inc.
 Everyone is permitted to copy and distribute verbatim copies
`
	want := []string{
		"Copyright (c) 2012-2015 Ada Example <ada@example.com> (https://example.com)",
		"Copyright 2016 The Example Authors. All rights reserved.",
		"© 2020 Grace",
		"(c) 2019 Third Party",
		"Portions Copyright (C) 2003 Somebody Else",
		"Copyright OpenExample Foundation and other contributors <https://example.org/>",
		"Copyright (c) Example Ltd.",
		"Copyright © 1995 The Page",
	}
	if diff := cmp.Diff(want, Copyrights(text)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPackagesUnderTheSameTermsShareThem(t *testing.T) {
	mit := official(t, "MIT")
	a := Split(strings.Replace(mit, "<year> <copyright holders>", "2014 A", 1))
	b := Split(strings.ReplaceAll(strings.Replace(mit, "Copyright (c) <year> <copyright holders>", "Copyright (c) 2015 B\nCopyright (c) 2016 C", 1), "\n", "\r\n"))
	if a.Key != b.Key {
		t.Errorf("other keys:\n%s\n----\n%s", a.Terms, b.Terms)
	}
	if diff := cmp.Diff([]string{"Copyright (c) 2014 A"}, a.Statements); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(a.Terms, "2014 A") || !strings.Contains(a.Terms, "Permission is hereby granted") {
		t.Errorf("the terms are:\n%s", a.Terms)
	}
	both := mit + "\n\nThe file y.js:\n\nCopyright 2001 Somebody\n\n" + official(t, "ISC")
	if p := Split(both); !strings.Contains(p.Terms, "Copyright 2001 Somebody") {
		t.Error("a statement between two texts no longer says whose the second is")
	}
	c := strings.Replace(official(t, "BSD-3-Clause"), "the copyright holder nor", "Example Corp. nor", 1)
	if Split(c).Key == Split(official(t, "BSD-3-Clause")).Key {
		t.Error("the name that must not be used to endorse was lost")
	}
}

// differing are the vectors of licensecheck that we read otherwise, and why.
var differing = map[string]string{
	"Aladdin-9.t1":                "not on the SPDX list: recognised as alike to the version that is",
	"BSD-3-Clause-NoTrademark.t1": "not on the SPDX list",
	"BSD-1-Clause-Clear.t1":       "not on the SPDX list",
	"Anti996.t1":                  "not on the SPDX list, and not a licence that packages declare",
	"Anti996.t2":                  "the same",
	"Anti996.t3":                  "the same",
	"Prosperity-3.0.0.t1":         "not on the SPDX list",
	"CC-BY-NC-SA-3.0-US.t1":       "not on the SPDX list",
	"MIT-NoAd.t1":                 "the SPDX list calls it X11-swapped since",
	"HPND-sell-variant.t2":        "the SPDX list calls it HPND-Netrek since",
	"HPND.t6":                     "the SPDX list calls it metamail since",
	"HPND.t7":                     "the SPDX list calls it dtoa since",
	"HPND.t8":                     "the SPDX list calls it OAR since",
	"GooglePatentClause.t1":       "a grant of patents is no licence of the work",
	"GooglePatentsFile.t1":        "the same",
	"GooglePatentsFile.t2":        "the same",
	"GooglePatentsFile.t3":        "the same",
	"GooglePatentsFile.t4":        "the same",
	"mixed.t5":                    "the same",
}

// TestVectorsOfLicensecheckAreReadAsItsAuthorsDo judges by the texts in licensecheck's own tests, which lie in the module cache
// beside its sources. Those that its patterns do not match at all are left to us.
func TestVectorsOfLicensecheckAreReadAsItsAuthorsDo(t *testing.T) {
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		home, _ := os.UserHomeDir()
		cache = filepath.Join(home, "go", "pkg", "mod")
	}
	files, _ := filepath.Glob(filepath.Join(cache, "github.com/google/licensecheck@v0.3.1/testdata/*.t*"))
	if len(files) == 0 {
		t.Log("left out: the module cache does not hold licensecheck's tests")
		return
	}
	asked, same := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(string(data), "\n\n")
		var want []string
		for line := range strings.Lines(head) {
			fields := strings.Fields(line)
			if len(fields) < 2 || strings.HasPrefix(line, "#") || strings.Contains(line, "URL") {
				continue
			}
			id := fields[0]
			if e, err := license.Parse(meaning(id)); err == nil && meaning(id) != "" {
				id = e.Current().String()
			}
			want = append(want, id)
		}
		if len(want) == 0 {
			continue
		}
		var got []string
		for _, m := range Detect(body) {
			got = append(got, m.License)
		}
		slices.Sort(want)
		slices.Sort(got)
		asked++
		if slices.Equal(slices.Compact(want), slices.Compact(got)) {
			same++
		} else if why := differing[filepath.Base(file)]; why == "" {
			t.Logf("%s: got %v, want %v", filepath.Base(file), got, want)
		}
	}
	t.Logf("%d of %d texts are read the same, %.1f%%", same, asked, 100*float64(same)/float64(asked))
	if 100*same < 93*asked {
		t.Errorf("only %d of %d texts are read the same", same, asked)
	}
}

func TestHostileTextsAreReadInTime(t *testing.T) {
	mit := official(t, "MIT")
	for what, text := range map[string]string{
		"a phrase again and again":  strings.Repeat("permission is hereby granted, free of charge, to any person obtaining a copy of this software ", Limit/95),
		"a licence again and again": strings.Repeat(mit+official(t, "BSD-3-Clause")+official(t, "ISC"), Limit/3000),
		"copyright lines":           strings.Repeat("Copyright 2020 A\n", Limit/17),
		"tags":                      strings.Repeat("<", Limit),
		"one word":                  strings.Repeat("a", Limit),
		"beyond the limit":          mit + strings.Repeat("\n", 3*Limit),
		"links":                     mit + strings.Repeat("](http://", Limit/9),
		"anchors":                   "gnu " + strings.Repeat("{#", Limit/2),
		"no text":                   strings.Repeat("\xff\xfe", Limit/2),
	} {
		began := time.Now()
		Detect(text)
		Split(text)
		Copyrights(text)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s takes %v", what, took)
		} else {
			t.Logf("%s: %v", what, took)
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, id := range samples {
		f.Add(official(f, id))
	}
	f.Add("SPDX-License-Identifier: (MIT")
	for _, id := range samples { // so that what is prepared once is no news to the fuzzer
		Detect("Example\n\n" + official(f, id) + "\n\nsee the gnu lesser affero mozilla eclipse commons boost zlib ruby perl python notices of others")
	}
	f.Add("1. (a) iv) <p>©\n<a href=\nCopyright \xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		start := 0
		matches := Detect(text)
		for _, m := range matches {
			if m.Start < start || m.End > len(text) || m.Start > m.End || m.License == "" || m.Coverage < 0 || m.Coverage > 1 {
				t.Fatalf("%+v of %d bytes", m, len(text))
			}
			start = m.Start
		}
		if e := Expression(matches); len(matches) > 0 && e == "" {
			t.Fatalf("%v have no expression", matches)
		}
		p := Split(text)
		if len(p.Terms) > len(text) {
			t.Fatal("the terms are longer than the text")
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	mit := official(b, "MIT")
	for name, text := range map[string]string{"whole": mit, "passage": "Example is free software.\n\n" + mit, "prose": strings.Repeat("lorem ipsum dolor sit amet ", 300)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Detect(text)
			}
		})
	}
}
