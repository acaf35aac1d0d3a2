package npm

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// YarnLock reads the lockfiles of yarn, which have one name: of the classic yarn 1
// (https://classic.yarnpkg.com/lang/en/docs/yarn-lock), the YAML of yarn 2 to 5, called berry
// (https://github.com/yarnpkg/berry), and the JSON of yarn 6 (https://github.com/yarnpkg/zpm).
//
// What the project and its members ask for, and what of it only development needs, stands in package.json alone.
var YarnLock = catalogers.Cataloger{
	Name:   "yarn-lock",
	Doc:    "npm packages pinned in yarn.lock, of yarn 1 and of later ones, with their edges, integrity and workspace members.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.NPM},
	Files:  catalogers.Named("yarn.lock"),
	Beside: []string{"**/package.json", ".yarnrc.yml"},
	Parse: func(f *catalogers.File, out *sbom.Facts) error {
		text, err := f.Text()
		if err != nil {
			return err
		}
		if strings.TrimSpace(text) == "" {
			return errors.New("is empty")
		}
		entries, wants := len(text)/330, len(text)/110 // which yarn writes in so many bytes each
		y := &yarn{
			f: f, out: out, dir: f.Dir(),
			at: make(map[string]int32, entries), entries: make([]yarnEntry, 0, entries), wants: make([]yarnWant, 0, wants),
		}
		out.Grow(entries, wants)
		out.Edges(sbom.Complete)
		if strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
			return y.json(text)
		}
		if strings.HasPrefix(text, "__metadata:") || strings.Contains(text, "\n__metadata:") {
			return y.berry(text)
		}
		return y.classic(text)
	},
}

// yarn is a lockfile of yarn while it is read.
type yarn struct {
	f       *catalogers.File
	out     *sbom.Facts
	dir     string // of the file
	entries []yarnEntry
	at      map[string]int32 // what is asked for, "name@range" -> the entry that answers to it
	wants   []yarnWant
	names   map[string]int32 // the name of a package -> its only entry, or several
}

// several is the place of entries of which there are more than one.
const several int32 = -1

// yarnEntry is one package of the lockfile.
type yarnEntry struct {
	key, name, version, resolved, integrity string

	asked string // the first descriptor, of yarn 1
	line  int
}

// yarnWant is one dependency of an entry.
type yarnWant struct {
	from       int32
	name, spec string
	scope      sbom.Scope
	line       int
}

// yarnProject is an application with a manifest: the one beside the lockfile, or a member of its workspace.
type yarnProject struct {
	dir string
	manifest
}

// projects reads the manifests of the workspace, the one beside the lockfile first. It is empty without that one.
func (y *yarn) projects() []yarnProject {
	root, ok := y.project(y.dir)
	if !ok {
		return nil
	}
	list := []yarnProject{root}
	for _, dir := range members(y.f, root.workspaces) {
		if member, ok := y.project(dir); ok {
			list = append(list, member)
		}
	}
	return list
}

func (y *yarn) project(dir string) (yarnProject, bool) {
	file := path.Join(dir, "package.json")
	other, err := y.f.At(file)
	if err == nil {
		var text string
		if text, err = other.Text(); err == nil {
			m, err := readManifest(text)
			if err != nil {
				y.out.GapAt(file, "%v", err)
			}
			return yarnProject{dir, m}, true
		}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		y.out.GapAt(file, "%v", err)
	}
	return yarnProject{}, false
}

// only finds the entry of a package that stands in the lockfile once, whatever is asked of it.
func (y *yarn) only(name string) (int32, bool) {
	if y.names == nil {
		y.names = make(map[string]int32, len(y.entries))
		for i := range y.entries {
			if _, taken := y.names[y.entries[i].name]; taken {
				y.names[y.entries[i].name] = several
			} else {
				y.names[y.entries[i].name] = int32(i)
			}
		}
	}
	at, ok := y.names[name]
	return at, ok && at != several
}

// folder claims the application in a local folder, or a package where that lies outside the tree. It tells the key.
func (y *yarn) folder(e *yarnEntry, base, folder string) {
	version := exactly(e.version)
	if version == "0.0.0" || version == "0.0.0-use.local" { // what yarn writes for links
		version = ""
	}
	if at, inside := within(base, folder); inside {
		e.key = y.out.Application(at, application(e.name, version))
		return
	}
	y.out.AddAt(e.line, e.key, sbom.Component{PURL: pkg(e.name, version)})
}

// relate claims an edge from an entry or an application to the entry that was found, or to nothing.
func (y *yarn) relate(from string, w yarnWant, to int32, found bool) {
	r := sbom.Relation{From: from, Range: shown(w.spec), Scope: w.scope, Line: w.line}
	if found {
		r.To = y.entries[to].key
	} else {
		r.To = w.name + "@" + r.Range
	}
	y.out.Relate(r)
}
