package decode_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

func TestFieldsAreTheStringsOfAnObject(t *testing.T) {
	r := decode.NewJSON(`{"name": "a\u0062", "name2": 1, "list": ["x"], "inner": {"name": "y"}, "name": "c"}`)
	got := r.Fields()
	if err := r.Finish(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"name": "c", "name2": "", "list": "", "inner": "", "absent": ""} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
