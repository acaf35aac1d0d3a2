package license

import "testing"

func TestEveryListedLicenseHasACategory(t *testing.T) {
	for _, l := range allListings() {
		category := CategoryOf(l.id)
		if l.marked('x') != (category == Unstated) {
			t.Errorf("%s: %s", l.id, category)
		}
		if l.marked('x') || l.replacement == "" {
			continue
		}
		if replacement, err := Parse(l.replacement); err != nil || replacement.Category() != category {
			t.Errorf("%s is %s, but %s is %s", l.id, category, l.replacement, replacement.Category())
		}
	}
}

func TestEveryLicenseRefOfTheNamesHasACategory(t *testing.T) {
	d := knowledge()
	check := func(options []string) {
		for _, e := range fixed(options).options {
			for _, id := range e.Licenses() {
				if CategoryOf(id) == Unstated && id != "LicenseRef-scancode-free-unknown" {
					t.Errorf("%s has none", id)
				}
			}
		}
	}
	for _, m := range d.phrases {
		if m.part == licensePart {
			check(m.options)
		}
	}
	for _, options := range d.texts {
		check(options)
	}
	for _, options := range d.urls {
		check(options)
	}
}

func TestCategoriesOfWellKnownLicenses(t *testing.T) {
	for text, want := range map[string]Category{
		"CC0-1.0": PublicDomain, "Unlicense": PublicDomain,
		"MIT": Permissive, "apache-2.0": Permissive, "0BSD": Permissive, "BSD-3-Clause": Permissive, "OFL-1.1": Permissive, "CDLA-Permissive-2.0": Permissive,
		"MPL-2.0": WeakCopyleft, "LGPL-3.0-or-later": WeakCopyleft, "EPL-2.0": WeakCopyleft, "CC-BY-SA-4.0": WeakCopyleft, "EUPL-1.2": WeakCopyleft,
		"GPL-2.0-only": StrongCopyleft, "GPL-3.0+": StrongCopyleft, "ODbL-1.0": StrongCopyleft,
		"AGPL-3.0-only": NetworkCopyleft, "OSL-3.0": NetworkCopyleft, "CPAL-1.0": NetworkCopyleft,
		"UnRAR": Proprietary, "LicenseRef-scancode-proprietary-license": Proprietary,
		"BUSL-1.1": SourceAvailable, "SSPL-1.0": SourceAvailable, "Elastic-2.0": SourceAvailable, "FSL-1.1-MIT": SourceAvailable,
		"PolyForm-Noncommercial-1.0.0": SourceAvailable, "CC-BY-NC-4.0": SourceAvailable, "CC-BY-ND-4.0": SourceAvailable,
		"NONE": Unstated, "NOASSERTION": Unstated, "LicenseRef-x": Unstated,

		"GPL-2.0-only WITH Classpath-exception-2.0":         WeakCopyleft,
		"GPL-2.0-only WITH GPL-CC-1.0":                      StrongCopyleft,
		"Apache-2.0 WITH LLVM-exception":                    Permissive,
		"MIT OR GPL-2.0-only":                               Permissive,
		"MIT AND GPL-2.0-only":                              StrongCopyleft,
		"MIT OR LicenseRef-x":                               Permissive,
		"MIT AND LicenseRef-x":                              Unstated,
		"AGPL-3.0-only OR (GPL-2.0-only AND CC0-1.0)":       StrongCopyleft,
		"(MIT OR AGPL-3.0-only) AND (ISC OR BUSL-1.1)":      Permissive,
		"Apache-2.0 AND LicenseRef-scancode-commons-clause": SourceAvailable,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := e.Category(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if (Expr{}).Category() != Unstated {
		t.Error("the empty expression has a category")
	}
}

func TestCategoriesAreOrderedByWhatTheyAsk(t *testing.T) {
	order := []Category{PublicDomain, Permissive, WeakCopyleft, StrongCopyleft, NetworkCopyleft, Proprietary, SourceAvailable, Unstated}
	seen := map[string]bool{}
	for i, c := range order {
		if i > 0 && !c.Asks(order[i-1]) || c.Asks(c) {
			t.Errorf("%s", c)
		}
		seen[c.String()] = true
	}
	if len(seen) != len(order) {
		t.Errorf("two categories share a word: %v", seen)
	}
}

// ORT's example classifications call the GPL family copyleft, which it is;
// the AGPL and ODbL too, and what "limited" means is ours.
func TestCategoriesAgreeWithORT(t *testing.T) {
	compare(t, shared(t, "spec", "licenses", "ort-license-classifications.yml"))
}
