package nuget

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Assets reads project.assets.json, which a restore leaves in the folder obj of a project.
//
// Source: NuGet.Client's LockFileFormat.cs, versions 1 to 4. The paths of the machine that it holds are not read.
var Assets = catalogers.Cataloger{
	Name:  "nuget-assets",
	Doc:   "NuGet packages that a restore chose, from project.assets.json, with edges, direct and development marks.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.NuGet},
	Files: catalogers.Named("project.assets.json"),
	Parse: parseAssets,
}

// ask is a dependency of the project itself.
type ask struct {
	want
	scope sbom.Scope
	line  int
}

func parseAssets(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	project := f.Dir()
	if path.Base(project) == "obj" {
		project = path.Dir(project)
	}
	owner := out.Own(project)
	var targets []target
	var asks []ask
	libraries := make(map[string]library)
	var app sbom.Component
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if version := r.Int(); version < 1 || version > 4 {
				out.Gap(line, "version %d is unknown", version)
			}
		case "targets":
			targets = readTargets(r, false)
		case "libraries":
			readLibraries(r, libraries)
		case "project":
			r.Object(func(key string) {
				switch key {
				case "version":
					app.Version = r.Text()
				case "restore":
					r.Object(func(key string) {
						if key == "projectName" {
							app.Name = r.Text()
						}
					})
				case "frameworks":
					r.Object(func(string) { asks = append(asks, readFramework(r)...) })
				}
			})
		}
	})
	if app.Name != "" {
		out.Application(project, app)
	}
	for i := range targets {
		targets[i].claim(libraries, out, func(e *entry) string {
			if at, ok := inside(project, libraries[packageKey(e.id, e.version)].project); ok {
				return out.Application(path.Dir(at), sbom.Component{Name: e.id})
			}
			return out.Application(path.Join(f.Path, e.id), sbom.Component{Name: e.id, Version: e.version})
		})
		targets[i].relate(out, nil)
	}
	for _, a := range asks {
		a.relate(owner, targets, out)
	}
	out.Edges(sbom.Complete)
	return r.Finish()
}

// readFramework reads what the project asks for in one framework.
func readFramework(r *decode.JSONReader) []ask {
	var list []ask
	r.Object(func(key string) {
		switch key {
		case "dependencies":
			r.Object(func(id string) {
				a := ask{want: want{id: id}, line: r.Line()}
				r.Object(func(field string) {
					switch field {
					case "version":
						a.text = r.Text()
					case "suppressParent": // PrivateAssets
						if strings.EqualFold(r.Text(), "All") {
							a.scope = sbom.Development
						}
					}
				})
				list = append(list, a)
			})
		case "downloadDependencies": // what PackageDownload and the SDK fetch beside the graph: reference assemblies, hosts
			r.Array(func() {
				a := ask{scope: sbom.Build, line: r.Line()}
				r.Object(func(field string) {
					switch field {
					case "name":
						a.id = r.Text()
					case "version":
						a.text = r.Text()
					}
				})
				list = append(list, a)
			})
		}
	})
	return list
}

// relate leads from the project to what it asks for, in every target.
func (a *ask) relate(owner string, targets []target, out *sbom.Facts) {
	edge := sbom.Relation{From: owner, Range: a.text, Scope: a.scope, Line: a.line}
	if a.scope == sbom.Build {
		version := exact(a.text)
		if edge.To = packageKey(a.id, version); version == "" {
			return
		}
		if !out.Has(edge.To) {
			out.AddAt(a.line, edge.To, component(a.id, version))
		}
		out.Relate(edge)
		return
	}
	for i := range targets {
		if key, ok := targets[i].keys[strings.ToLower(a.id)]; ok && key != owner {
			edge.To = key
			out.Relate(edge)
		}
	}
}
