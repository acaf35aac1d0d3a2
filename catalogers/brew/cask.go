package brew

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// cask is the definition of a cask, https://docs.brew.sh/Cask-Cookbook, as the API gives it or in the language of casks.
type cask struct {
	tap, title, desc, homepage, url, sha256 string
	needs                                   []string
	apps                                    []string // that it has put into the folder of applications
}

// parseCasks reads the definitions Caskroom/<cask>/.metadata/<version>/<time>/Casks/<cask>.json or .rb, of which the latest counts. They describe the casks that
// receipts tell of, and are all that is known of the others.
func parseCasks(prefix string, files []*catalogers.File, env string, out *sbom.Facts) (wants []sbom.Relation) {
	last := make(map[string]*catalogers.File)
	var order []string
	for _, f := range files {
		parts := strings.Split(f.Path, "/")
		key := parts[len(parts)-6] + " " + parts[len(parts)-4]
		if last[key] == nil {
			order = append(order, key)
		}
		last[key] = f // they are sorted by time
	}
	for _, key := range order {
		f := last[key]
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		k := readRuby(text)
		if path.Ext(f.Path) == ".json" {
			if k, err = readCask(text); err != nil {
				out.GapAt(f.Path, "%v", err)
				out.BreakOff()
			}
		}
		name, version, _ := strings.Cut(key, " ")
		in := path.Join(prefix, "Caskroom", name, version)
		if c := out.Component(key); c != nil {
			hold(key, f, in, k.apps, out)
			k.describe(c, version)
			continue
		}
		c := component(k.tap, name, version)
		k.describe(&c, version)
		out.AddIn(sbom.Location{Path: f.Path}, key, c, name)
		hold(key, f, in, k.apps, out)
		out.Relate(sbom.Relation{From: env, To: key})
		for _, to := range k.needs {
			wants = append(wants, sbom.Relation{From: key, To: to[strings.LastIndexByte(to, '/')+1:], MayMiss: true})
		}
	}
	return wants
}

// hold claims that a cask contains what it brought along: what lies in its folder, and the applications to which links from there lead
// (https://github.com/Homebrew/brew/blob/4.4.0/Library/Homebrew/cask/artifact/moved.rb).
func hold(key string, f *catalogers.File, folder string, apps []string, out *sbom.Facts) {
	out.Installs(key, sbom.InstalledFile{Path: folder + "/", Holds: true})
	for _, app := range apps {
		from := path.Join(folder, path.Base(app))
		if to, err := f.Resolve(from); err == nil && to != from && path.Ext(to) == ".app" {
			out.Installs(key, sbom.InstalledFile{Path: to + "/Contents/Info.plist", Holds: true})
		}
	}
}

// readApps reads the applications among a cask's artifacts, [{"app": ["A.app", {"target": "B.app"}]}].
func readApps(r *decode.JSONReader) (apps []string) {
	r.Array(func() {
		r.Object(func(kind string) {
			if kind == "app" {
				r.Array(func() {
					if r.Kind() == decode.String {
						apps = append(apps, r.Text())
					}
				})
			}
		})
	})
	return apps
}

func (k *cask) describe(c *sbom.Component, version string) {
	if k.title != "" {
		c.Name = k.title
	}
	if k.desc != "" {
		c.Description = k.desc
	}
	if clean, ok := sbom.CleanURL(k.homepage); ok {
		c.References = append(c.References, sbom.Reference{Type: sbom.Website, URL: clean})
	}
	raw := strings.ReplaceAll(k.url, "#{version}", version)
	if clean, ok := sbom.CleanURL(raw); ok && !strings.Contains(raw, "#{") {
		r := sbom.Reference{Type: sbom.Distribution, URL: clean}
		if h, ok := sbom.NewHash(sbom.SHA256, k.sha256); ok { // otherwise "no_check", or one per architecture
			r.Hashes = []sbom.Hash{h}
		}
		c.References = append(c.References, r)
	}
}

func readCask(text string) (k cask, err error) {
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "tap":
			k.tap = strings.ToLower(r.Text())
		case "name":
			if names := r.Texts(); len(names) > 0 {
				k.title = names[0]
			}
		case "desc":
			k.desc = r.Text()
		case "homepage":
			k.homepage = r.Text()
		case "url":
			k.url = r.Text()
		case "sha256":
			k.sha256 = r.Text()
		case "artifacts":
			k.apps = readApps(r)
		case "depends_on":
			r.Object(func(kind string) {
				if kind == "cask" || kind == "formula" {
					k.needs = append(k.needs, r.Texts()...)
				}
			})
		}
	})
	return k, r.Finish()
}

// readRuby reads the lines of a definition that say one thing each. What stands in blocks, for one system or language, is left out.
func readRuby(text string) (k cask) {
	depth := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasSuffix(line, " do"), strings.HasSuffix(line, "|") && strings.Contains(line, " do |"),
			strings.HasPrefix(line, "if "), strings.HasPrefix(line, "unless "), strings.HasPrefix(line, "case "):
			depth++
		case line == "end":
			depth--
		}
		word, value, _ := strings.Cut(line, " ")
		value = strings.TrimSpace(value)
		if kind, rest, ok := strings.Cut(value, ":"); word == "depends_on" && ok && (kind == "cask" || kind == "formula") {
			value = strings.TrimSpace(rest)
		}
		value, quoted := strings.CutPrefix(value, `"`)
		value, _, closed := strings.Cut(value, `"`)
		if depth != 1 || !quoted || !closed {
			continue
		}
		switch word {
		case "name":
			if k.title == "" {
				k.title = value
			}
		case "desc":
			k.desc = value
		case "homepage":
			k.homepage = value
		case "url":
			k.url = value
		case "sha256":
			k.sha256 = value
		case "depends_on":
			k.needs = append(k.needs, value)
		case "app":
			k.apps = append(k.apps, value)
		}
	}
	return k
}
