package pypi

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Requirements reads requirements files,
// https://pip.pypa.io/en/stable/reference/requirements-file-format/, written by hand, by pip freeze, by pip-compile
// and by the exports of uv, poetry, pdm and pipenv.
var Requirements = catalogers.Cataloger{
	Name:  "pip-requirements",
	Doc:   "Python packages of requirements files, with includes, constraints, digests and the edges of pip-compile's and uv's comments.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.PyPI, purl.GitHub, purl.Generic},
	Files: append(catalogers.Glob("*requirements*.txt", "**/requirements/*.txt"), catalogers.Named("requirements.lock", "requirements-dev.lock")...),
	// What -r and -c name.
	Beside: []string{"**/*.txt", "**/*.in", "**/*.pip", "**/*.lock", "../**/*.txt", "../**/*.in", "../**/*.pip", "../../**/*.txt"},
	Parse:  parseRequirements,
}

// RequirementsIn reads what pip-compile and uv pip compile start from.
var RequirementsIn = catalogers.Cataloger{
	Name:   "pip-requirements-in",
	Doc:    "Python packages that the input of pip-compile asks for, with their ranges.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.PyPI, purl.GitHub, purl.Generic},
	Files:  catalogers.Glob("*requirements*.in", "**/requirements/*.in"),
	Beside: []string{"**/*.txt", "**/*.in", "../**/*.txt", "../**/*.in"},
	Parse:  parseRequirements,
}

func parseRequirements(file *catalogers.File, out *sbom.Facts) error {
	owner := ownerOf(file.Path)
	out.Own(owner)
	if strings.Contains(file.Base(), "constraint") {
		settle(out)
		return nil // it only limits what others ask for
	}
	text, err := file.Text()
	if err != nil {
		return err
	}
	if file.Base() == "requirements.lock" && strings.HasPrefix(strings.TrimSpace(text), "dependencies:") {
		settle(out)
		return nil // of a chart of Helm 2
	}
	r := &pipReader{root: file, out: out, dir: owner, seen: map[string]bool{file.Path + "-r": true}, pins: make(map[string]string)}
	r.read(file.Path, plainText(text), nameScope(stem(file.Path)), false)
	r.claim()
	settle(out)
	return nil
}

// ownerOf is the folder of the project that a requirements file belongs to. Projects that have several keep
// them in a folder "requirements".
func ownerOf(file string) string {
	if dir := path.Dir(file); path.Base(dir) != "requirements" {
		return dir
	}
	return path.Dir(path.Dir(file))
}

// selected tells whether a file starts the cataloger of another by itself.
func selected(file, by string) bool {
	return path.Ext(file) == path.Ext(by) && !strings.Contains(path.Base(file), "constraint") &&
		(strings.Contains(path.Base(file), "requirements") || path.Base(path.Dir(file)) == "requirements")
}

func stem(file string) string { return strings.TrimSuffix(path.Base(file), path.Ext(file)) }

// maxIncludes bounds the files that one requirements file brings in.
const maxIncludes = 200

// pipReader reads a requirements file and what it includes.
type pipReader struct {
	root  *catalogers.File
	out   *sbom.Facts
	dir   string // of the project: pip runs there, and local paths start there
	seen  map[string]bool
	files []*pipFile
	pins  map[string]string // normal name -> version, of constraints
	index string            // in place of PyPI, of whichever file says so last
}

// pipFile is one of the files.
type pipFile struct {
	path      string
	scope     sbom.Scope
	entries   []pipEntry
	bad       []string // lines that are no requirements
	badLines  []int
	generated bool // by a tool that lists all that is to be installed: a line is no request
	exported  bool // likewise, by one that leaves out the projects whose locks it exports
	annotated bool // every line says who asked for it
	frozen    bool // what follows was added by pip freeze

	constrained bool // it names constraints itself
}

// pipEntry is one requirement.
type pipEntry struct {
	line   int
	wish   wish
	hashes []string
	via    []string
	index  string // of uv's comment "# from"
	frozen bool
}

