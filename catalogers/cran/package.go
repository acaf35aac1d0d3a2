// Package cran reads what R and its package managers write.
package cran

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// record is what a file says of one package, by the field names of DESCRIPTION, which lockfiles take over,
// https://rstudio.github.io/renv/reference/lockfiles.html.
type record struct {
	fields map[string]string
	needs  []need
	line   int
}

type need struct {
	name, rng string
	scope     sbom.Scope
}

func (r *record) get(names ...string) string {
	for _, n := range names {
		if v := r.fields[n]; v != "" {
			return v
		}
	}
	return ""
}

// part tells whether a package is part of R itself, https://cran.r-project.org/doc/manuals/r-release/R-FAQ.html#Add_002don-packages-in-R:
// lockfiles do not hold those, nor R.
func part(name string) bool {
	switch name {
	case "R", "base", "compiler", "datasets", "grDevices", "graphics", "grid", "methods", "parallel", "splines", "stats", "stats4", "tcltk", "tools", "translations", "utils":
		return true
	}
	return false
}

// isName tells whether a text can be the name of a package: letters, digits and dots,
// https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file.
func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.") == ""
}

// ask adds what a field such as Imports lists: "cli (>= 3.6.0), R6".
func (r *record) ask(list string, scope sbom.Scope) {
	for item := range strings.SplitSeq(list, ",") {
		name, rng, _ := strings.Cut(strings.TrimSpace(item), "(")
		if name = strings.TrimSpace(name); isName(name) && !part(name) {
			r.needs = append(r.needs, need{name, strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rng), ")")), scope})
		}
	}
}

// askAll adds what the fields of a DESCRIPTION ask for. What stands only in LinkingTo are headers to compile against.
func (r *record) askAll() {
	r.ask(r.get("Depends"), sbom.Runtime)
	r.ask(r.get("Imports"), sbom.Runtime)
	r.ask(r.get("LinkingTo"), sbom.Build)
}

// claim adds the package. repositories gives the address of a repository by its name.
func (r *record) claim(out *sbom.Facts, where sbom.Location, repositories map[string]string) {
	name, version := r.get("Package"), r.get("Version")
	if !isName(name) || version == "" || strings.ContainsAny(version, " ,;") {
		out.Gap(r.line, "%.80q has no name or no version", name)
		return
	}
	c := sbom.Component{PURL: purl.New(purl.CRAN, "", name, version)}
	r.locate(&c, repositories)
	if hash := r.get("Hash"); hash != "" { // of some fields of the DESCRIPTION
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:r:hash", Value: hash})
	}
	c.Description = strings.Join(strings.Fields(r.get("Title")), " ")
	if l := r.get("License"); l != "" {
		c.Licenses = []sbom.License{{Text: strings.Join(strings.Fields(l), " ")}}
	}
	for home := range strings.FieldsFuncSeq(r.get("URL"), func(c rune) bool { return c == ',' || c == ' ' || c == '\n' }) {
		if clean, ok := sbom.CleanURL(home); ok && strings.HasPrefix(clean, "http") {
			c.References = append(c.References, sbom.Reference{Type: sbom.Website, URL: clean})
		}
	}
	if out.Has(name) {
		out.Gap(r.line, "%s stands twice", name)
		return
	}
	out.AddIn(where, name, c)
	for _, n := range r.needs {
		out.Relate(sbom.Relation{From: name, To: n.name, Range: n.rng, Scope: n.scope, Line: r.line, MayMiss: true}) // users leave packages out of a lock
	}
}
