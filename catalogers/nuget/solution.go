package nuget

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// solution is what the project files around a lockfile tell.
type solution struct {
	at      string                // the lockfile
	scopes  map[string]sbom.Scope // of the packages that the project asks for, ids in lower case
	folders map[string]string     // of the projects that it reaches, names in lower case
	names   map[string]string
}

// solutionLimit bounds how many project files one lockfile makes us read.
const solutionLimit = 1000

func readSolution(f *catalogers.File) *solution {
	s := &solution{at: f.Path, scopes: make(map[string]sbom.Scope), folders: make(map[string]string), names: make(map[string]string)}
	var queue []string
	for _, pattern := range [...]string{"*.csproj", "*.fsproj", "*.vbproj"} {
		found, _ := f.Glob(pattern)
		queue = append(queue, found...)
	}
	for i := 0; i < len(queue) && i < solutionLimit; i++ {
		beside := path.Dir(queue[i]) == f.Dir()
		e, err := evaluate(f, queue[i], beside)
		if err != nil {
			continue // said by the cataloger of project files
		}
		if beside {
			for _, r := range e.references() {
				s.scopes[strings.ToLower(r.id)] = r.scope
			}
		}
		for _, item := range e.items {
			at, ok := inside(path.Dir(item.path), item.include)
			if name := strings.ToLower(stem(at)); ok && item.kind == "ProjectReference" && s.folders[name] == "" {
				s.folders[name], s.names[name] = path.Dir(at), stem(at)
				queue = append(queue, at)
			}
		}
	}
	return s
}

// folder is where a project lies. One that no project file tells of is placed under the lockfile's own path.
func (s *solution) folder(id string) string {
	if dir, ok := s.folders[strings.ToLower(id)]; ok {
		return dir
	}
	return path.Join(s.at, strings.ToLower(id))
}

// name is how the project is spelled: lockfiles hold it in lower case.
func (s *solution) name(id string) string {
	if name, ok := s.names[strings.ToLower(id)]; ok {
		return name
	}
	return id
}
