package pypi

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Installed reads the metadata that installers leave: dist-info folders,
// https://packaging.python.org/en/latest/specifications/recording-installed-packages/, and the egg-info of setuptools and
// distutils. The packages of one environment are read together: their edges hold within it.
var Installed = catalogers.Cataloger{
	Name:       "python-installed",
	Doc:        "Python packages installed in site-packages and the like, with edges, licences, origins and what was asked for.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.PyPI},
	Files:      catalogers.Glob("**/*.dist-info/METADATA", "**/*.egg-info/PKG-INFO", "**/EGG-INFO/PKG-INFO", "*.egg-info"),
	Beside:     []string{"REQUESTED", "INSTALLER", "direct_url.json", "requires.txt", "../setup.py", "../setup.cfg", "../pyproject.toml", "../../setup.py", "../../setup.cfg", "../../pyproject.toml"},
	Group:      environmentOf,
	ParseGroup: parseInstalled,
}

// environmentOf is the folder of the environment that metadata belongs to. Folders that one interpreter has on its path are one
// environment: lib and lib64 of Fedora and of virtual environments, and Debian's dist-packages, which
// https://www.debian.org/doc/packaging-manuals/python-policy/ divides between /usr/lib/python3 and /usr/local/lib/python3.x.
func environmentOf(file string) (dir string, ok bool) {
	switch dir = path.Dir(file); {
	case strings.HasSuffix(file, ".egg-info"):
	case path.Base(dir) == "EGG-INFO":
		if dir = path.Dir(dir); strings.HasSuffix(dir, ".egg") {
			dir = path.Dir(dir)
		}
	default:
		if dir = path.Dir(dir); strings.HasSuffix(dir, ".whl") {
			return "", false // not installed
		}
	}
	parts := strings.Split(dir, "/")
	for i := 0; i+1 < len(parts); i++ {
		if !strings.HasPrefix(parts[i+1], "python") {
			continue
		}
		if parts[i] == "lib64" {
			parts[i] = "lib"
		}
		if parts[i] == "lib" && i+2 < len(parts) && parts[i+2] == "dist-packages" && strings.HasPrefix(parts[i+1], "python3") {
			parts[i+1] = "python3"
			if i >= 2 && parts[i-1] == "local" && parts[i-2] == "usr" {
				parts = slices.Delete(parts, i-1, i)
			}
		}
		break
	}
	return strings.Join(parts, "/"), true
}

// distribution is one installed package.
type distribution struct {
	metadata
	file      *catalogers.File
	key       string
	installer string // the tool that put it there, where it says so
}

func parseInstalled(dir string, files []*catalogers.File, out *sbom.Facts) error {
	env := out.Owner()
	list := make([]distribution, 0, len(files))
	for _, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", cause(err))
			continue
		}
		d := distribution{metadata: readMetadata(text), file: f}
		if d.name == "" || d.version == "" {
			if d.name != "" || !strings.HasSuffix(f.Path, ".egg-info") || strings.TrimSpace(text) != "" {
				out.GapAt(f.Path, "name or version is missing")
			}
			continue
		}
		if home, own := sourceTree(f); own {
			env = out.Own(home)
			out.Application(home, d.component())
			continue
		}
		if ofInterpreter(d.name, f.Path) {
			continue
		}
		list = append(list, d)
	}
	if len(list) == 0 {
		settle(out)
		return nil
	}
	env = out.Own(dir)
	// Two versions of one name are left by a broken upgrade: the importer sees one, and so do the edges.
	slices.SortStableFunc(list, func(a, b distribution) int {
		return cmp.Or(strings.Compare(normal(a.name), normal(b.name)), compare(b.version, a.version), strings.Compare(a.file.Path, b.file.Path))
	})
	installed := make(map[string]string, len(list))
	for i := range list {
		d := &list[i]
		c := d.component()
		d.origin(&c, out)
		d.key = keyOf(&c)
		if !out.Has(d.key) { // else the same version twice, in lib and lib64
			out.AddIn(sbom.Location{Path: d.file.Path}, d.key, c)
		}
		if installed[normal(d.name)] == "" {
			installed[normal(d.name)] = d.key
		}
		if d.beside("REQUESTED") {
			out.Relate(sbom.Relation{From: env, To: d.key})
		}
	}
	python := pythonOf(dir)
	for i := range list {
		list[i].edges(installed, python, out)
	}
	out.Edges(sbom.Complete)
	return nil
}

