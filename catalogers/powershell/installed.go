// Package powershell reads what PowerShell's package managers install.
package powershell

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Installed reads modules in a folder Modules: Name/Version/Name.psd1, or without the version as modules of the system are, and
// PSGetModuleInfo.xml, which PowerShellGet leaves beside.
//
// Source: https://learn.microsoft.com/powershell/scripting/developer/module/how-to-write-a-powershell-module-manifest and CLIXML, [MS-PSRP] section
// 2.2.5. Other data files of a module are none of its manifests. PowerShell has no purl type; the gallery speaks NuGet's protocol, so a
// module is nuget with a repository_url.
var Installed = catalogers.Cataloger{
	Name:       "powershell-installed",
	Doc:        "PowerShell modules installed in a Modules folder, with edges and where they come from.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.NuGet},
	Files:      append(catalogers.Named("PSGetModuleInfo.xml"), catalogers.Glob("**/Modules/**/*.psd1")...),
	Group:      modulesOf,
	ParseGroup: parseModules,
}

const gallery = "https://www.powershellgallery.com/api/v2"

// split gives the folder of modules, the name of the module and, where a folder says it, its version.
func split(at string) (modules, name, version string) {
	dir := path.Dir(at)
	if v := path.Base(dir); v[0] >= '0' && v[0] <= '9' && strings.Trim(v, "0123456789.") == "" {
		dir, version = path.Dir(dir), v
	}
	return path.Dir(dir), path.Base(dir), version
}

func modulesOf(at string) (dir string, ok bool) {
	modules, name, _ := split(at)
	return modules, path.Base(modules) == "Modules" && (path.Base(at) == "PSGetModuleInfo.xml" || strings.EqualFold(path.Base(at), name+".psd1"))
}

// module is what a file says of one.
type module struct {
	name, version, description, author, company, license, project, repository string
	needs                                                                     [][2]string // name, range
}

func parseModules(dir string, files []*catalogers.File, out *sbom.Facts) error {
	out.Own(dir)
	for _, f := range files {
		if f.Base() == "PSGetModuleInfo.xml" { // which knows more
			claim(f, readInfo, out)
		}
	}
	for _, f := range files {
		if f.Base() != "PSGetModuleInfo.xml" {
			claim(f, readManifest, out)
		}
	}
	out.Edges(sbom.Complete)
	return nil
}

func claim(f *catalogers.File, read func(string) (module, error), out *sbom.Facts) {
	text, err := f.Text()
	var m module
	if err == nil {
		m, err = read(text)
	}
	if err != nil {
		out.GapAt(f.Path, "%v", err)
	}
	_, name, version := split(f.Path)
	if m.name == "" {
		m.name = name
	}
	if m.version == "" {
		m.version = version
	}
	if m.version == "" || strings.ContainsAny(m.name, "$ ") {
		if err == nil {
			out.GapAt(f.Path, "%.80q has no version", name)
		}
		return
	}
	key := strings.ToLower(m.name) + " " + m.version
	seen := sbom.Evidence{Location: sbom.Location{Path: f.Path, Line: 1}}
	if known := out.Component(key); known != nil { // the other file of the same folder
		known.Evidence = append(known.Evidence, seen)
	} else {
		c := m.component()
		c.Evidence = []sbom.Evidence{seen}
		out.AddIn(seen.Location, key, c, strings.ToLower(m.name))
	}
	for _, n := range m.needs {
		out.Relate(sbom.Relation{From: key, To: strings.ToLower(n[0]), Range: n[1], MayMiss: true}) // it may lie in another folder
	}
}

func (m *module) component() sbom.Component {
	repository := gallery
	if clean, ok := sbom.CleanURL(strings.TrimRight(m.repository, "/")); ok {
		repository = clean
	}
	c := sbom.Component{PURL: purl.New(purl.NuGet, "", m.name, m.version).With("repository_url", repository), Author: m.author, Supplier: m.company,
		Description: strings.Join(strings.Fields(m.description), " ")}
	if clean, ok := sbom.CleanURL(m.license); ok {
		c.Licenses = []sbom.License{{Text: clean}}
	}
	if clean, ok := sbom.CleanURL(m.project); ok {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: clean}}
	}
	return c
}

// readManifest reads a module manifest.
func readManifest(text string) (module, error) {
	v, err := read(text)
	data := v.get("PrivateData").get("PSData")
	m := module{version: v.get("ModuleVersion").text, description: v.get("Description").text, author: v.get("Author").text, company: v.get("CompanyName").text,
		license: data.get("LicenseUri").text, project: data.get("ProjectUri").text}
	if pre := strings.TrimPrefix(data.get("Prerelease").text, "-"); pre != "" && m.version != "" {
		m.version += "-" + pre
	}
	if strings.EqualFold(m.company, "Unknown") {
		m.company = ""
	}
	for _, n := range v.get("RequiredModules").items() {
		need := [2]string{n.text}
		if n.table != nil {
			need[0] = n.get("ModuleName").text
			for _, bound := range [...][2]string{{"RequiredVersion", "= "}, {"ModuleVersion", ">= "}, {"MaximumVersion", "<= "}} {
				if b := n.get(bound[0]).text; b != "" {
					need[1] = strings.TrimPrefix(need[1]+", "+bound[1]+b, ", ")
				}
			}
		}
		if need[0] != "" {
			m.needs = append(m.needs, need)
		}
	}
	return m, err
}

// readInfo reads PSGetModuleInfo.xml: an object whose members MS have the attribute N for their names.
func readInfo(text string) (module, error) {
	var m module
	r := decode.NewXML(text)
	var members func(depth int)
	members = func(depth int) {
		r.Children(func(tag string) {
			name := r.Attr("N")
			switch {
			case tag == "Obj" && name == "Dependencies":
				m.dependencies(r)
			case name == "" && depth < 4:
				members(depth + 1)
			case tag == "Obj":
			default:
				m.set(name, r.Text())
			}
		})
	}
	members(0)
	return m, r.Err()
}

func (m *module) set(name, text string) {
	switch name {
	case "Name":
		m.name = text
	case "Version":
		m.version = text
	case "Description":
		m.description = text
	case "Author":
		m.author = text
	case "CompanyName":
		m.company = text
	case "LicenseUri":
		m.license = text
	case "ProjectUri":
		m.project = text
	case "RepositorySourceLocation":
		m.repository = text
	}
}

// dependencies reads a list of dictionaries: <DCT><En><S N="Key">Name</S><S N="Value">Az.Accounts</S></En>...
func (m *module) dependencies(r *decode.XMLReader) {
	key, depth := "", 0
	var need [2]string
	var walk func()
	walk = func() {
		if depth++; depth > 10 {
			depth--
			return
		}
		r.Children(func(string) {
			switch r.Attr("N") {
			case "Key":
				key = r.Text()
			case "Value":
				switch value := r.Text(); key {
				case "Name":
					if need[0] != "" {
						m.needs = append(m.needs, need)
					}
					need = [2]string{value}
				case "RequiredVersion":
					need[1] = "= " + value
				case "MinimumVersion":
					need[1] = ">= " + value
				}
			default:
				walk()
			}
		})
		depth--
	}
	walk()
	if need[0] != "" {
		m.needs = append(m.needs, need)
	}
}
