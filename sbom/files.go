package sbom

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// File is a file of the tree with the digests of its content.
type File struct {
	Path   string
	Layer  string // Key of the image layer by which it came
	Hashes []Hash
}

// FileSet says which files become components.
type FileSet uint8

// The sets of files.
const (
	NoFiles      FileSet = iota
	OwnedFiles           // those that belong to a package
	UnownedFiles         // those that belong to none
	AllFiles
)

// The properties of files, and of packages whose files were changed.
const (
	PropertyFileModified = "sbomgen:file:modified" // "true", or "configuration" for what is there to be changed
	PropertyModified     = "sbomgen:modified"      // on a package: the path of a file of it whose content is not what was installed
)

// modified compares the files of the tree with what the package databases say of them.
func (r *resolver) modified() {
	if len(r.options.Files) == 0 {
		return
	}
	at := make(map[string]*File, len(r.options.Files))
	for i := range r.options.Files {
		at[r.options.Files[i].Path] = &r.options.Files[i]
	}
	r.changed = make(map[string]string)
	for _, f := range r.facts {
		for k := range f.installed {
			is := &f.installed[k]
			file := at[is.Path]
			if file == nil || is.Digest.Hex == "" || !disjoint(file.Hashes, []Hash{is.Digest}) {
				continue
			}
			if r.changed[is.Path] = "true"; is.Config {
				r.changed[is.Path] = "configuration"
			}
		}
	}
}

// files makes components of the files that were asked for. A file belongs to the package whose database lists it, otherwise to the installed package
// in whose folder it lies, or to the one that holds the folder; that package contains it, and the root what belongs to none. What was changed since it was installed is said on both.
func (r *resolver) files() {
	if len(r.options.Files) == 0 || r.options.FileSet == NoFiles {
		return
	}
	folders, _ := r.folders()
	known := make(map[string]Handle)
	linked := make(map[[2]Handle]bool)
	for i := range r.options.Files {
		f := &r.options.Files[i]
		from, owned := r.root, false
		if o, ok := r.parts.of(f.Path, -1); ok {
			from, owned = r.placed[o.facts][o.claim], true
		} else if h, ok := r.holder(folders, path.Dir(f.Path)); ok && r.components[h].hasFolder() {
			from, owned = h, true
		} else if o, ok := r.contents.of(f.Path, -1); ok {
			from, owned = r.placed[o.facts][o.claim], true
		}
		change := r.changed[f.Path]
		if change != "" && owned {
			r.components[from].note(PropertyModified, f.Path)
		}
		if owned && r.options.FileSet == UnownedFiles || !owned && r.options.FileSet == OwnedFiles {
			continue
		}
		h := r.file(f, known)
		if change != "" && !slices.Contains(r.components[h].Properties, Property{PropertyFileModified, change}) {
			r.components[h].note(PropertyFileModified, change)
		}
		if pair := [2]Handle{from, h}; !linked[pair] {
			linked[pair] = true
			r.edges = append(r.edges, Edge{From: from, To: h, Kind: Contains, Scope: Runtime, Rule: "files"})
		}
	}
}

// hasFolder tells the packages that are the folder in which they were seen. Those of a distribution, and the distribution itself, were seen in files that
// lie among others.
func (c *Component) hasFolder() bool {
	switch c.PURL.Type {
	case purl.Deb, purl.RPM, purl.APK, purl.ALPM:
		return false
	}
	return !c.IsApplication() && c.Kind != OperatingSystem
}

// file is the component of a file: one for all of the same content.
func (r *resolver) file(f *File, known map[string]Handle) Handle {
	id := "file:" + f.Path
	if len(f.Hashes) > 0 {
		id = "file:" + strings.ToLower(string(f.Hashes[0].Algorithm)) + ":" + f.Hashes[0].Hex
	}
	h, ok := known[id]
	if !ok {
		h = Handle(len(r.components))
		known[id] = h
		r.components = append(r.components, Component{ID: ID(strings.ReplaceAll(id, " ", "%20")), Kind: FileKind, Name: f.Path, Hashes: f.Hashes, Scope: Runtime, Stage: Installed})
		r.dropped = append(r.dropped, false)
		r.contexts = append(r.contexts, h)
	}
	r.components[h].testify(Evidence{Cataloger: "files", Stage: Installed, Technique: HashComparison, Confidence: 100, Rule: "files", Location: Location{Path: f.Path, Layer: f.Layer}})
	return h
}
