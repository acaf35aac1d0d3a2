package kernel

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// tree is what lies in the folder of one kernel.
type tree struct {
	dir   string
	lists map[string][]string // the lines of depmod's files
	own   map[string]bool     // modules of the kernel's tree outside of the folder kernel/
	added []module            // the others, which are claimed
}

func (t *tree) read(f *catalogers.File, out *sbom.Facts) {
	if name := f.Base(); strings.HasPrefix(name, "modules.") {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
		}
		t.lists[name] = strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
		return
	}
	m, err := readModule(f)
	f.Close()
	switch key := "module " + m.name; {
	case err != nil:
		out.GapAt(f.Path, "%v", err)
		out.BreakOff()
	case m.inTree:
		t.own[m.name] = true
	case out.Has(key): // depmod prefers updates/ to what it replaces
	default:
		out.AddIn(sbom.Location{Path: f.Path}, key, m.component())
		t.added = append(t.added, m)
	}
}

// claim claims the kernel, and what the added modules need of it and of each other.
func (t *tree) claim(out *sbom.Facts) {
	c := component(path.Base(t.dir))
	loadable := len(t.own)
	for _, name := range [...]string{"modules.dep", "modules.order"} {
		if _, ok := t.lists[name]; ok {
			out.Path = path.Join(t.dir, name)
			loadable = t.inTree(name, out)
			break
		}
	}
	c.Property("sbomgen:linux:modules", fmt.Sprint(loadable))
	if lines, ok := t.lists["modules.builtin"]; ok {
		c.Property("sbomgen:linux:builtin-modules", fmt.Sprint(len(lines)))
	}
	out.Add("kernel", c)
	for _, m := range t.added {
		from := "module " + m.name
		out.Relate(sbom.Relation{From: from, To: "kernel", Range: m.release})
		for _, name := range m.depends {
			if to := "module " + strings.ReplaceAll(name, "-", "_"); out.Has(to) && to != from { // otherwise one of the kernel's
				out.DependsOn(from, to)
			}
		}
	}
}

// inTree counts the modules of the kernel in a list of paths, which in modules.dep stand before colons.
func (t *tree) inTree(list string, out *sbom.Facts) (n int) {
	for i, line := range t.lists[list] {
		file, _, colon := strings.Cut(line, ":")
		file = strings.TrimSpace(file)
		switch {
		case list == "modules.dep" && !colon,
			!slices.Contains([]string{".ko", ".gz", ".xz", ".zst", ".o"}, path.Ext(file)): // .o in modules.order of Linux 6
			out.Gap(i+1, "%.80q is no module", line)
		case strings.HasPrefix(file, "kernel/") || t.own[moduleName(file)]:
			n++
		}
	}
	return n
}
