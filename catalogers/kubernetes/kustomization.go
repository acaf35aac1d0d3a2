package kubernetes

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Kustomization reads kustomization.yaml, https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/: the images that it puts into
// manifests, the repositories that it takes resources from, and the charts that it inflates.
var Kustomization = catalogers.Cataloger{
	Name:  "kustomization",
	Doc:   "Images, remote resources and Helm charts that a kustomization.yaml names.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Docker, purl.GitHub, purl.Bitbucket, purl.Generic},
	Files: catalogers.Named("kustomization.yaml", "kustomization.yml", "Kustomization"),
	Parse: parseKustomization,
}

func parseKustomization(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	docs, err := decode.Nodes(text)
	if len(docs) == 0 {
		return err
	}
	doc := docs[0]
	for i := range doc.Get("images").Items() {
		name := i.Get("newName").Text()
		if name == "" {
			name = i.Get("name").Text()
		}
		if tag := i.Get("newTag").Text(); tag != "" {
			name += ":" + tag
		}
		if digest := i.Get("digest").Text(); digest != "" {
			name += "@" + digest
		}
		if _, ok := image.Claim(out, name, sbom.Relation{Line: i.Line()}); !ok && !image.Variable(name) {
			out.Gap(i.Line(), "%.80q names no image", name)
		}
	}
	ask := func(at decode.Node, c sbom.Component) {
		key := c.PURL.String()
		if !out.Has(key) {
			out.AddAt(at.Line(), key, c)
		}
		out.Relate(sbom.Relation{From: out.Owner(), To: key, Line: at.Line()})
	}
	for _, list := range [...]string{"resources", "bases", "components"} {
		for r := range doc.Get(list).Items() {
			if c, ok := remote(r.Text()); ok {
				ask(r, c)
			}
		}
	}
	for h := range doc.Get("helmCharts").Items() {
		c := sbom.Component{PURL: purl.New(purl.Generic, "", h.Get("name").Text(), h.Get("version").Text())}
		if clean, ok := sbom.CleanURL(h.Get("repo").Text()); ok {
			c.PURL = c.PURL.With("repository_url", clean)
		}
		if !c.PURL.IsZero() {
			ask(h, c)
		}
	}
	if err == nil {
		err = doc.Err()
	}
	return err
}

// remote reads the address of a resource: a file of the web, or a folder of a repository behind "//" with its ref in the query,
// https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md. The host may stand without a scheme.
func remote(address string) (sbom.Component, bool) {
	address = strings.TrimPrefix(address, "git::")
	place, query, _ := strings.Cut(address, "?")
	scheme, rest, ok := strings.Cut(place, "://")
	if !ok {
		if scheme, rest = "https", place; !strings.HasPrefix(place, "github.com/") && !strings.HasPrefix(place, "bitbucket.org/") && !strings.HasPrefix(place, "gitlab.com/") && !strings.HasPrefix(place, "git@") {
			return sbom.Component{}, false // a path of the tree
		}
	}
	ref := ""
	for pair := range strings.SplitSeq(query, "&") {
		if value, ok := strings.CutPrefix(pair, "ref="); ok {
			ref = value
		} else if value, ok := strings.CutPrefix(pair, "version="); ok {
			ref = value
		}
	}
	home, folder, _ := strings.Cut(rest, "//")
	if parts := strings.Split(home, "/"); folder == "" && len(parts) > 3 && parts[0] == "github.com" {
		home, folder = strings.Join(parts[:3], "/"), strings.Join(parts[3:], "/")
	}
	if strings.HasSuffix(rest, ".yaml") || strings.HasSuffix(rest, ".yml") {
		clean, ok := sbom.CleanURL(address)
		return sbom.Component{Kind: sbom.FileKind, PURL: purl.New(purl.Generic, "", rest[strings.LastIndexByte(rest, '/')+1:], "").With("download_url", clean),
			References: []sbom.Reference{{Type: sbom.Distribution, URL: clean}}}, ok
	}
	if strings.HasPrefix(home, "git@") {
		return repository.Component(home, ref, folder)
	}
	return repository.Component(scheme+"://"+home, ref, folder)
}
