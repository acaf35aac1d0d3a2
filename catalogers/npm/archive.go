package npm

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Archive reads the manifest in a tarball of npm pack (https://docs.npmjs.com/cli/v11/commands/npm-pack). Its one folder is called "package"; npm
// takes any other as well, which is followed where the file is called as npm pack calls it.
var Archive = catalogers.Cataloger{
	Name:  "npm-archive",
	Doc:   "Packages of npm that lie in the tree as .tgz files.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.NPM},
	Files: catalogers.Glob("**/*.tgz/*/package.json"),
	Parse: parseArchive,
}

func parseArchive(f *catalogers.File, out *sbom.Facts) error {
	archive := path.Dir(f.Dir())
	out.Own(path.Dir(archive))
	text, err := f.Text()
	if err != nil {
		return err
	}
	m, err := readManifest(text)
	if path.Base(f.Dir()) != "package" && path.Base(archive) != archiveName(m.name, m.version) {
		return nil // of something else
	}
	if !plausible(m.name) || m.version == "" {
		if err == nil {
			err = errors.New("names no package or no version")
		}
		return err
	}
	c := sbom.Component{PURL: pkg(m.name, m.version)}
	m.describe(&c)
	out.AddAt(m.line, archive, c)
	return err
}

// archiveName is what npm pack calls the tarball of a package: @scope/name becomes scope-name.
func archiveName(name, version string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "@"), "/", "-") + "-" + version + ".tgz"
}
