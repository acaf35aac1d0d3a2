package rpm

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Archive reads the headers of package files: what the package is, not what is in it.
var Archive = catalogers.Cataloger{
	Name:  "rpm-archive",
	Doc:   "Packages in .rpm files, by their headers: licence, source package, signatures and digests.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.RPM},
	Files: catalogers.Glob("*.rpm"),
	Parse: parseArchive,
}

// digestLimit is the most bytes of a package file whose digest is computed.
const digestLimit = 256 << 20

func parseArchive(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	defer f.Close()
	a, err := rpmdb.Open(blob)
	if err != nil {
		return err
	}
	id, err := identify(&a.Header)
	if err != nil {
		return err
	}
	if a.Source() {
		id.arch = "src" // what stands there is where it was packed
	}
	vendor := guessVendor(&a.Header, id.version)
	if vendor != "" {
		out.Confidence = guessed
	}
	c := id.component(&a.Header, vendor, "")
	property := func(name, value string) {
		if value != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:rpm:" + name, Value: value})
		}
	}
	digests(&a.Signature, property)
	for _, key := range a.Signature.KeyIDs() {
		property("signature-key", key)
	}
	if blob.Size() <= digestLimit {
		sum := sha256.New()
		if _, err := io.Copy(sum, io.NewSectionReader(blob, 0, blob.Size())); err != nil {
			return err
		}
		c.Hashes = []sbom.Hash{{Algorithm: sbom.SHA256, Hex: hex.EncodeToString(sum.Sum(nil))}}
	}
	out.Add(id.key(), c)
	return nil
}
