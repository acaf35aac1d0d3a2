package conda

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Meta reads the records that conda, mamba and pixi keep of the packages in an environment, one file each:
// https://docs.conda.io/projects/conda/en/stable/dev-guide/deep-dives/install.html and PrefixRecord in conda's
// conda/models/records.py. The records of one environment are read together.
var Meta = catalogers.Cataloger{
	Name:       "conda-meta",
	Doc:        "Packages installed in conda environments, with edges, channels, builds, digests, licences and what was asked for.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.Conda},
	Files:      catalogers.Glob("**/conda-meta/*.json"),
	Group:      environmentOf,
	ParseGroup: parseMeta,
}

func environmentOf(file string) (dir string, ok bool) { return path.Dir(path.Dir(file)), true }

func parseMeta(dir string, files []*catalogers.File, out *sbom.Facts) error {
	env := out.Own(dir)
	out.Edges(sbom.Complete)
	for _, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		var p record
		object, err := p.read(text)
		if err != nil {
			out.GapAt(f.Path, "%v", err)
		}
		if !object && err == nil || p.name == "" || p.version == "" {
			if err == nil && (len(p.depends) > 0 || p.build != "") {
				out.GapAt(f.Path, "name or version is missing")
			}
			continue
		}
		a, c, name := p.artifact, sbom.Component{Licenses: licensed(p.license)}, p.name
		from := locate(p.address)
		a.url, a.name = from.url, name
		a.extension, a.subdir = cmp.Or(from.extension, a.extension), cmp.Or(a.subdir, from.subdir)
		if a.channel, a.registry = from.channel, from.registry; a.channel == "" {
			a.place(p.origin)
		}
		c.PURL = a.purl(name, p.version, true)
		distribute(&c, []artifact{a}, func(format string, args ...any) { out.GapAt(f.Path, format, args...) })
		key := strings.ToLower(name)
		out.AddIn(sbom.Location{Path: f.Path}, key, c)
		for _, d := range p.depends {
			if to, _, constraint, _ := match(d); to != "" && to != key && !virtual(to) {
				out.Relate(sbom.Relation{From: key, To: to, Range: constraint})
			}
		}
		if p.asked != "" && p.asked != "None" {
			_, _, constraint, _ := match(p.asked)
			out.Relate(sbom.Relation{From: env, To: key, Range: constraint})
		}
	}
	return nil
}
