package sbom

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// LicenseFile is a licence text or a notice that lies beside a package.
type LicenseFile struct {
	Path       string    // of the file in the tree or in Archive; of one outside, the cache's name and the path there
	Dir        string    // the folder of the package that it speaks of, in the tree
	Of         purl.PURL // the package, where it is known otherwise than by its folder
	Archive    string    // the archive that is the package, with those around it, as Location.Archive has them; empty for a file that lies in no archive
	License    string    // the SPDX expression of what was recognised, empty if nothing was
	Partly     bool      // a good part of it was not recognised
	Notice     bool      // what goes with the package: attributions, licences of third parties; not its own licence
	Copyrights []string  // the statements in it
	Digest     string    // of its text, the same for the same text
	Text       string    // empty unless it was asked for
}

// Location is where the file lies. Its Chain is the value of PropertyLicenseFile.
func (l *LicenseFile) Location() Location { return Location{Path: l.Path, Archive: l.Archive} }

// The properties of components that licence files lie beside.
const (
	PropertyLicenseFile  = "sbomgen:license:file"         // the path of one
	PropertyUnrecognized = "sbomgen:license:unrecognized" // the path of one of which a good part was not recognised
)

// LicenseFile claims a licence text or notice.
func (f *Facts) LicenseFile(l LicenseFile) { f.files = append(f.files, l) }

// LicenseFiles lists what was claimed by LicenseFile.
func (f *Facts) LicenseFiles() []LicenseFile { return f.files }

// Components visits the components claimed so far, applications included.
func (f *Facts) Components(yield func(*Component) bool) {
	for i := range f.claims {
		if !yield(&f.claims[i].component) {
			return
		}
	}
}

// beside gives the licence files to the packages in whose folders they lie: observed licences, copyright statements and the
// paths. Where a file lies deeper, it belongs to the package around it, whose publisher put it there; an
// application has only those at the top of its folder, for what lies deeper may be anything. Copies of one text beside copies
// of one package count once.
func (r *resolver) beside() {
	n := 0
	for _, f := range r.facts {
		n += len(f.files)
	}
	if n == 0 {
		return
	}
	folders, packages := r.folders()
	archives := r.archives()
	seen := make(map[Handle]map[string]bool)
	copyrights := make(map[Handle][]string)
	for _, f := range r.facts {
		for i := range f.files {
			l := &f.files[i]
			h, ok := r.holder(folders, l.Dir)
			where := l.Location()
			switch {
			case l.Archive != "":
				h, ok = archives[l.Archive]
			case !l.Of.IsZero():
				h, ok = packages[l.Of.Identity()]
			}
			if !ok || seen[h][l.Digest] {
				continue
			}
			if seen[h] == nil {
				seen[h] = make(map[string]bool)
			}
			seen[h][l.Digest] = true
			c := &r.components[h]
			note := func(name string) { c.Properties = append(slices.Clip(c.Properties), Property{name, where.Chain()}) }
			note(PropertyLicenseFile)
			observed := License{Text: l.License, Basis: ObservedLicense, Location: where}
			if l.License != "" && !l.Notice && !slices.ContainsFunc(c.Licenses, func(o License) bool { return o.Text == observed.Text && o.Basis == observed.Basis }) {
				c.Licenses = append(slices.Clip(c.Licenses), observed)
			}
			if l.Partly && !l.Notice {
				note(PropertyUnrecognized)
			}
			for _, statement := range l.Copyrights {
				if key := "\x00" + statement; !l.Notice && !seen[h][key] {
					seen[h][key] = true
					copyrights[h] = append(copyrights[h], statement)
				}
			}
		}
	}
	for h, list := range copyrights {
		if c := &r.components[h]; c.Copyright == "" {
			c.Copyright = strings.Join(list, "\n")
		}
	}
}

// ambiguousFolder marks a folder that holds several packages.
const ambiguousFolder Handle = -1

// folders finds the folder of every component that has one: of an application its own; of an installed package that of the file which
// tells of it alone. A file that lists several lies above their folders, which are called after them: vendor/modules.txt and
// vendor/github.com/a/b.
func (r *resolver) folders() (folders map[string]Handle, packages map[purl.PURL]Handle) {
	sightings := make(map[string]Handle) // file -> the component that it tells of
	for h := range r.components {
		for _, e := range r.components[h].Evidence {
			if e.Stage == Installed {
				if first, known := sightings[e.Location.inTree()]; known && first != Handle(h) {
					sightings[e.Location.inTree()] = ambiguousFolder
				} else {
					sightings[e.Location.inTree()] = Handle(h)
				}
			}
		}
	}
	folders = make(map[string]Handle)
	packages = make(map[purl.PURL]Handle)
	put := func(dir string, h Handle) {
		if first, known := folders[dir]; known && first != h {
			h = ambiguousFolder
		}
		folders[dir] = h
	}
	var listed []Handle
	for h := range r.components {
		c := &r.components[h]
		switch {
		case r.dropped[h]:
		case c.IsApplication():
			put(c.Path, Handle(h))
		default:
			if id := c.PURL.Identity(); !c.PURL.IsZero() {
				if _, known := packages[id]; !known {
					packages[id] = Handle(h)
				}
			}
			alone := false
			for _, e := range c.Evidence {
				if e.Stage == Installed && sightings[e.Location.inTree()] == Handle(h) {
					put(path.Dir(e.Location.inTree()), Handle(h))
					alone = true
				}
			}
			if !alone {
				listed = append(listed, Handle(h))
			}
		}
	}
	for _, h := range listed {
		c := &r.components[h]
		group, name := c.GroupName()
		for _, e := range c.Evidence {
			if e.Stage == Installed {
				put(path.Join(path.Dir(e.Location.inTree()), group, name), h)
			}
		}
	}
	return folders, packages
}

// archives finds the components that were seen as archives, by the chains that lead to them. Nothing is looked up for the other files that
// are in it: no licence lies in them.
func (r *resolver) archives() map[string]Handle {
	archives := make(map[string]Handle)
	if !slices.ContainsFunc(r.facts, func(f *Facts) bool {
		return slices.ContainsFunc(f.files, func(l LicenseFile) bool { return l.Archive != "" })
	}) {
		return archives
	}
	for h := range r.components {
		for _, e := range r.components[h].Evidence {
			if e.Stage == Built && !r.dropped[h] {
				archives[e.Location.Chain()] = Handle(h)
			}
		}
	}
	return archives
}

// holder is the component to which a licence file in a folder belongs.
func (r *resolver) holder(folders map[string]Handle, dir string) (Handle, bool) {
	for at := dir; at != ""; at = path.Dir(at) {
		if h, ok := folders[at]; ok {
			return h, h != ambiguousFolder && (at == dir || !r.components[h].IsApplication() || at == path.Dir(dir) && isLicenseFolder(path.Base(dir)))
		}
		if at == "." || at == "/" {
			break
		}
	}
	return 0, false
}

// isLicenseFolder tells whether packages keep their licence texts in a folder of that name: REUSE has LICENSES
// (https://reuse.software/spec-3.3/), Python's dist-info licenses (https://peps.python.org/pep-0639/).
func isLicenseFolder(name string) bool {
	switch strings.ToLower(name) {
	case "licenses", "licences", "license", "licence":
		return true
	}
	return false
}
