package spdx

import (
	"errors"
	"io"

	"github.com/sbomgen/sbomgen/sbom"
)

// Read reads a document.
func Read(r io.Reader) (*sbom.Document, error) {
	return nil, errors.New("not an SPDX document")
}
