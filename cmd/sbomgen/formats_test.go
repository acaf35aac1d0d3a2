package main

import (
	"slices"
	"testing"
)

// TestEveryPackageFormatHasACataloger holds the table to what can be read.
func TestEveryPackageFormatHasACataloger(t *testing.T) {
	later := []string{"Alpine", "Debian", "RPM"} // the databases of distributions come with images
	formats := packageFormats()
	if len(formats) != 31 {
		t.Errorf("the table has %d formats, not 31", len(formats))
	}
	for i, by := range readers(formats) {
		name := formats[i].name
		switch awaited := slices.Contains(later, name); {
		case len(by) == 0 && !awaited:
			t.Errorf("no cataloger reads packages of %s", name)
		case len(by) > 0 && awaited:
			t.Errorf("%s is read now: take it from the list of those that come later", name)
		}
	}
}
