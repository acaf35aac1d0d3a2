package nuget

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// reference is a package that a project asks for.
type reference struct {
	id, version string
	scope       sbom.Scope
	path        string
	line        int
}

// references lists what the project asks for, in the order of the files.
func (e *evaluation) references() []reference {
	central := make(map[string]string)
	updates := make(map[string]item)
	test := strings.EqualFold(e.get("IsTestProject"), "true")
	for _, i := range e.items {
		for _, id := range strings.Split(i.include+";"+i.update, ";") {
			id = strings.ToLower(strings.TrimSpace(id))
			switch {
			case id == "":
			case i.kind == "PackageVersion":
				central[id] = i.version
			case i.kind == "PackageReference" && i.update != "":
				updates[id] = i
			case id == "microsoft.net.test.sdk": // whose targets set IsTestProject
				test = true
			}
		}
	}
	var list []reference
	for _, i := range e.items {
		for _, id := range strings.Split(i.include, ";") {
			if id = strings.TrimSpace(id); id == "" || strings.ContainsAny(id, "$@%*") {
				continue
			}
			r := reference{id: id, version: i.version, path: i.path, line: i.line}
			switch i.kind {
			case "PackageReference":
				if u, ok := updates[strings.ToLower(id)]; ok {
					i.metadata("Version", u.version)
					i.metadata("VersionOverride", u.override)
					i.metadata("PrivateAssets", u.private)
				}
				if r.version = i.override; r.version == "" {
					r.version = i.version
				}
				if r.version == "" {
					r.version = central[strings.ToLower(id)]
				}
				if i.development() {
					r.scope = sbom.Development
				} else if test {
					r.scope = sbom.Test
				}
			case "GlobalPackageReference": // for every project, as a development dependency
				r.scope = sbom.Development
			case "DotNetCliToolReference":
				r.scope = sbom.Build
			default:
				continue
			}
			list = append(list, r)
		}
	}
	for _, s := range e.sdks {
		if s.version != "" && s.include != "" {
			list = append(list, reference{id: s.include, version: s.version, scope: sbom.Build, path: s.path, line: s.line})
		}
	}
	return list
}

// development tells whether nothing of the package reaches those who use the project: "purely as a development harness", as the documentation
// of PrivateAssets has it, or nothing that runs.
func (i *item) development() bool {
	has := func(list, word string) bool {
		return strings.Contains(";"+strings.ReplaceAll(list, " ", "")+";", ";"+word+";")
	}
	return has(i.private, "all") || has(i.except, "runtime") || has(i.except, "all") ||
		i.assets != "" && !has(i.assets, "runtime") && !has(i.assets, "all")
}
