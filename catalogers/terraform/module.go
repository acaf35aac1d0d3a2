package terraform

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Module reads what configurations ask for: modules, https://developer.hashicorp.com/terraform/language/modules/sources, and providers,
// https://developer.hashicorp.com/terraform/language/providers/requirements. Modules that were downloaded are read from their list instead.
var Module = catalogers.Cataloger{
	Name:  "terraform-module",
	Doc:   "Modules and providers that *.tf and *.tofu files ask for, from registries, repositories and archives.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Generic, purl.GitHub, purl.Bitbucket},
	Files: catalogers.Glob("*.tf", "*.tofu"),
	Parse: parseModule,
}

func parseModule(f *catalogers.File, out *sbom.Facts) error {
	if strings.Contains("/"+f.Path, "/.terraform/") {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(text, "module") && !strings.Contains(text, "required_providers") {
		return nil
	}
	b, ended := parse(text)
	for i := range b.blocks {
		switch at := &b.blocks[i]; at.kind {
		case "module":
			declareModule(at, f.Dir(), out)
		case "terraform":
			for j := range at.body.blocks {
				if inner := &at.body.blocks[j]; inner.kind == "required_providers" {
					declareProviders(&inner.body, out)
				}
			}
		}
	}
	if !ended {
		return errors.New("breaks off")
	}
	return nil
}

func declareProviders(b *body, out *sbom.Facts) {
	for _, local := range b.order {
		v := b.attributes[local]
		address, constraint := local, ""
		switch {
		case v.object != nil:
			constraint = v.object.text("version")
			if source := v.object.text("source"); source != "" {
				address = source
			}
		case len(v.texts) == 1: // before Terraform 0.13
			constraint = v.texts[0]
		}
		if c, ok := provider(strings.ToLower(address), pinned(constraint)); ok {
			ask(c, constraint, v.line, out)
		}
	}
}

func declareModule(b *block, dir string, out *sbom.Facts) {
	source, constraint := b.body.text("source"), b.body.text("version")
	if folder, local := localSource(dir, source); local {
		if folder != "" {
			out.Relate(sbom.Relation{From: out.Owner(), To: out.Application(folder, sbom.Component{}), Line: b.line})
		}
		return
	}
	if source == "" && len(b.body.attributes) == 0 || strings.Contains(source, "${") {
		return
	}
	c, ok := module(source, pinned(constraint))
	if !ok {
		out.Gap(b.line, "the source of the module %.80q cannot be read", strings.Join(b.labels, " "))
		return
	}
	ask(c, constraint, b.line, out)
}

func ask(c sbom.Component, constraint string, line int, out *sbom.Facts) {
	key := c.PURL.String()
	if !out.Has(key) {
		out.AddAt(line, key, c)
	}
	out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: constraint, Line: line})
}

// localSource is the folder of the tree that a source names, "" if it lies outside.
func localSource(dir, source string) (folder string, local bool) {
	if !strings.HasPrefix(source, "./") && !strings.HasPrefix(source, "../") && source != "." && source != ".." {
		return "", path.IsAbs(source) || len(source) > 2 && source[1] == ':' && (source[2] == '\\' || source[2] == '/')
	}
	if folder = path.Join(dir, source); folder == ".." || strings.HasPrefix(folder, "../") {
		return "", true
	}
	return folder, true
}

// module is what a source names: in a registry "[host/]namespace/name/system", otherwise an address that go-getter reads: a repository with
// "?ref=" and a folder behind "//", or an archive.
func module(source, version string) (sbom.Component, bool) {
	forced, address, isForced := strings.Cut(source, "::")
	if !isForced {
		forced, address = "", source
	}
	place, query, _ := strings.Cut(address, "?")
	scheme, rest, hasScheme := strings.Cut(place, "://")
	if !hasScheme {
		scheme, rest = "", place
	}
	home, folder, _ := strings.Cut(rest, "//")
	host, _, _ := strings.Cut(home, "/")
	ref := ""
	for pair := range strings.SplitSeq(query, "&") {
		if value, ok := strings.CutPrefix(pair, "ref="); ok {
			ref = value
		}
	}
	switch {
	case forced == "s3", forced == "gcs", forced == "hg":
	case scheme == "" && (host == "github.com" || host == "bitbucket.org"):
		if parts := strings.Split(home, "/"); len(parts) > 3 {
			home = strings.Join(parts[:3], "/")
		}
		return repository.Component("https://"+home, ref, folder)
	case scheme == "" && strings.Contains(home, "@"), forced == "git" && scheme == "": // git@host:owner/repository
		return repository.Component(home, ref, folder)
	case forced == "git", scheme == "git", scheme == "ssh", strings.HasSuffix(home, ".git"):
		return repository.Component(scheme+"://"+home, ref, folder)
	case scheme == "":
		return registered(home, folder, version)
	}
	clean, ok := sbom.CleanURL(address)
	if !ok || !strings.Contains(clean, "://") {
		return sbom.Component{}, false
	}
	name := path.Base(home)
	for _, archive := range [...]string{".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"} {
		name = strings.TrimSuffix(name, archive)
	}
	c := sbom.Component{PURL: purl.New(purl.Generic, "", name, "").With("download_url", clean), References: []sbom.Reference{{Type: sbom.Distribution, URL: clean}}}
	return c, !c.PURL.IsZero()
}
