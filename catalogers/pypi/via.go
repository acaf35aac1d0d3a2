package pypi

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// via is who asks for a package, as the comments of pip-compile and uv say it.
type via struct {
	name       string // of another package, or of the project
	group      string // uv: of the project's dependency group
	project    bool   // a file of the project asks for it
	constraint bool   // a constraint, which asks for nothing
}

// parseVia reads one parent: "flask", "-r requirements.in", "-c constraints.txt", "my-project (pyproject.toml)", in uv's output
// also "my-project:dev" and "--override overrides.txt".
func parseVia(text string) via {
	switch {
	case strings.HasPrefix(text, "-c ") || strings.HasPrefix(text, "--constraint ") || strings.HasPrefix(text, "--override "):
		return via{constraint: true}
	case strings.HasPrefix(text, "-"):
		return via{project: true}
	}
	name, file, inFile := strings.Cut(text, " (")
	name, group, _ := strings.Cut(name, ":")
	if inFile {
		return via{name: name, project: true, group: fileGroup(file)}
	}
	return via{name: name, group: group, project: group != ""}
}

// fileGroup is the group in "pyproject.toml:dev)", which uv writes; "pyproject.toml::build-system.requires)" of pip-compile
// names a table, not a group.
func fileGroup(text string) string {
	_, group, _ := strings.Cut(strings.TrimSuffix(text, ")"), ":")
	if strings.HasPrefix(group, ":") {
		return "build"
	}
	return group
}

// relate writes the edges to one entry. Without a comment the line itself is the request, unless a tool wrote it: pip wants
// all that is to be installed listed, asked for or not, as soon as there are digests.
func (r *pipReader) relate(f *pipFile, e *pipEntry, key string, keys versions) {
	request := sbom.Relation{From: r.out.Owner(), To: key, Range: e.wish.asked, Scope: f.scope, Line: e.line}
	switch {
	case !f.annotated && len(e.hashes) == 0 && !f.generated && !e.frozen:
		r.out.Relate(request)
		return
	case !f.annotated:
		request.Kind, request.Range = sbom.Contains, ""
		r.out.Relate(request)
		return
	}
	known := false
	for _, parent := range e.via {
		origin := parseVia(parent)
		from := keys.match(origin.name, anyVersion)
		switch {
		case origin.constraint:
		case len(from) > 0 && !origin.project:
			known = true
			for _, key := range from {
				if key != request.To {
					r.out.Relate(sbom.Relation{From: key, To: request.To, Scope: sbom.Runtime, Line: e.line})
				}
			}
		case origin.project || origin.name != "" && f.exported:
			known = true
			direct := request
			if origin.group != "" {
				direct.Scope = min(direct.Scope, groupScope(origin.group))
			}
			r.out.Relate(direct)
		}
	}
	if len(e.via) == 0 {
		r.out.Relate(request) // pip-compile before version 5 explained only what others ask for
	} else if !known {
		request.Kind, request.Range = sbom.Contains, ""
		r.out.Relate(request)
	}
}