// pythonOf is the version of the interpreter that an environment's path names, as in lib/python3.12/site-packages.
func pythonOf(dir string) string {
	for part := range strings.SplitSeq(dir, "/") {
		if v, ok := strings.CutPrefix(part, "python"); ok && strings.Contains(v, ".") && strings.Trim(v, "0123456789.") == "" {
			return v
		}
	}
	return ""
}

func (d *distribution) beside(name string) bool {
	if path.Base(d.file.Path) != "METADATA" {
		return false
	}
	other, err := d.file.Beside(name)
	if err != nil {
		return false
	}
	other.Close()
	return true
}

// origin notes what direct_url.json (PEP 610) and INSTALLER say.
func (d *distribution) origin(c *sbom.Component, out *sbom.Facts) {
	if path.Base(d.file.Path) != "METADATA" {
		return
	}
	if f, err := d.file.Beside("INSTALLER"); err == nil {
		if text, err := f.Text(); err == nil {
			if tool := strings.TrimSpace(text); nameEnd(tool) == len(tool) && tool != "" {
				d.installer = tool
				c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:pypi:installer", Value: tool})
			}
		}
	}
	f, err := d.file.Beside("direct_url.json")
	if err != nil {
		return
	}
	text, err := f.Text()
	if err != nil {
		out.GapAt(f.Path, "%v", cause(err))
		return
	}
	var direct struct {
		URL     string `json:"url"`
		Subdir  string `json:"subdirectory"`
		Archive *struct {
			Hash   string            `json:"hash"`
			Hashes map[string]string `json:"hashes"`
		} `json:"archive_info"`
		VCS *struct {
			VCS    string `json:"vcs"`
			Commit string `json:"commit_id"`
			Asked  string `json:"requested_revision"`
		} `json:"vcs_info"`
		Folder *struct {
			Editable bool `json:"editable"`
		} `json:"dir_info"`
	}
	if err := decode.JSON(text, &direct); err != nil {
		out.GapAt(f.Path, "%v", err)
		return
	}
	switch {
	case direct.VCS != nil && vcs(direct.VCS.VCS):
		fromCheckout(c, checkout{kind: direct.VCS.VCS, url: direct.URL, ref: cmp.Or(direct.VCS.Commit, direct.VCS.Asked), subdirectory: direct.Subdir})
	case direct.Folder != nil:
		kind := "directory"
		if direct.Folder.Editable {
			kind = "editable"
		}
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:pypi:source", Value: kind})
	case direct.Archive != nil:
		list := []string{}
		for _, algorithm := range sortedKeys(direct.Archive.Hashes) {
			list = append(list, algorithm+":"+direct.Archive.Hashes[algorithm])
		}
		if len(list) == 0 && direct.Archive.Hash != "" {
			list = append(list, direct.Archive.Hash)
		}
		c.Hashes = digests(list, 0, out)
		fromURL(c, direct.URL)
	}
}

// edges writes what the package requires and the environment has. A marker that certainly fails, and an extra that
// nobody installed, ask for nothing.
func (d *distribution) edges(installed map[string]string, python string, out *sbom.Facts) {
	requires := d.requires
	if len(requires) == 0 && path.Base(d.file.Path) == "PKG-INFO" {
		if f, err := d.file.Beside("requires.txt"); err == nil {
			if text, err := f.Text(); err == nil {
				requires = eggRequires(text)
			}
		}
	}
	for _, text := range requires {
		req, err := parseRequirement(text)
		if err != nil {
			out.GapAt(d.file.Path, "%v", err)
			continue
		}
		edge := sbom.Relation{From: d.key, To: installed[normal(req.name)], Range: req.specifier}
		always := environment{python: python}.holds(req.marker)
		if always == never {
			if (environment{python: python, anyExtra: true}).holds(req.marker) == never {
				continue
			}
			edge.Scope = sbom.Optional
		}
		// What distributions build themselves says no installer, or rpm: they leave out requirements on purpose.
		edge.MayMiss = always == maybe || d.installer == "" || d.installer == "rpm"
		if edge.To == "" {
			edge.To = normal(req.name)
		}
		out.Relate(edge)
	}
}