// include reads a file that another names.
func (r *pipReader) include(from *pipFile, line int, name string, constraint bool) {
	option := "-r"
	if constraint {
		option = "-c"
		from.constrained = true
	}
	if strings.Contains(name, "://") {
		if !constraint {
			r.gap(from, line, "%s %.100s: is remote and not read", option, withoutUser(name))
		}
		return
	}
	at, ok := inside(path.Dir(from.path), name)
	if !ok {
		r.gap(from, line, "%s %s: lies outside the tree", option, shorten(name))
		return
	}
	if r.seen[at+option] {
		return
	}
	if len(r.seen) > maxIncludes {
		r.gap(from, line, "%s %s: is more than %d includes", option, shorten(name), maxIncludes)
		return
	}
	r.seen[at+option] = true
	other, err := r.root.At(at)
	if err != nil {
		r.gap(from, line, "%s %s: %v", option, shorten(name), cause(err))
		return
	}
	text, err := other.Text()
	if err != nil {
		r.gap(from, line, "%s %s: %v", option, shorten(name), cause(err))
		return
	}
	r.read(at, plainText(text), min(from.scope, nameScope(stem(at))), constraint)
}

// gap notes a Gap at a line of the root, or somewhere in another file.
func (r *pipReader) gap(f *pipFile, line int, format string, args ...any) {
	if f.path == r.root.Path {
		r.out.Gap(line, format, args...)
		return
	}
	r.out.GapAt(f.path, format, args...)
}

// claim hands over what was read.
func (r *pipReader) claim() {
	pinned, annotated := false, len(r.files) > 0
	for _, f := range r.files {
		own := f.path == r.root.Path || ownerOf(f.path) != r.dir || !selected(f.path, r.root.Path)
		keys := make(versions, len(f.entries)) // for the comments
		claimed := make([]string, len(f.entries))
		for i := range f.entries {
			e := &f.entries[i]
			version := e.wish.pin
			if version == "" && !e.wish.local && e.wish.url+e.wish.path+e.wish.from.kind == "" {
				version = r.pins[normal(e.wish.name)]
			}
			if !own && (version == e.wish.pin || f.constrained) {
				continue // the file claims it itself
			}
			pinned = pinned || version != "" || e.wish.from.ref != ""
			if claimed[i] = r.add(f, e, version); claimed[i] != "" {
				name := e.wish.name
				if name == "" {
					name = path.Base(e.wish.path) // a folder is mostly called as what is in it
				}
				keys.add(name, claimed[i], version)
			}
		}
		for i := range f.entries {
			if claimed[i] != "" {
				r.relate(f, &f.entries[i], claimed[i], keys)
			}
		}
		annotated = annotated && (f.annotated || len(f.entries) == 0)
		if own {
			r.complain(f)
		}
	}
	if !pinned {
		r.out.Stage = sbom.Declared // ranges alone are a manifest
	}
	if annotated && r.out.Stage == sbom.Locked {
		r.out.Edges(sbom.Complete)
	}
}

// complain reports lines that are no requirements: each, or all at once where the file is something else.
func (r *pipReader) complain(f *pipFile) {
	if len(f.bad) > len(f.entries) {
		r.gap(f, 0, "is no requirements file: %s, and %d more lines like it", f.bad[0], len(f.bad)-1)
		return
	}
	for i, reason := range f.bad {
		r.gap(f, f.badLines[i], "%s", reason)
	}
}

// add claims what one line asks for and gives its key: "" for the project itself and for what nothing is known of.
func (r *pipReader) add(f *pipFile, e *pipEntry, version string) string {
	w := &e.wish
	if w.path != "" && !archive(w.path) {
		if folder, ok := inside(r.dir, w.path); ok {
			if key := r.out.Application(folder, sbom.Component{}); key != r.out.Owner() {
				return key
			}
			return ""
		}
		w.local = true
	}
	c := component(w.name, version)
	switch {
	case w.from.kind != "":
		if w.name == "" {
			c.PURL = anonymous(w.from)
		}
		fromCheckout(&c, w.from)
	case w.url != "":
		if w.name == "" {
			c.PURL = purl.New(purl.Generic, "", fileName(w.url), "")
		}
		fromURL(&c, w.url)
	case w.path != "" || w.local:
	case e.index != "":
		fromIndex(&c, e.index)
	default:
		fromIndex(&c, r.index)
	}
	if c.PURL.IsZero() {
		return "" // a folder of the machine
	}
	c.Hashes = append(c.Hashes, digests(e.hashes, e.line, r.out)...)
	key := keyOf(&c)
	if !r.out.Has(key) {
		r.out.AddIn(sbom.Location{Path: f.path, Line: e.line}, key, c)
	}
	return key
}

// anonymous is the purl of a repository whose package the line does not name.
func anonymous(at checkout) purl.PURL {
	home := at.home()
	if repository, ok := strings.CutPrefix(home, "https://github.com/"); ok {
		return purl.New(purl.GitHub, "", repository, at.ref)
	}
	if home == "" {
		return purl.PURL{}
	}
	return purl.New(purl.Generic, "", path.Base(home), at.ref)
}
