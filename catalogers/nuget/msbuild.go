package nuget

import (
	"fmt"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// msbuildFiles are the files that an evaluation may open: what lies above the project, and what imports lead to.
var msbuildFiles = []string{"/**/*.props", "/**/*.targets", "/**/*.csproj", "/**/*.fsproj", "/**/*.vbproj"}

const (
	importLimit = 200     // files of one evaluation
	valueLimit  = 4 << 10 // bytes of one property: each may hold others twice
)

// evaluation is a project as MSBuild sees it before it builds: properties in their order over all imports, then items.
//
// Source: https://learn.microsoft.com/visualstudio/msbuild/build-process-overview#evaluation-phase. Of conditions it decides comparisons of
// what it knows; where it does not, as for what only holds for one of several frameworks, items count and properties
// keep the value that they have.
type evaluation struct {
	file       *catalogers.File
	properties map[string]string // names in lower case
	items      []item
	sdks       []item
	read       map[string]bool
}

// item is one element of an ItemGroup.
type item struct {
	kind, include, update   string
	version, override       string
	private, assets, except string // PrivateAssets, IncludeAssets, ExcludeAssets

	path string // of the file that holds it
	line int
}

// evaluate reads a project with what it imports. With surroundings it takes in what the SDK imports by itself:
// Directory.Build.props, Directory.Packages.props, Directory.Build.targets, each the nearest above.
func evaluate(f *catalogers.File, project string, surroundings bool) (*evaluation, error) {
	e := &evaluation{file: f, properties: make(map[string]string), read: make(map[string]bool)}
	e.set("MSBuildProjectName", stem(project))
	e.set("MSBuildProjectDirectory", "/"+path.Dir(project))
	around := func(name string) {
		if at, ok := e.above(path.Dir(project), name); ok && surroundings && at != project {
			e.load(at) // what is wrong with it is said where it is the project's own file
		}
	}
	around("Directory.Build.props")
	around("Directory.Packages.props")
	err := e.load(project)
	around("Directory.Build.targets")
	for i := range e.items {
		e.items[i].expand(e)
	}
	return e, err
}

// above finds the nearest file of a name in a folder or above it.
func (e *evaluation) above(dir, name string) (string, bool) {
	for {
		at := path.Join(dir, name)
		if other, err := e.file.At(at); err == nil {
			other.Close()
			return at, true
		}
		if dir == "." || dir == "/" || dir == "" {
			return "", false
		}
		dir = path.Dir(dir)
	}
}

func (e *evaluation) set(name, value string) { e.properties[strings.ToLower(name)] = value }

// get gives a property, "" if it is not known.
func (e *evaluation) get(name string) string {
	if v := e.properties[strings.ToLower(name)]; !strings.Contains(v, "$(") {
		return v
	}
	return ""
}

func (e *evaluation) load(at string) error {
	if e.read[at] || len(e.read) >= importLimit {
		return nil
	}
	e.read[at] = true
	f := e.file
	if at != f.Path {
		var err error
		if f, err = e.file.At(at); err != nil {
			return err
		}
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	r := decode.NewXML(text)
	r.Children(func(root string) {
		if root != "Project" {
			err = fmt.Errorf("is no project of MSBuild: its root is <%.40s>", root)
			return
		}
		for _, sdk := range strings.Split(r.Attr("Sdk"), ";") {
			if name, version, ok := strings.Cut(sdk, "/"); ok {
				e.sdks = append(e.sdks, item{include: name, version: version, path: at, line: r.Line()})
			}
		}
		e.group(r, at)
	})
	if r.Err() != nil {
		return r.Err()
	}
	return err
}

func (e *evaluation) group(r *decode.XMLReader, at string) {
	r.Children(func(name string) {
		holds := e.holds(r.Attr("Condition"))
		switch name {
		case "PropertyGroup":
			r.Children(func(property string) { e.property(r, property, at, holds) })
		case "ItemGroup":
			r.Children(func(kind string) {
				if holds != no && e.holds(r.Attr("Condition")) != no {
					e.item(r, kind, at)
				}
			})
		case "Import", "ImportGroup", "Choose", "When", "Otherwise":
			if holds == no {
				return
			}
			if name != "Import" {
				e.group(r, at)
			} else if target, ok := e.imported(r.Attr("Project"), at); ok {
				e.load(target)
			}
		case "Sdk":
			e.sdks = append(e.sdks, item{include: r.Attr("Name"), version: r.Attr("Version"), path: at, line: r.Line()})
		}
	})
}

func (e *evaluation) property(r *decode.XMLReader, name, at string, group truth) {
	holds := min(group, e.holds(r.Attr("Condition")))
	value := e.expand(r.Text(), at)
	_, known := e.properties[strings.ToLower(name)]
	if holds == yes || holds == maybe && !known {
		e.set(name, value)
	}
}

func (e *evaluation) item(r *decode.XMLReader, kind, at string) {
	switch kind {
	case "PackageReference", "PackageVersion", "GlobalPackageReference", "DotNetCliToolReference", "ProjectReference":
	default:
		return
	}
	i := item{kind: kind, include: r.Attr("Include"), update: r.Attr("Update"), path: at, line: r.Line()}
	for _, field := range [...]string{"Version", "VersionOverride", "PrivateAssets", "IncludeAssets", "ExcludeAssets"} {
		i.metadata(field, r.Attr(field))
	}
	r.Children(func(field string) {
		if e.holds(r.Attr("Condition")) != no {
			i.metadata(field, r.Text())
		}
	})
	e.items = append(e.items, i)
}

func (i *item) metadata(name, value string) {
	if value == "" {
		return
	}
	switch strings.ToLower(name) {
	case "version":
		i.version = value
	case "versionoverride":
		i.override = value
	case "privateassets":
		i.private = strings.ToLower(value)
	case "includeassets":
		i.assets = strings.ToLower(value)
	case "excludeassets":
		i.except = strings.ToLower(value)
	}
}

func (i *item) expand(e *evaluation) {
	for _, field := range [...]*string{&i.include, &i.update, &i.version, &i.override} {
		*field = strings.TrimSpace(e.expand(*field, i.path))
	}
}

// expand puts properties in. Calls of functions, and properties that nothing here defines, stay as they are.
func (e *evaluation) expand(text, at string) string {
	if !strings.Contains(text, "$(") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$(")
		b.WriteString(before)
		name, after, closed := strings.Cut(rest, ")")
		if !found || !closed || b.Len() > valueLimit {
			if found {
				b.WriteString("$(" + rest)
			}
			return b.String()[:min(b.Len(), valueLimit)]
		}
		value, known := e.properties[strings.ToLower(strings.TrimSpace(name))]
		if strings.EqualFold(name, "MSBuildThisFileDirectory") {
			value, known = "/"+path.Dir(at)+"/", true
		}
		if !known {
			value = "$(" + name + ")"
		}
		b.WriteString(value)
		text = after
	}
}

// imported gives the file that an import leads to. Of the functions it knows those that look upwards, with which one
// Directory.Build.props takes in the next.
func (e *evaluation) imported(project, at string) (string, bool) {
	if strings.Contains(project, "OfFileAbove(") {
		for _, word := range strings.FieldsFunc(project, func(c rune) bool { return strings.ContainsRune("'\"(),\\/ ", c) }) {
			if strings.HasSuffix(word, ".props") || strings.HasSuffix(word, ".targets") {
				return e.above(path.Dir(path.Dir(at)), word)
			}
		}
		return "", false
	}
	project = strings.ReplaceAll(e.expand(project, at), `\`, "/")
	if rooted, ok := strings.CutPrefix(project, "/"); ok {
		return inside(".", rooted)
	}
	return inside(path.Dir(at), project)
}

// truth is what is known of a condition.
type truth int

const (
	no truth = iota
	maybe
	yes
)

// holds decides a condition as far as it can: comparisons of texts, and those joined by "and".
func (e *evaluation) holds(condition string) truth {
	if strings.TrimSpace(condition) == "" {
		return yes
	}
	lower := strings.ToLower(condition)
	if strings.Contains(lower, " or ") || strings.Contains(strings.ReplaceAll(lower, "$(", ""), "(") {
		return maybe
	}
	holds := yes
	for lower != "" {
		part := condition
		if i := strings.Index(lower, " and "); i >= 0 {
			part, condition, lower = condition[:i], condition[i+5:], lower[i+5:]
		} else {
			lower = ""
		}
		holds = min(holds, e.compare(part))
	}
	return holds
}

func (e *evaluation) compare(part string) truth {
	left, right, equal := strings.Cut(part, "==")
	if !equal {
		var unequal bool
		if left, right, unequal = strings.Cut(part, "!="); !unequal {
			return maybe
		}
	}
	a, known := e.operand(left)
	b, also := e.operand(right)
	if !known && b != "" || !also && a != "" {
		return maybe
	}
	if strings.EqualFold(a, b) == equal {
		return yes
	}
	return no
}

// operand is one side of a comparison; one that nothing here defines is empty, and said to be not known.
func (e *evaluation) operand(text string) (value string, known bool) {
	text = e.expand(strings.Trim(strings.TrimSpace(text), "'"), e.file.Path)
	if strings.Contains(text, "$(") {
		return "", false
	}
	return text, true
}
