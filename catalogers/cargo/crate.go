package cargo

import (
	"errors"
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Crate reads the manifest in a .crate, which cargo package puts into a folder name-version and writes so that it inherits nothing
// (https://doc.rust-lang.org/cargo/commands/cargo-package.html). Beside it .cargo_vcs_info.json tells the commit.
var Crate = catalogers.Cataloger{
	Name:   "crate-archive",
	Doc:    "Rust crates that lie in the tree as .crate files, with the commits that they were packed from.",
	Stage:  sbom.Built,
	Emits:  []purl.Type{purl.Cargo},
	Files:  catalogers.Glob("**/*.crate/*/Cargo.toml"),
	Beside: []string{".cargo_vcs_info.json"},
	Parse:  parseCrate,
}

func parseCrate(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	archive := path.Dir(f.Dir())
	out.Own(path.Dir(archive))
	m := new(manifest)
	if err := decode.TOML(text, m); err != nil {
		return err
	}
	c := m.component(nil)
	if c.Name == "" || c.Version == "" {
		return errors.New("names no package or no version")
	}
	if path.Base(f.Dir()) != c.Name+"-"+c.Version {
		return errors.New("is of another package than the folder")
	}
	c.Name, c.Version = "", ""
	if commit := commitOf(f); commit != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:cargo:commit", Value: commit})
	}
	out.AddAt(decode.Keys(text)[decode.KeyPath("package", "name")], archive, c)
	return nil
}

// commitOf is the commit of git that a crate was packed from, "" where it is not noted or the work tree had changes.
func commitOf(f *catalogers.File) (commit string) {
	other, err := f.Beside(".cargo_vcs_info.json")
	if err != nil {
		return ""
	}
	text, err := other.Text()
	if err != nil {
		return ""
	}
	dirty := false
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		if key != "git" {
			return
		}
		r.Object(func(key string) {
			switch key {
			case "sha1":
				commit = r.Text()
			case "dirty":
				dirty = r.Bool()
			}
		})
	})
	if r.Finish() != nil || dirty {
		return ""
	}
	return commit
}
