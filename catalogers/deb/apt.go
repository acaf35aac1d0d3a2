package deb

import (
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/control"
)

// automatic lists what apt installed only because something else asked for it, as "name:architecture" and, for packages of no architecture, as "name".
// It returns false where apt keeps no such list: https://manpages.debian.org/stable/apt/apt-mark.8.en.html.
func automatic(f *catalogers.File, root string) (map[string]bool, bool) {
	other, err := f.At(path.Join(root, "var/lib/apt/extended_states"))
	if err != nil {
		return nil, false
	}
	text, err := other.Text()
	if err != nil {
		return nil, false
	}
	auto := make(map[string]bool)
	for p := range control.Paragraphs(text) {
		if name := p.Get("Package"); p.Get("Auto-Installed") == "1" {
			auto[name], auto[name+":"+p.Get("Architecture")] = true, true
		}
	}
	return auto, true
}
