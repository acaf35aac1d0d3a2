package npm

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpecifiersAreShownWithoutCredentials(t *testing.T) {
	for text, want := range map[string]string{
		"^1.0.0":                                                  "^1.0.0",
		"git@github.com:o/r.git":                                  "git@github.com:o/r.git",
		"https://user:secret@example.com/a.tgz":                   "https://example.com/a.tgz",
		"a@git+ssh://git@example.com/o/r.git#abc":                 "a@git+ssh://example.com/o/r.git#abc",
		"https://example.com/a.tgz?v=1&token=secret&w=2#sum":      "https://example.com/a.tgz?v=1&w=2#sum",
		"a@1.0.0(b@https://u:p@h.example/b.tgz)(c@https://t@h/c)": "a@1.0.0(b@https://h.example/b.tgz)(c@https://h/c)",
		"://": "://",
	} {
		if got := shown(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestLocatorsOfPatchesNameThePackageThatIsPatched(t *testing.T) {
	for resolution, want := range map[string]locator{
		"a@npm:1.0.0": {name: "a", reference: "npm:1.0.0"},
		"@s/a@patch:@s/a@npm%3A1.0.0#~/p/a.patch::version=1.0.0&hash=1": {
			name: "@s/a", reference: "npm:1.0.0", bound: "version=1.0.0&hash=1", patch: "p/a.patch",
		},
		"a@patch:a@1.0.0#builtin<compat/a>::version=1.0.0": {
			name: "a", reference: "1.0.0", bound: "version=1.0.0", builtin: true,
		},
		"a@patch:a@patch%3Aa@npm%253A1.0.0%23~/one.patch#optional!~/two.patch": {
			name: "a", reference: "npm:1.0.0", patch: "two.patch",
		},
		"a@patch:a@npm%3A1.0.0#./a.patch::locator=m%40workspace%3Apackages%2Fm": {
			name: "a", reference: "npm:1.0.0", bound: "locator=m%40workspace%3Apackages%2Fm", patch: "packages/m/a.patch",
		},
		"a@npm:1.0.0::__archiveUrl=https%3A%2F%2Fexample.com%2Fa.tgz": {
			name: "a", reference: "npm:1.0.0", bound: "__archiveUrl=https%3A%2F%2Fexample.com%2Fa.tgz", archive: "https://example.com/a.tgz",
		},
		"": {},
	} {
		if diff := cmp.Diff(want, parseLocator(resolution), cmp.AllowUnexported(locator{})); diff != "" {
			t.Errorf("%s: %s", resolution, diff)
		}
	}
}
