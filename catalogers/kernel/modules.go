package kernel

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Modules reads lib/modules/RELEASE, the modules of one kernel. Those of its own source, of which a distribution has 4,000, are parts of the kernel:
// depmod's lists tell how many, without that one is opened (https://man7.org/linux/man-pages/man5/modules.dep.5.html). The others, in any folder
// but kernel/, are opened: those that do not say that they are of the kernel's tree are components, which need the kernel and each other.
var Modules = catalogers.Cataloger{
	Name:  "linux-modules",
	Doc:   "Kernels by the folders of their modules, with the drivers that were added to them: lib/modules/*.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Glob("**/lib/modules/*/modules.dep", "**/lib/modules/*/modules.order", "**/lib/modules/*/modules.builtin",
		"**/lib/modules/*/*.ko", "**/lib/modules/*/*.ko.gz", "**/lib/modules/*/*.ko.xz", "**/lib/modules/*/*.ko.zst",
		"**/lib/modules/*/[^k]*/**/*.ko", "**/lib/modules/*/[^k]*/**/*.ko.gz", "**/lib/modules/*/[^k]*/**/*.ko.xz", "**/lib/modules/*/[^k]*/**/*.ko.zst"),
	Group:      releaseOf,
	ParseGroup: parseModules,
}

// releaseOf is the folder of the kernel that a file belongs to.
func releaseOf(file string) (dir string, ok bool) {
	parts := strings.Split(file, "/")
	for i := len(parts) - 2; i >= 2; i-- { // a kernel inside of another's folder is none
		if parts[i-1] == "modules" && parts[i-2] == "lib" {
			return strings.Join(parts[:i+1], "/"), true
		}
	}
	return "", false
}

func parseModules(dir string, files []*catalogers.File, out *sbom.Facts) error {
	root := path.Join(dir, "../../..")
	if path.Base(root) == "usr" {
		root = path.Dir(root)
	}
	out.Own(root)
	out.Edges(sbom.Complete)
	release := path.Base(dir)
	if release[0] < '0' || release[0] > '9' {
		return nil // no folder of a kernel's
	}
	out.Path = files[0].Path
	lists := make(map[string][]string)
	var list []module
	own := make(map[string]bool) // modules of the kernel's tree outside of the folder kernel/
	for _, f := range files {
		if name := f.Base(); strings.HasPrefix(name, "modules.") {
			text, err := f.Text()
			if err != nil {
				out.GapAt(f.Path, "%v", err)
			}
			lists[name] = strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
			continue
		}
		m, err := readModule(f)
		f.Close()
		switch key := "module " + m.name; {
		case err != nil:
			out.GapAt(f.Path, "%v", err)
			out.BreakOff()
		case m.inTree:
			own[m.name] = true
		case out.Has(key): // depmod prefers updates/ to what it replaces
		default:
			out.AddIn(sbom.Location{Path: f.Path}, key, m.component())
			list = append(list, m)
		}
	}
	c := component(release)
	loadable := len(own)
	for _, name := range [...]string{"modules.dep", "modules.order"} {
		if lines, ok := lists[name]; ok {
			out.Path = path.Join(dir, name)
			loadable = inTree(name == "modules.dep", lines, own, out)
			break
		}
	}
	c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:linux:modules", Value: fmt.Sprint(loadable)})
	if lines, ok := lists["modules.builtin"]; ok {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:linux:builtin-modules", Value: fmt.Sprint(len(lines))})
	}
	out.Add("kernel", c)
	for _, m := range list {
		from := "module " + m.name
		out.Relate(sbom.Relation{From: from, To: "kernel", Range: m.release})
		for _, name := range m.depends {
			if to := "module " + strings.ReplaceAll(name, "-", "_"); out.Has(to) && to != from { // otherwise one of the kernel's
				out.DependsOn(from, to)
			}
		}
	}
	return nil
}

// inTree counts the modules of the kernel in a list of paths, which in modules.dep stand before colons.
func inTree(colons bool, lines []string, own map[string]bool, out *sbom.Facts) (n int) {
	for i, line := range lines {
		file, _, ok := strings.Cut(line, ":")
		file = strings.TrimSpace(file)
		switch {
		case colons && !ok || !slices.Contains([]string{".ko", ".gz", ".xz", ".zst", ".o"}, path.Ext(file)): // .o in modules.order of Linux 6
			out.Gap(i+1, "%.80q is no module", line)
		case strings.HasPrefix(file, "kernel/") || own[moduleName(file)]:
			n++
		}
	}
	return n
}
