package conda

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
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
		r := decode.NewJSON(text)
		a, asked, c := artifact{}, "", sbom.Component{}
		name, version, address, channel := "", "", "", ""
		var depends []string
		ok := r.Object(func(key string) {
			switch key {
			case "name":
				name = r.Text()
			case "version":
				version = r.Text()
			case "build":
				a.build = r.Text()
			case "subdir":
				a.subdir = r.Text()
			case "channel":
				channel = r.Text()
			case "fn":
				a.extension = extension(r.Text())
			case "url":
				address = r.Text()
			case "md5":
				a.md5 = r.Text()
			case "sha256":
				a.sha256 = r.Text()
			case "license":
				if l := r.Text(); l != "" {
					c.Licenses = []sbom.License{{Text: l}}
				}
			case "depends":
				depends = r.Texts()
			case "requested_spec", "requested_specs": // set where a user asked for it; conda 24.9 began the list
				asked = cmp.Or(asked, strings.Join(r.Texts(), ", "))
			}
		})
		if err := r.Finish(); err != nil {
			out.GapAt(f.Path, "%v", err)
		}
		if !ok && r.Err() == nil || name == "" || version == "" {
			if r.Err() == nil && (len(depends) > 0 || a.build != "") {
				out.GapAt(f.Path, "name or version is missing")
			}
			continue
		}
		from := locate(address)
		a.url, a.name = from.url, name
		a.extension, a.subdir = cmp.Or(from.extension, a.extension), cmp.Or(a.subdir, from.subdir)
		if a.channel, a.registry = from.channel, from.registry; a.channel == "" {
			a.place(channel)
		}
		c.PURL = a.purl(name, version, true)
		distribute(&c, []artifact{a}, func(format string, args ...any) { out.GapAt(f.Path, format, args...) })
		key := strings.ToLower(name)
		out.AddIn(sbom.Location{Path: f.Path}, key, c)
		for _, d := range depends {
			if to, _, constraint, _ := match(d); to != "" && to != key && !virtual(to) {
				out.Relate(sbom.Relation{From: key, To: to, Range: constraint})
			}
		}
		if asked != "" && asked != "None" {
			_, _, constraint, _ := match(asked)
			out.Relate(sbom.Relation{From: env, To: key, Range: constraint})
		}
	}
	return nil
}
