package sbom

import "iter"

// InstalledFiles lists, in their order, the files that Installs claimed, each with the key of its package.
func (f *Facts) InstalledFiles() iter.Seq2[string, InstalledFile] {
	return func(yield func(string, InstalledFile) bool) {
		for i := range f.installed {
			if x := &f.installed[i]; !yield(f.claims[x.claim].key, x.InstalledFile) {
				return
			}
		}
	}
}
