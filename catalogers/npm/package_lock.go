package npm

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// PackageLock reads the lockfile that npm writes since version 5
// (https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json).
var PackageLock = catalogers.Cataloger{
	Name:   "npm-package-lock",
	Doc:    "npm packages pinned in package-lock.json of every version, with their edges, integrity and workspace members.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.NPM},
	Files:  catalogers.Named("package-lock.json"),
	Beside: []string{"package.json", "npm-shrinkwrap.json"},
	Parse: func(f *catalogers.File, out *sbom.Facts) error {
		if other, err := f.Beside("npm-shrinkwrap.json"); err == nil {
			other.Close()
			return nil // npm does not read package-lock.json then
		}
		return parseLock(f, out)
	},
}

// Shrinkwrap reads the same format under the name that packages may be published with.
var Shrinkwrap = catalogers.Cataloger{
	Name:   "npm-shrinkwrap",
	Doc:    "npm packages pinned in npm-shrinkwrap.json, which npm prefers to package-lock.json.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.NPM},
	Files:  catalogers.Named("npm-shrinkwrap.json"),
	Beside: []string{"package.json"},
	Parse:  parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	l, err := readLock(f, f.Dir(), out)
	if err != nil && l == nil {
		return err
	}
	if !l.rooted {
		err = errors.Join(err, l.beside(f))
	}
	for _, dangling := range l.tree.connect() {
		l.stray(dangling)
	}
	l.tree.relate(out, l.legacy)
	switch {
	case !l.legacy:
		out.Edges(sbom.Complete)
	case len(l.tree.wants.list) > 0:
		out.Edges(sbom.Incomplete) // version 1 leaves peers out
	}
	return err
}

// pathLimit is how long a path in a tree can be: longer ones are made to hurt.
const pathLimit = 2048

// lock is a lockfile of npm while it is read.
type lock struct {
	out    *sbom.Facts
	dir    string // of the project
	r      *decode.JSONReader
	tree   *tree
	rooted bool // the project's own requirements were read
	legacy bool // version 1, which tells neither those nor which requirements are optional
	budget int  // bytes that folders of version 1 may still take, whose names the file does not spell out
	cut    bool // because they took more
	e      entry
}

// readLock claims the packages of a lockfile for the project in a folder. Their relations lie in its tree. The lock is nil where the file holds none.
func readLock(f *catalogers.File, dir string, out *sbom.Facts) (*lock, error) {
	text, err := f.Text()
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("is empty")
	}
	size := len(text) / 450 // npm writes some 500 bytes per package
	out.Grow(size, 0)
	l := &lock{out: out, dir: dir, r: decode.NewJSON(text), tree: newTree(size), budget: 4*len(text) + 4096}
	var name, version string
	edition, packages, dependencies := 0, false, false
	l.r.Object(func(key string) {
		switch key {
		case "name":
			name = l.r.Text()
		case "version":
			version = l.r.Text()
		case "lockfileVersion":
			line := l.r.Line()
			if edition = l.r.Int(); edition < 1 || edition > 3 {
				out.Gap(line, "lockfileVersion %d is unknown", edition)
			}
		case "packages":
			if packages = true; !dependencies {
				l.packages()
			}
		case "dependencies": // for npm 6 in version 2, which repeats the packages there
			if !packages && edition < 2 {
				dependencies, l.legacy = true, true
				l.nested("")
			}
		}
	})
	if err = l.r.Finish(); err == nil && !packages && !dependencies && edition == 0 {
		return nil, errors.New("is no lockfile of npm: it has neither packages nor lockfileVersion")
	}
	if !l.rooted && name != "" {
		out.Application(l.dir, application(name, version))
	}
	return l, err
}

// packages reads the member of that name of lockfile versions 2 and 3: one entry per folder.
func (l *lock) packages() {
	l.r.Object(func(folder string) {
		l.tree.wants.begin()
		l.e = entry{folder: strings.TrimSuffix(folder, "/"), line: l.r.Line()}
		switch {
		case !l.r.Object(l.field):
			l.out.Gap(l.e.line, "%.100q is no object", folder)
		case len(folder) > pathLimit:
			l.out.Gap(l.e.line, "%.100q... is longer than a path can be", folder)
		default:
			l.claim()
		}
	})
}

