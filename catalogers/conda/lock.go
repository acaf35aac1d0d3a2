package conda

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads the lockfile of conda-lock, version 1: every package once per platform and category,
// https://github.com/conda/conda-lock/blob/main/conda_lock/lockfile/v1/models.py. Edges hold within a platform.
var Lock = catalogers.Cataloger{
	Name:  "conda-lock",
	Doc:   "Packages of conda and pip pinned in conda-lock.yml for all platforms, with edges, categories, channels and digests.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Conda, purl.PyPI},
	Files: append(catalogers.Named("conda-lock.yml", "conda-lock.yaml"), catalogers.Glob("*.conda-lock.yml")...),
	Parse: parseLock,
}

type lockEntry struct {
	name, version, manager, platform string
	category, url                    string
	artifact                         artifact
	depends                          [][2]string // name, range
	line                             int
	key                              string
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	r := decode.NewBlock(text)
	var list []lockEntry
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if v := r.Text(); v != "1" {
				out.Gap(line, "version %.20q is unknown; read as version 1", v)
			}
		case "package":
			r.Array(func() { list = append(list, readLockEntry(r)) })
		}
	})
	b := newBundle(out)
	for i := range list {
		e := &list[i]
		if e.name == "" || e.version == "" {
			if r.Err() == nil || i+1 < len(list) {
				out.Gap(e.line, "package %d has no name or no version", i+1)
			}
			continue
		}
		c := sbom.Component{PURL: e.artifact.purl(e.name, e.version, false), Scope: lockScope(e.category)}
		if e.manager == "pip" {
			c = wheelAt(e.name, e.version, e.url, &e.artifact)
			c.Scope, e.name = lockScope(e.category), c.PURL.Name
		}
		e.key = b.add(e.line, c, e.artifact)
		b.choose(e.platform+" "+e.manager+" "+e.name, e.key)
	}
	b.flush()
	for i := range list {
		e := &list[i]
		for _, d := range e.depends {
			to, pip := d[0], e.manager == "pip"
			if pip {
				to = purl.New(purl.PyPI, "", to, "").Name
			}
			key, ok := b.chosen[e.platform+" "+e.manager+" "+to]
			if !ok && pip { // what conda provides is not installed by pip
				key, ok = b.chosen[e.platform+" conda "+to]
			}
			if ok && e.key != "" && key != e.key {
				b.relate(sbom.Relation{From: e.key, To: key, Range: d[1], Line: e.line})
			} else if !ok && !pip && !virtual(to) && e.key != "" {
				b.relate(sbom.Relation{From: e.key, To: e.platform + " " + to, Range: d[1], Line: e.line})
			}
		}
	}
	out.Edges(sbom.Complete)
	return r.Finish()
}

func readLockEntry(r *decode.Block) lockEntry {
	e := lockEntry{line: r.Line()}
	md5, sha := "", ""
	r.Object(func(key string) {
		switch key {
		case "name":
			e.name = r.Text()
		case "version":
			e.version = r.Text()
		case "manager":
			e.manager = r.Text()
		case "platform":
			e.platform = r.Text()
		case "category":
			e.category = r.Text()
		case "url":
			e.url = r.Text()
		case "hash":
			r.Object(func(key string) {
				switch key {
				case "md5":
					md5 = r.Text()
				case "sha256":
					sha = r.Text()
				}
			})
		case "dependencies":
			r.Object(func(name string) { e.depends = append(e.depends, [2]string{name, r.Text()}) })
		}
	})
	if e.manager != "pip" {
		e.artifact = locate(e.url)
	}
	e.artifact.name, e.artifact.md5, e.artifact.sha256 = e.name, md5, sha
	return e
}

// lockScope is what a category is for. Others than these two are extras of the project's own.
func lockScope(category string) sbom.Scope {
	switch category {
	case "main", "":
		return sbom.Runtime
	case "dev":
		return sbom.Development
	}
	return sbom.Optional
}
