package pypi

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Pyproject reads the project and what it asks for, in the tables of the standards (PEP 517, 621, 639, 735) and of poetry, pdm,
// uv, hatch and flit.
var Pyproject = catalogers.Cataloger{
	Name:   "pyproject",
	Doc:    "The project of a pyproject.toml and the Python packages that it asks for, with extras, groups and build requirements.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.PyPI},
	Files:  catalogers.Named("pyproject.toml"),
	Beside: []string{"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"},
	Parse:  parsePyproject,
}

type pyproject struct {
	Build   buildTable       `toml:"build-system"`
	Project projectTable     `toml:"project"`
	Groups  map[string][]any `toml:"dependency-groups"`
	Tool    toolTable        `toml:"tool"`
}

type buildTable struct {
	Requires []string `toml:"requires"`
}

type projectTable struct {
	Name         string              `toml:"name"`
	Version      string              `toml:"version"`
	Description  string              `toml:"description"`
	License      any                 `toml:"license"` // an expression, or a table with text or file
	Authors      []any               `toml:"authors"`
	Classifiers  []string            `toml:"classifiers"`
	URLs         map[string]string   `toml:"urls"`
	Dependencies []string            `toml:"dependencies"`
	Extras       map[string][]string `toml:"optional-dependencies"`
}

type toolTable struct {
	Poetry poetryTable `toml:"poetry"`
	PDM    pdmTable    `toml:"pdm"`
	UV     uvTable     `toml:"uv"`
	Hatch  hatchTable  `toml:"hatch"`
	Flit   flitTable   `toml:"flit"`
}

type pdmTable struct {
	Dev map[string][]string `toml:"dev-dependencies"`
}

type uvTable struct {
	Dev     []string       `toml:"dev-dependencies"`
	Sources map[string]any `toml:"sources"`
	Index   any            `toml:"index"`
}

type hatchTable struct {
	Envs map[string]map[string]any `toml:"envs"`
}

type flitTable struct {
	Metadata flitMetadata `toml:"metadata"`
}

type flitMetadata struct {
	Module   string              `toml:"module"`
	DistName string              `toml:"dist-name"`
	Author   string              `toml:"author"`
	Email    string              `toml:"author-email"`
	HomePage string              `toml:"home-page"`
	License  string              `toml:"license"`
	Requires []string            `toml:"requires"`
	Dev      []string            `toml:"dev-requires"`
	Extras   map[string][]string `toml:"requires-extra"`
}

type poetryTable struct {
	Name         string                 `toml:"name"`
	Version      string                 `toml:"version"`
	Description  string                 `toml:"description"`
	License      string                 `toml:"license"`
	Authors      []string               `toml:"authors"`
	Classifiers  []string               `toml:"classifiers"`
	Homepage     string                 `toml:"homepage"`
	Repository   string                 `toml:"repository"`
	URLs         map[string]string      `toml:"urls"`
	Source       any                    `toml:"source"`
	Dependencies map[string]any         `toml:"dependencies"`
	Dev          map[string]any         `toml:"dev-dependencies"` // until poetry 1.2
	Groups       map[string]poetryGroup `toml:"group"`
}

type poetryGroup struct {
	Dependencies map[string]any `toml:"dependencies"`
}

func parsePyproject(file *catalogers.File, out *sbom.Facts) error {
	text, err := file.Text()
	if err != nil {
		return err
	}
	var p pyproject
	broken := decode.TOML(text, &p)
	app := p.application()
	d := declaration{file: file, out: out, lines: linesOf(text), locked: chosen(file), self: normal(app.Name)}
	if app.Name != "" {
		out.Application(file.Dir(), app)
	}
	d.indexes = pipfileSources(p.Tool.Poetry.Source)
	for name, url := range pipfileSources(p.Tool.UV.Index) {
		d.indexes[name] = url
	}
	d.sources = make(map[string]any, len(p.Tool.UV.Sources))
	for name, source := range p.Tool.UV.Sources {
		d.sources[normal(name)] = source
	}
	d.enrich(&p)
	d.standard(&p)
	d.poetry(&p.Tool.Poetry)
	d.tools(&p)
	settle(out)
	return broken
}

