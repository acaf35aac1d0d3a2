package cran

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Library reads the DESCRIPTION files of installed packages, https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file. R
// CMD INSTALL adds the field Built: without it a file is a source, or something else of that name.
//
// A library is a folder of packages: lib/R/library, site-library, R/x86_64-pc-linux-gnu-library/4.3, renv/library/.../x86_64-pc-linux-gnu,
// packrat/lib/x86_64-pc-linux-gnu/4.3.1. The last two belong to the project around them.
var Library = catalogers.Cataloger{
	Name:       "r-installed",
	Doc:        "R packages installed in a library, by their DESCRIPTION files, with edges and licences.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.CRAN},
	Files:      catalogers.Glob("**/*library*/**/DESCRIPTION", "**/packrat/lib*/*/*/*/DESCRIPTION"),
	Group:      libraryOf,
	ParseGroup: parseLibrary,
}

func libraryOf(at string) (dir string, ok bool) { return path.Dir(path.Dir(at)), true }

func parseLibrary(dir string, files []*catalogers.File, out *sbom.Facts) error {
	out.Own(dir)
	for _, inside := range [...]string{"renv/library/", "packrat/lib/"} {
		if i := strings.LastIndex("/"+dir+"/", "/"+inside); i >= 0 {
			out.Own(path.Clean("./" + dir[:i]))
		}
	}
	for _, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		if !strings.Contains(text, "\nBuilt:") {
			continue
		}
		first := true
		paragraphs(text, func(p record) {
			if !first || p.get("Package") == "" || p.get("Priority") == "base" {
				return
			}
			first = false
			if p.get("Package") != path.Base(f.Dir()) || p.get("Version") == "" {
				out.GapAt(f.Path, "its package is not that of its folder, or has no version")
				return
			}
			p.askAll()
			p.claim(out, sbom.Location{Path: f.Path, Line: p.line}, nil)
		}, func(int, string) {})
		out.Edges(sbom.Complete)
	}
	return nil
}
