package vcpkg

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Status reads vcpkg's database of what is installed, paragraphs like dpkg's: vcpkg_installed/vcpkg/status in manifest mode,
// installed/vcpkg/status in classic mode.
//
// Source: vcpkg-tool's statusparagraph.cpp and binaryparagraph.cpp. A paragraph with "Feature" is a part of the package and has dependencies of
// its own; "Depends: fmt, vcpkg-cmake:x64-linux" names another triplet where it is not the package's.
var Status = catalogers.Cataloger{
	Name:  "vcpkg-status",
	Doc:   "C and C++ packages in vcpkg's status file, with their edges.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.VCPkg},
	Files: catalogers.Glob("**/vcpkg/status"),
	Parse: parseStatus,
}

func parseStatus(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	out.Own(project(f.Path))
	out.Edges(sbom.Complete)
	for line, fields := range paragraphs(text, out) {
		claim(fields, line, out)
	}
	return nil
}

// claim claims what a paragraph says is installed.
func claim(fields map[string]string, line int, out *sbom.Facts) {
	name, triplet := fields["Package"], fields["Architecture"]
	if status := fields["Status"]; !strings.HasSuffix(status, " installed") || strings.HasSuffix(status, "not-installed") {
		if status == "" {
			out.Gap(line, "%.80q has no status", name)
		}
		return
	}
	key := name + ":" + triplet
	if fields["Feature"] == "" {
		if !isName(name) || fields["Version"] == "" || triplet == "" {
			out.Gap(line, "%.80q has no name, version or triplet", name)
			return
		}
		c := port(name, fields["Version"], fields["Port-Version"])
		c.PURL = c.PURL.With("triplet", triplet)
		c.Description = fields["Description"]
		if out.Has(key) { // written again: the last one holds
			*out.Component(key) = c
		} else {
			out.AddAt(line, key, c)
		}
	}
	for to := range strings.SplitSeq(fields["Depends"], ",") {
		to, _, _ = strings.Cut(strings.TrimSpace(to), " ")
		if to == "" || to == name {
			continue
		}
		if i := strings.IndexByte(to, '['); i >= 0 { // of a feature
			to = to[:i]
		}
		edge := sbom.Relation{From: key, To: to, Line: line}
		if _, other, ok := strings.Cut(to, ":"); !ok {
			edge.To += ":" + triplet
		} else if other != triplet {
			edge.Scope = sbom.Build // a tool of the host
		}
		out.Relate(edge)
	}
}
