package vscode

import (
	"cmp"
	"errors"
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Archive reads the manifest of a .vsix, and that of the extension in it, which tells the licence. Extensions of Visual Studio, which the manifest
// tells by what they are to be installed into, have the same format and no purl.
var Archive = catalogers.Cataloger{
	Name:   "vsix-archive",
	Doc:    "Extensions of Visual Studio Code and of Visual Studio that lie in the tree as .vsix files.",
	Stage:  sbom.Built,
	Emits:  []purl.Type{purl.VSCodeExtension},
	Files:  catalogers.Glob("**/*.vsix/extension.vsixmanifest"),
	Beside: []string{"extension/package.json"},
	Parse:  parseArchive,
}

func parseArchive(f *catalogers.File, out *sbom.Facts) error {
	archive := f.Dir()
	out.Own(path.Dir(archive))
	text, err := f.Text()
	if err != nil {
		return err
	}
	var e extension
	err = e.readPackage(text)
	if e.publisher == "" || e.name == "" || e.version == "" {
		if err == nil {
			err = errors.New("publisher, name or version is missing")
		}
		return err
	}
	if !e.targets || e.editor {
		e.fill(f, out)
	}
	c := e.component()
	if e.targets && !e.editor {
		c.PURL, c.Group, c.Name, c.Version = purl.PURL{}, e.publisher, e.name, e.version
	}
	out.Add(archive, c)
	return err
}

// fill adds what the manifest of the extension says besides.
func (e *extension) fill(f *catalogers.File, out *sbom.Facts) {
	other, err := f.Beside("extension/package.json")
	if err != nil {
		return
	}
	text, err := other.Text()
	var inner extension
	if err == nil {
		err = inner.readManifest(text)
	}
	if err != nil {
		out.GapAt(other.Path, "%v", err)
	}
	if inner.id() != e.id() {
		return
	}
	e.license = inner.license
	e.description, e.home, e.source = cmp.Or(e.description, inner.description), cmp.Or(inner.home, e.home), cmp.Or(inner.source, e.source)
}
