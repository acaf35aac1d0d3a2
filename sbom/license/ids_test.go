package license

import (
	"slices"
	"strings"
	"testing"
)

func allListings() []listing {
	var all []listing
	listings(func(l listing) { all = append(all, l) })
	return all
}

func TestTableIsSortedAndEachIDOnce(t *testing.T) {
	all := allListings()
	if len(all) != 811 {
		t.Errorf("list 3.28.0 has 727 licences and 84 exceptions, the table has %d", len(all))
	}
	for i := 1; i < len(all); i++ {
		if compareFold(all[i-1].id, all[i].id) >= 0 {
			t.Errorf("%s before %s", all[i-1].id, all[i].id)
		}
	}
	for _, l := range all {
		if strings.Trim(l.marks, "dpwsnfaxOFDW-") != "" || l.marks == "" || l.name == "" {
			t.Errorf("%s: marks %q, name %q", l.id, l.marks, l.name)
		}
	}
}

func TestIDsAreFoundInAnyLetterCase(t *testing.T) {
	for _, l := range allListings() {
		for _, id := range []string{l.id, strings.ToLower(l.id), strings.ToUpper(l.id)} {
			if got, ok := Canonical(id); got != l.id || !ok {
				t.Errorf("Canonical(%q) = %q, %v", id, got, ok)
			}
		}
	}
	for _, id := range []string{"", " ", "#", "MI", "MITT", "MIT ", "\t", "\n", "zzz", "# The", "GPL-2.0\tsOFD", "\xff"} {
		if got, ok := Canonical(id); ok {
			t.Errorf("Canonical(%q) = %q", id, got)
		}
	}
}

func TestDeprecatedIDsNameTheirReplacement(t *testing.T) {
	for id, want := range map[string]string{
		"GPL-2.0":                          "GPL-2.0-only",
		"gpl-2.0+":                         "GPL-2.0-or-later",
		"GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
		"eCos-2.0":                         "GPL-2.0-or-later WITH eCos-exception-2.0",
		"Nokia-Qt-exception-1.1":           "Qt-LGPL-exception-1.1",
		"Net-SNMP":                         "",
	} {
		if got, ok := Deprecated(id); got != want || !ok {
			t.Errorf("Deprecated(%q) = %q, %v; want %q", id, got, ok, want)
		}
	}
	if _, ok := Deprecated("GPL-2.0-only"); ok {
		t.Error("GPL-2.0-only is not deprecated")
	}
	for _, l := range allListings() {
		if !l.marked('D') || l.replacement == "" {
			if l.replacement != "" {
				t.Errorf("%s: has a replacement, but is not deprecated", l.id)
			}
			continue
		}
		if _, err := Parse(l.replacement); err != nil && !IsException(l.replacement) {
			t.Errorf("%s: %v", l.id, err)
		}
	}
}

func TestExceptionsAreToldFromLicenses(t *testing.T) {
	if !IsException("classpath-exception-2.0") || IsException("GPL-2.0-only") || IsException("no such id") {
		t.Error("IsException")
	}
	if FullName("mit") != "MIT License" || FullName("no such id") != "" {
		t.Error("FullName")
	}
	if !IsOSIApproved("MIT") || IsOSIApproved("JSON") || !IsFSFLibre("ISC") || IsFSFLibre("JSON") {
		t.Error("approvals")
	}
}

func TestTableHasExactlyTheIDsOfTheCycloneDXSchema(t *testing.T) {
	text := shared(t, "spec", "cyclonedx", "schema", "spdx.schema.json")
	if text == "" {
		return
	}
	_, enum, _ := strings.Cut(text, `"enum": [`)
	enum, _, _ = strings.Cut(enum, "]")
	var want, got []string
	for id := range strings.SplitSeq(enum, ",") {
		want = append(want, strings.Trim(id, " \t\r\n\""))
	}
	for _, l := range allListings() {
		got = append(got, l.id)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the schema has %d ids, the table %d", len(want), len(got))
	}
}

func TestReplacementsAgreeWithORT(t *testing.T) {
	for line := range strings.Lines(shared(t, "spec", "licenses", "ort-deprecated-license-mapping.yml")) {
		id, want, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(id, "GFDL-") && strings.HasSuffix(id, "+") || strings.HasPrefix(id, "AGPL-") && strings.HasSuffix(id, "+") {
			continue // AGPL-3.0+ was never an id of the list, only an expression
		}
		if got, _ := Deprecated(id); got != want {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
}
