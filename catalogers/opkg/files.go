package opkg

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/control"
	"github.com/sbomgen/sbomgen/catalogers/internal/rootfs"
	"github.com/sbomgen/sbomgen/sbom"
)

// install claims what a package has put on disk: info/NAME.list has a path on each line, since opkg 0.2 with tabs before the mode and a link's target; the field
// Conffiles of the status file has the configuration with its digest, MD5 or, in OpenWrt, SHA-256. Folders are not listed.
func install(f *catalogers.File, fs *rootfs.Root, p *control.Paragraph, out *sbom.Facts) {
	key := p.Get("Package")
	config := make(map[string]bool)
	for line := range strings.Lines(p.Get("Conffiles")) {
		name, digest, _ := strings.Cut(strings.TrimSpace(line), " ")
		at := fs.Place(name)
		if at == "" {
			continue
		}
		config[name] = true
		file := sbom.InstalledFile{Path: at, Config: true}
		for _, algorithm := range [...]sbom.Algorithm{sbom.MD5, sbom.SHA256} {
			if h, ok := sbom.NewHash(algorithm, digest); ok {
				file.Digest = h
			}
		}
		out.Installs(key, file)
	}
	if strings.ContainsAny(key, `/\`) {
		return
	}
	other, err := f.Beside("info/" + key + ".list")
	if err != nil {
		return
	}
	list, err := other.Text()
	if err != nil {
		out.GapAt(other.Path, "%v", err)
	}
	for line := range strings.Lines(list) {
		name, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		if at := fs.Place(name); at != "" && !config[name] {
			out.Installs(key, sbom.InstalledFile{Path: at})
		}
	}
}
