package main

import "testing"

// TestEveryPackageFormatHasACataloger holds the table to what can be read.
func TestEveryPackageFormatHasACataloger(t *testing.T) {
	formats := packageFormats()
	if len(formats) != 31 {
		t.Errorf("the table has %d formats, not 31", len(formats))
	}
	for i, by := range readers(formats) {
		if len(by) == 0 {
			t.Errorf("no cataloger reads packages of %s", formats[i].name)
		}
	}
}
