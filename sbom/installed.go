package sbom

// InstalledFile is a file that a package database lists as one of a package's.
type InstalledFile struct {
	Path   string // in the tree; a folder, with all that lies in it, where it ends in a slash
	Digest Hash   // of its content when it was installed; zero where the database does not say
	Config bool   // configuration, which is there to be changed
	Holds  bool   // what lies there is content of the package: contained, where otherwise it is part of it
}

// installs is an InstalledFile with the claim of its package.
type installs struct {
	claim int32
	InstalledFile
}

// Installs claims that the package that was added under key put a file there. A package that lies in such a file belongs to it: it is part of it, unless
// the file only holds it, as the folder of an application does what it was bundled with.
func (f *Facts) Installs(key string, file InstalledFile) {
	if at, ok := f.keys[key]; ok {
		f.installed = append(f.installed, installs{at, file})
	}
}

// needs is a shared library that a program asks its loader for.
type needs struct {
	claim  int32
	soname string
}

// NeedsLibrary claims that the program or library that was added under key asks the loader for a shared library, by the name that
// its DT_NEEDED entry or import table has. Which component provides it is found out by who owns, or is, the file of that name.
func (f *Facts) NeedsLibrary(key, soname string) {
	if at, ok := f.keys[key]; ok && soname != "" {
		f.needs = append(f.needs, needs{at, soname})
	}
}

// Adopt claims that what other Facts speak of lies in files of the package that was added under key, as all that is in a package's archive does.
func (f *Facts) Adopt(key string, other *Facts) {
	f.Installs(key, InstalledFile{Path: other.Path})
	for i := range other.claims {
		f.Installs(key, InstalledFile{Path: other.seenAt(&other.claims[i])})
	}
}

// Sole gives the only package that is claimed, with its key. Applications do not count.
func (f *Facts) Sole() (key string, c *Component, ok bool) {
	for i := range f.claims {
		claim := &f.claims[i]
		if claim.component.Kind == Application || claim.component.PURL.IsZero() {
			continue
		}
		if ok {
			return "", nil, false
		}
		key, c, ok = claim.key, &claim.component, true
	}
	return key, c, ok
}
