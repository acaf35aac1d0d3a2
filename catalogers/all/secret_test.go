package all_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sbomgen/sbomgen/catalogers/all"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/format"
)

// TestNoCredentialLeavesWhateverFormatHoldsIt plants user info into every address of every fixture and looks for it in the documents.
func TestNoCredentialLeavesWhateverFormatHoldsIt(t *testing.T) {
	const secret = "s3cr3t"
	for _, f := range load(t) {
		planted := &txtar.Archive{Files: slices.Clone(f.archive.Files)}
		found := false
		for i, file := range planted.Files {
			if file.Name == want {
				continue
			}
			data := bytes.ReplaceAll(file.Data, []byte("://"), []byte("://alice:"+secret+"@"))
			for _, scheme := range []string{"docker://", "file://"} { // an image and a path follow, no host with a user
				data = bytes.ReplaceAll(data, []byte(scheme+"alice:"+secret+"@"), []byte(scheme))
			}
			planted.Files[i].Data = data
			found = found || len(planted.Files[i].Data) != len(file.Data)
		}
		if !found {
			continue
		}
		d := &sbom.Document{Graph: resolve(t, newArchive(planted), all.Catalogers)}
		for _, name := range []string{"cyclonedx-json", "spdx-json", "spdx-json@3.0", "json", "purls"} {
			out, version, err := format.Find(name)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if _, err := out.Write(&b, d, version); err != nil {
				t.Fatalf("%s: %s: %v", f.path, name, err)
			}
			if at := strings.Index(b.String(), secret); at >= 0 {
				t.Errorf("%s: %s holds a credential: ...%s...", f.path, name, b.String()[max(0, at-150):min(b.Len(), at+30)])
				break
			}
		}
	}
}
