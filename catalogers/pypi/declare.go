package pypi

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// declaration collects what one manifest asks for.
type declaration struct {
	file    *catalogers.File
	out     *sbom.Facts
	lines   lines
	locked  bool              // a lock beside chooses the versions: it spells 1.1 what the manifest may call 1.1.0
	self    string            // the normal name of the project, which its extras refer to
	indexes map[string]string // name -> address
	sources map[string]any    // uv's sources by normal name: where a requirement is really taken from
}

// place is where and what for something is asked.
type place struct {
	section string
	scope   sbom.Scope
}

// wish is one thing asked for.
type wish struct {
	name   string
	asked  string // the range
	pin    string
	from   checkout
	url    string
	path   string // a folder or archive of the project
	index  string
	member bool // of the workspace: a package of the same tree that the manifest gives no folder
	local  bool // it lies somewhere on the machine
}

// chosen tells whether one of the locks that a manifest's cataloger names lies beside it.
func chosen(file *catalogers.File) bool {
	for _, lock := range [...]string{"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"} {
		if other, err := file.Beside(lock); err == nil {
			other.Close()
			return true
		}
	}
	return false
}

// settle leaves the folder of a manifest that asks for nothing, as one that only configures linters, without an application
// of its own.
func settle(out *sbom.Facts) {
	if out.Len() == 0 {
		out.Own(".")
	}
}

// requirements declares a list of dependency specifiers.
func (d *declaration) requirements(list []string, at place) {
	for _, text := range list {
		d.requirement(text, at)
	}
}

func (d *declaration) requirement(text string, at place) {
	line := d.lines.of(at.section, text)
	req, err := parseRequirement(text)
	if err != nil {
		d.out.Gap(line, "%v", err)
		return
	}
	w := wish{name: req.name, asked: req.specifier, pin: req.pin()}
	if req.url != "" {
		w.asked = ""
		w.locate(req.url)
	}
	switch source := d.sources[normal(req.name)].(type) {
	case map[string]any:
		w.source(source)
	case []any: // one per marker or extra
		if len(source) > 0 {
			table, _ := source[0].(map[string]any)
			w.source(table)
		}
	}
	d.add(w, at.scope, line)
}

// table declares a dependency in the form of poetry and pipenv: a range, a table, or a list of tables.
func (d *declaration) table(name string, value any, at place) {
	line := d.lines.of(at.section, name)
	list, several := value.([]any)
	if !several {
		list = []any{value}
	}
	for _, item := range list {
		w := wish{name: name}
		scope := at.scope
		switch v := item.(type) {
		case string:
			w.asked = v
		case map[string]any:
			w.asked, _ = v["version"].(string)
			w.source(v)
			if optional, _ := v["optional"].(bool); optional {
				scope = min(scope, sbom.Optional)
			}
		default:
			d.out.Gap(line, "%s: is neither a version nor a table", shorten(name))
			continue
		}
		if nameEnd(name) != len(name) {
			d.out.Gap(line, "%q is not the name of a package", shorten(name))
			continue
		}
		if op, version := splitClause(w.asked); (op == "==" || op == "===" || op == "") && !strings.ContainsAny(version, "*|, <>=~^!") {
			w.pin = version
		}
		d.add(w, scope, line)
	}
}

// source reads the table of poetry, pipenv and uv that says where a dependency comes from.
func (w *wish) source(table map[string]any) {
	text := func(key string) string { s, _ := table[key].(string); return s }
	for _, kind := range [...]string{"git", "hg", "svn"} {
		if address := text(kind); address != "" {
			w.from = checkout{kind: kind, url: address, subdirectory: text("subdirectory")}
			for _, key := range [...]string{"rev", "ref", "tag", "branch"} {
				if w.from.ref == "" {
					w.from.ref = text(key)
				}
			}
		}
	}
	if address := text("url"); address != "" {
		w.locate(address)
	}
	if address := text("file"); address != "" {
		w.locate(address)
	}
	if folder := text("path"); folder != "" {
		w.path = folder
	}
	w.index = text("index") + text("source")
	w.member, _ = table["workspace"].(bool)
}

// locate reads the address of a direct reference.
func (w *wish) locate(address string) {
	if at, _, ok := parseCheckout(address); ok {
		w.from = at
		return
	}
	// pdm and hatch write paths of the project as URLs of these forms.
	for _, root := range [...]string{"file:///${PROJECT_ROOT}", "{root:uri}", "file:./", "./", "../"} {
		if rest, ok := strings.CutPrefix(address, root); ok {
			w.path, _, _ = strings.Cut(strings.TrimPrefix(rest, "/"), "#")
			if root == "../" {
				w.path = root + w.path
			}
			if w.path == "" {
				w.path = "."
			}
			return
		}
	}
	if strings.Contains(address, "://") && !strings.HasPrefix(address, "file:") {
		w.url = address
		return
	}
	w.local = true
}

// add claims what is asked for and the edge to it.
func (d *declaration) add(w wish, scope sbom.Scope, line int) {
	name := normal(w.name)
	if name == d.self || name == "python" || w.member {
		return
	}
	edge := sbom.Relation{From: d.out.Owner(), Range: w.asked, Scope: scope, Line: line}
	folder, ok := inside(d.file.Dir(), w.path)
	switch {
	case w.path != "" && !archive(w.path) && ok:
		edge.To = d.out.Application(folder, sbom.Component{})
	case w.path != "" && !archive(w.path), w.local:
		edge.To = name + " " + w.path
		if !d.out.Has(edge.To) {
			d.out.AddAt(line, edge.To, sbom.Component{Name: w.name, Properties: []sbom.Property{{Name: "sbomgen:pypi:source", Value: "directory"}}})
		}
	default:
		c := d.component(w)
		edge.To = keyOf(&c)
		if !d.out.Has(edge.To) {
			d.out.AddAt(line, edge.To, c)
		}
	}
	d.out.Relate(edge)
}

func (d *declaration) component(w wish) sbom.Component {
	version := w.pin
	if file, v, ok := parseFileName(fileName(w.url + w.path)); ok && normal(file) == normal(w.name) {
		version = v
	}
	if d.locked {
		version = ""
	}
	c := component(w.name, version)
	switch {
	case w.from.kind != "":
		fromCheckout(&c, w.from)
	case w.url != "":
		fromURL(&c, w.url)
	case w.index != "":
		fromIndex(&c, d.indexes[w.index])
	}
	return c
}