// standard declares what the tables of the standards ask for.
func (d *declaration) standard(p *pyproject) {
	d.requirements(p.Project.Dependencies, place{"project", sbom.Runtime})
	for _, extra := range sortedKeys(p.Project.Extras) {
		d.requirements(p.Project.Extras[extra], place{"project.optional-dependencies", sbom.Optional})
	}
	for _, group := range sortedKeys(p.Groups) {
		for _, item := range p.Groups[group] { // the tables among them include groups that are read anyway
			if text, ok := item.(string); ok {
				d.requirement(text, place{"dependency-groups", groupScope(group)})
			}
		}
	}
	d.requirements(p.Build.Requires, place{"build-system", sbom.Build})
}

// enrich takes from poetry's table what since poetry 2 only says where a dependency of the standard table comes from,
// https://python-poetry.org/docs/dependency-specification/#projectdependencies-and-toolpoetrydependencies.
func (d *declaration) enrich(p *pyproject) {
	standard := make(map[string]bool, len(p.Project.Dependencies))
	for _, text := range p.Project.Dependencies {
		standard[normal(text[:nameEnd(text)])] = true
	}
	for name, value := range p.Tool.Poetry.Dependencies {
		if table, ok := value.(map[string]any); ok && table["version"] == nil && standard[normal(name)] {
			d.sources[normal(name)] = table
			delete(p.Tool.Poetry.Dependencies, name)
		}
	}
}

func (d *declaration) poetry(p *poetryTable) {
	d.tables(p.Dependencies, place{"tool.poetry.dependencies", sbom.Runtime})
	d.tables(p.Dev, place{"tool.poetry.dev-dependencies", sbom.Development})
	for _, group := range sortedKeys(p.Groups) {
		scope := groupScope(group)
		if group == "main" {
			scope = sbom.Runtime
		}
		d.tables(p.Groups[group].Dependencies, place{"tool.poetry.group." + group + ".dependencies", scope})
	}
}

func (d *declaration) tables(dependencies map[string]any, at place) {
	for _, name := range sortedKeys(dependencies) {
		d.table(name, dependencies[name], at)
	}
}

// tools declares what the tables of other tools ask for.
func (d *declaration) tools(p *pyproject) {
	for _, group := range sortedKeys(p.Tool.PDM.Dev) {
		for _, text := range p.Tool.PDM.Dev[group] {
			if editable, ok := strings.CutPrefix(text, "-e "); ok { // a path, with the name in the fragment
				text = editableRequirement(editable)
			}
			d.requirement(text, place{"tool.pdm.dev-dependencies", groupScope(group)})
		}
	}
	d.requirements(p.Tool.UV.Dev, place{"tool.uv", sbom.Development})
	for _, env := range sortedKeys(p.Tool.Hatch.Envs) {
		for _, key := range [...]string{"dependencies", "extra-dependencies"} {
			list, _ := p.Tool.Hatch.Envs[env][key].([]any)
			for _, item := range list {
				if text, ok := item.(string); ok {
					d.requirement(text, place{"tool.hatch.envs." + env, groupScope(env)})
				}
			}
		}
	}
	flit := &p.Tool.Flit.Metadata
	d.requirements(flit.Requires, place{"tool.flit.metadata", sbom.Runtime})
	d.requirements(flit.Dev, place{"tool.flit.metadata", sbom.Development})
	for _, extra := range sortedKeys(flit.Extras) {
		d.requirements(flit.Extras[extra], place{"tool.flit.metadata.requires-extra", sbom.Optional})
	}
}

// editableRequirement writes "file:///${PROJECT_ROOT}/lib#egg=lib" as the requirement "lib @ file:///${PROJECT_ROOT}/lib".
func editableRequirement(text string) string {
	text = strings.TrimSpace(text)
	address, fragment, _ := strings.Cut(text, "#")
	for pair := range strings.SplitSeq(fragment, "&") {
		if egg, ok := strings.CutPrefix(pair, "egg="); ok {
			egg, _, _ = strings.Cut(unescaped(egg), "[")
			return egg + " @ " + address
		}
	}
	return text
}
