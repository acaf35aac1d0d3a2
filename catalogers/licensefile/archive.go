package licensefile

import (
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/jar"
	"github.com/sbomgen/sbomgen/sbom"
)

// group puts archives with the licence files of their folder.
func group(file string) (dir string, ok bool) {
	if jar.Extension(file) != "" {
		return path.Dir(file), true
	}
	return Folder(file)
}

// archive reads the licence texts at the top of a Java archive and in its META-INF, where Maven's plugins put them
// (https://maven.apache.org/apache-resource-bundles/), and those of the archives in it. That it is none, or broken, is for its own cataloger to say.
func (r *Reader) archive(f *catalogers.File, out *sbom.Facts) {
	blob, err := f.Blob()
	if err != nil {
		return
	}
	defer f.Close()
	jar.Walk(f.Path, blob, blob.Size(), func(a *jar.Archive) {
		for _, e := range a.Files {
			if dir := path.Dir(e.Name); dir != "." && dir != "META-INF" || !isName(path.Base(e.Name)) || e.FileInfo().IsDir() {
				continue
			}
			at := a.At(e)
			found := sbom.LicenseFile{Path: at.Path, Partly: true, Digest: at.Chain()}
			if e.UncompressedSize64 <= SizeLimit {
				content, err := a.Text(e)
				if a.Exhausted() {
					return
				}
				if err != nil {
					out.Gap(0, "%s: %v", at.Path, err)
					continue
				}
				l, ok := r.Read(at.Path, content)
				if !ok {
					continue
				}
				found = l
			}
			found.Archive = a.Chain()
			out.LicenseFile(found)
		}
	}, func(string, error) {})
}