func (l *lock) field(key string) {
	if !l.e.field(l.r, key) {
		l.tree.wants.field(l.r, key)
	}
}

// claim claims what an entry of lockfile versions 2 and 3 says.
func (l *lock) claim() {
	e := &l.e
	_, name := divide(e.folder)
	switch {
	case e.link:
		l.tree.link(link{e.folder, path.Clean(strings.TrimPrefix(e.resolved, "file:")), e.line})
	case name != "":
		if e.name == "" {
			e.name = name
		}
		l.install()
	case strings.HasSuffix(e.folder, "/node_modules") || strings.Contains(e.folder, "node_modules/"):
		l.out.Gap(e.line, "%q is no folder of a package", e.folder)
	default:
		l.member()
	}
}

// member claims the project, a member of its workspace, or another folder that is linked. What a folder outside of the project
// asks for is found out there.
func (l *lock) member() {
	e := &l.e
	key, lenient := e.folder, strings.HasPrefix(e.folder, "..")
	if e.name == "" {
		e.name = folderName(e.folder)
	}
	if at, inside := within(l.dir, cmp.Or(e.folder, ".")); inside {
		c := application(e.name, e.version)
		c.Licenses = e.licenses
		key = l.out.Application(at, c)
	} else {
		l.out.AddAt(e.line, key, sbom.Component{PURL: pkg(e.name, e.version), Licenses: e.licenses})
	}
	l.rooted = l.rooted || e.folder == ""
	l.tree.add(place{folder: e.folder, key: key, lenient: lenient})
}

// folderName is the name that npm takes a package to have if the lockfile says none: that of its folder, with the one above it
// if that looks like a scope (https://github.com/npm/name-from-folder).
func folderName(folder string) string {
	if folder == "" {
		return ""
	}
	if scope := path.Base(path.Dir(folder)); scope[0] == '@' {
		return scope + "/" + path.Base(folder)
	}
	return path.Base(folder)
}

// application is a project or a member of a workspace as a component.
func application(name, version string) sbom.Component {
	p := pkg(name, version)
	return sbom.Component{Group: p.Namespace, Name: p.Name, Version: version, PURL: p}
}

// install claims the package of an entry.
func (l *lock) install() {
	e := &l.e
	var c sbom.Component
	if err := e.describe(&c, l.dir); err != nil {
		l.out.Gap(e.line, "%s: %v", e.folder, err)
	}
	l.out.AddAt(e.line, e.folder, c)
	l.tree.add(place{folder: e.folder, key: e.folder, optional: e.optional || e.either, lenient: e.bundled})
}

// stray claims a package whose link leads to a folder that the lockfile does not describe.
func (l *lock) stray(dangling link) {
	l.out.Gap(dangling.line, "%s links to %s, which the lockfile does not describe", dangling.folder, dangling.target)
	if _, name := divide(dangling.folder); name != "" {
		l.out.AddAt(dangling.line, dangling.folder, sbom.Component{PURL: pkg(name, "")})
		l.tree.wants.begin()
		l.tree.add(place{folder: dangling.folder, key: dangling.folder})
	}
}

// beside takes what the project itself asks for from package.json, where the lockfile does not repeat it.
func (l *lock) beside(f *catalogers.File) error {
	other, err := f.Beside("package.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		var text string
		if text, err = other.Text(); err == nil {
			l.tree.wants.begin()
			r := decode.NewJSON(text)
			r.Object(func(key string) { l.tree.wants.field(r, key) })
			err = r.Finish()
			for i := range l.tree.wants.settle() {
				l.tree.wants.list[l.tree.wants.from+i].line = 0 // of another file
			}
			l.tree.add(place{key: l.out.Owner()})
		}
	}
	if err != nil {
		return fmt.Errorf("package.json: %w", err)
	}
	return nil
}
