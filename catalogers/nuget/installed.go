package nuget

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/purl/version"
	"github.com/sbomgen/sbomgen/sbom"
)

// Installed reads the .nuspec files of NuGet's global packages folder, where a package lies in id/version
// (https://learn.microsoft.com/nuget/consume-packages/managing-the-global-packages-and-cache-folders). Of what a package needs for several frameworks
// every one counts, each in the lowest version there that fits: which framework asked is not known.
var Installed = catalogers.Cataloger{
	Name:       "nuget-installed",
	Doc:        "NuGet packages in a global packages folder, with licences and edges from their .nuspec.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.NuGet},
	Files:      catalogers.Glob("*.nuspec"),
	Group:      packagesFolder,
	ParseGroup: parseInstalled,
}

// packagesFolder gives the folder above id/version/id.nuspec.
func packagesFolder(file string) (string, bool) {
	dir := path.Dir(file)
	above := path.Dir(dir)
	v := path.Base(dir)
	return path.Dir(above), above != "." && strings.EqualFold(path.Base(above), stem(file)) && v[0] >= '0' && v[0] <= '9'
}

func parseInstalled(_ string, files []*catalogers.File, out *sbom.Facts) error {
	type installed struct{ version, key string }
	there := make(map[string][]installed) // by id in lower case
	list := make([]*nuspec, 0, len(files))
	for _, f := range files {
		n, err := readNuspec(f)
		if err == nil && (n.id == "" || n.version == "") {
			err = errors.New("names no package or no version")
		}
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		key := packageKey(n.id, n.version)
		if out.Has(key) {
			continue
		}
		out.AddIn(sbom.Location{Path: f.Path, Line: n.line}, key, n.component)
		id := strings.ToLower(n.id)
		there[id] = append(there[id], installed{n.version, key})
		list = append(list, n)
	}
	for _, versions := range there {
		slices.SortStableFunc(versions, func(a, b installed) int {
			order, _ := version.Compare(purl.NuGet, a.version, b.version)
			return order
		})
	}
	for _, n := range list {
		for i, w := range n.wants {
			low, included := lowest(w.text)
			for _, v := range there[strings.ToLower(w.id)] {
				if order, ok := version.Compare(purl.NuGet, v.version, low); low == "" || ok && (order > 0 || order == 0 && included) {
					out.Relate(sbom.Relation{From: packageKey(n.id, n.version), To: v.key, Range: w.text, Line: n.lines[i]})
					break
				}
			}
		}
	}
	return nil
}
