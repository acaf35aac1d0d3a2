// Package flatpak reads installations of Flatpak.
package flatpak

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Installation reads the applications, runtimes and extensions of an installation: KIND/ID/ARCH/BRANCH/COMMIT/metadata
// (https://docs.flatpak.org/en/latest/flatpak-command-reference.html#flatpak-metadata). Versions are those of the newest release in their metainfo; what has
// none is known by its branch. flatpak-builder leaves manifest.json, which tells of what sources an application was built.
var Installation = catalogers.Cataloger{
	Name:  "flatpak",
	Doc:   "Flatpak's applications, runtimes and extensions, with the runtimes that they need, versions, remotes and the modules they were built of.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic, purl.GitHub, purl.Bitbucket},
	Files: catalogers.Glob("**/flatpak/app/*/*/*/*/metadata", "**/flatpak/runtime/*/*/*/*/metadata"),
	Beside: []string{"deploy", "../../../../../repo/config", "files/manifest.json", "files/share/metainfo/*.metainfo.xml", "files/share/metainfo/*.appdata.xml",
		"files/share/appdata/*.appdata.xml"},
	Group:      func(file string) (string, bool) { return path.Join(path.Dir(file), "../../../../.."), true },
	ParseGroup: parseInstallation,
}

func parseInstallation(dir string, files []*catalogers.File, out *sbom.Facts) error {
	env := out.Own(dir)
	out.Edges(sbom.Complete)
	remotes := readRemotes(files[0])
	needed, present := make(map[string]bool), make(map[string]bool)
	for _, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		parts := strings.Split(f.Path, "/")
		parts = parts[len(parts)-6 : len(parts)-1]
		b := bundle{file: f, kind: parts[0], id: parts[1], arch: parts[2], branch: parts[3], commit: parts[4], metadata: readKeys(text)}
		if b.metadata["Application name"] == "" && b.metadata["Runtime name"] == "" {
			out.GapAt(f.Path, "names neither an application nor a runtime")
			out.BreakOff()
			continue
		}
		key, c := b.ref()+" "+b.commit, b.component(remotes)
		to, err := f.Resolve(path.Join(f.Dir(), "../active"))
		active := err != nil || to == f.Dir()
		if !active {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:flatpak:active", Value: "false"})
		}
		out.AddIn(sbom.Location{Path: f.Path}, key, c)
		out.Installs(key, sbom.InstalledFile{Path: f.Dir() + "/files/", Holds: true})
		if active {
			out.Alias(key, b.ref())
			present[b.ref()] = true
		}
		if runtime := b.metadata["Application runtime"]; runtime != "" {
			needed["runtime/"+runtime] = true
		}
		b.relate(env, key, out)
		b.built(key, out)
	}
	for ref := range needed {
		if !present[ref] {
			out.BreakOff() // it may be in another installation
		}
	}
	return nil
}

// bundle is one deployed commit of an application, runtime or extension.
type bundle struct {
	file                           *catalogers.File
	kind, id, arch, branch, commit string
	metadata                       map[string]string // by "group key"
}

func (b *bundle) ref() string { return b.kind + "/" + b.id + "/" + b.arch + "/" + b.branch }

// component describes a bundle; Flatpak has no type of purls.
func (b *bundle) component(remotes map[string]string) sbom.Component {
	c := sbom.Component{Kind: sbom.Application}
	version := b.describe(&c)
	switch {
	case b.metadata["ExtensionOf ref"] != "":
		c.Kind = sbom.Library
	case b.kind == "runtime":
		c.Kind = sbom.Platform
	}
	if version == "" && b.kind == "runtime" {
		version = b.branch
	}
	c.PURL = purl.New(purl.Generic, "", b.id, version).With("arch", b.arch).With("channel", b.branch)
	if origin := b.origin(); origin != "" {
		if url := remotes[origin]; url != "" {
			c.PURL = c.PURL.With("repository_url", url)
		}
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:flatpak:remote", Value: origin})
	}
	c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:flatpak:commit", Value: b.commit}, sbom.Property{Name: "sbomgen:flatpak:ref", Value: b.ref()})
	return c
}

// origin is the remote that the bundle came from: the first text of the file deploy, which is in GLib's binary format
// (https://github.com/flatpak/flatpak/blob/1.15.8/common/flatpak-dir.c, FLATPAK_DEPLOY_DATA_GVARIANT_STRING).
func (b *bundle) origin() string {
	deploy, err := b.file.Beside("deploy")
	if err != nil {
		return ""
	}
	defer deploy.Close()
	blob, err := deploy.Blob()
	if err != nil {
		return ""
	}
	head := make([]byte, 256)
	n, _ := blob.ReadAt(head, 0)
	name, _, ok := strings.Cut(string(head[:n]), "\x00")
	if !ok || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return name
}

// relate claims what a bundle needs. Applications are what users install; extensions are optional to what they extend.
func (b *bundle) relate(env, key string, out *sbom.Facts) {
	if b.kind == "app" {
		out.DependsOn(env, key)
	}
	if runtime := b.metadata["Application runtime"]; runtime != "" {
		out.Relate(sbom.Relation{From: key, To: "runtime/" + runtime, MayMiss: true})
	}
	if extended := b.metadata["ExtensionOf ref"]; extended != "" {
		out.Relate(sbom.Relation{From: extended, To: key, Scope: sbom.Optional})
	}
}

// readRemotes reads the addresses of the remotes, which Flatpak keeps in the configuration of its repository.
func readRemotes(f *catalogers.File) map[string]string {
	remotes := make(map[string]string)
	config, err := f.Beside("../../../../../repo/config")
	if err != nil {
		return remotes
	}
	text, err := config.Text()
	if err != nil {
		return remotes
	}
	for key, value := range readKeys(text) {
		name, ok := strings.CutPrefix(key, `remote "`)
		if name, isURL := strings.CutSuffix(name, `" url`); ok && isURL {
			if url, ok := sbom.CleanURL(strings.TrimPrefix(value, "oci+")); ok && strings.Contains(url, "://") {
				remotes[name] = url
			}
		}
	}
	return remotes
}

// readKeys reads a file of keys in groups, https://docs.gtk.org/glib/struct.KeyFile.html, by "group key".
func readKeys(text string) map[string]string {
	keys := make(map[string]string)
	group := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			group = strings.TrimSuffix(name, "]")
		} else if name, value, ok := strings.Cut(line, "="); ok && line[0] != '#' {
			keys[group+" "+strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return keys
}
