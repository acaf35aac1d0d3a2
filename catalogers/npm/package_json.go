package npm

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// PackageJSON reads the manifest of a project: what it is, and what it asks for
// (https://docs.npmjs.com/cli/v11/configuring-npm/package-json).
var PackageJSON = catalogers.Cataloger{
	Name:   "npm-package-json",
	Doc:    "The project, its workspace members and the dependencies that package.json declares, with ranges and scopes.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.NPM},
	Files:  catalogers.Named("package.json"),
	Beside: []string{"/**/package.json"},
	Parse:  parsePackageJSON,
}

func parsePackageJSON(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	m, err := readManifest(text)
	if m.name == "" && m.version == "" && len(m.requires.list) == 0 && len(m.workspaces) == 0 {
		return err // a file that only says how code is loaded: {"type": "module"}
	}
	c := application(m.name, m.version)
	m.describe(&c)
	owner := out.Application(f.Dir(), c)
	if len(m.workspaces) > globLimit {
		out.Gap(0, "workspaces holds more than %d globs", globLimit)
	}
	for _, dir := range members(f, m.workspaces) {
		out.Relate(sbom.Relation{From: owner, To: out.Application(dir, sbom.Component{}), Kind: sbom.Contains})
	}
	for _, q := range m.requires.list {
		if strings.HasPrefix(q.spec, "workspace:") {
			continue // a member; which one, its own package.json tells
		}
		to, c := q.name, request(q.name, q.spec)
		if s := locate(q.spec); s.origin == local {
			at, inside := within(f.Dir(), s.path)
			switch {
			case inside && packed(at):
				c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:file", Value: at})
			case inside && exists(f, path.Join(at, "package.json")):
				to = out.Application(at, sbom.Component{})
			}
		}
		if to == q.name {
			out.AddAt(q.line, to, c)
		}
		out.Relate(sbom.Relation{From: owner, To: to, Range: q.asked(), Scope: q.scope, Line: q.line})
	}
	return err
}

// members lists the folders that the globs of a workspace select. As in npm, a glob with "!" takes away what those before it
// selected, and node_modules is never looked into.
func members(f *catalogers.File, globs []string) []string {
	chosen := make(map[string]bool)
	for _, glob := range globs[:min(len(globs), globLimit)] {
		pattern, taken := folderGlob(glob)
		for _, p := range levelled(pattern) {
			found, err := f.Glob(p + "/package.json")
			if err != nil {
				continue // a pattern that npm does not understand either
			}
			for _, file := range found {
				if dir := path.Dir(file); dir != f.Dir() && !strings.Contains(file, "node_modules/") {
					chosen[dir] = !taken
				}
			}
		}
	}
	var dirs []string
	for dir, in := range chosen {
		if in {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return dirs
}

// selects tells whether the globs of a workspace select a folder, relative to the workspace.
func selects(globs []string, folder string) bool {
	chosen := false
	for _, glob := range globs[:min(len(globs), globLimit)] {
		pattern, taken := folderGlob(glob)
		if ok, _ := doublestar.Match(pattern, folder); ok {
			chosen = !taken
		}
	}
	return chosen
}

// globLimit is how many globs of one workspace are followed.
const globLimit = 10000

// folderGlob cleans a glob of a workspace, and tells whether it takes away. What no project needs but can take for ever to match
// becomes "", which matches nothing.
func folderGlob(glob string) (pattern string, taken bool) {
	pattern, taken = strings.CutPrefix(strings.TrimSpace(glob), "!")
	pattern = strings.TrimSuffix(strings.TrimPrefix(pattern, "./"), "/")
	if len(pattern) > 500 || strings.Count(pattern, "{") > 3 || strings.Count(pattern, "**") > 3 {
		return "", taken
	}
	return pattern, taken
}

// levelled writes a glob with "**" as globs of one to three levels: to look for members at any depth would walk through
// every node_modules in between.
func levelled(pattern string) []string {
	before, after, ok := strings.Cut(pattern, "**")
	switch {
	case pattern == "":
		return nil
	case !ok:
		return []string{pattern}
	}
	after = strings.ReplaceAll(after, "**", "*")
	return []string{before + "*" + after, before + "*/*" + after, before + "*/*/*" + after}
}

func exists(f *catalogers.File, file string) bool {
	other, err := f.At(file)
	if err == nil {
		other.Close()
	}
	return err == nil
}

// within joins a local path to a folder of the tree and tells whether it stays inside the tree.
func within(dir, local string) (string, bool) {
	if local == "" || path.IsAbs(local) || local[0] == '~' || strings.ContainsAny(local, `:\`) {
		return "", false
	}
	at := path.Join(dir, local)
	return at, at != ".." && !strings.HasPrefix(at, "../")
}

// packed tells whether a local path is that of an archive and not of a folder.
func packed(file string) bool {
	return strings.HasSuffix(file, ".tgz") || strings.HasSuffix(file, ".tar.gz") || strings.HasSuffix(file, ".tar")
}
