package weights

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Repository reads repositories of the Hugging Face Hub, in the cache of its clients and elsewhere: weights as safetensors
// (https://github.com/huggingface/safetensors#format) or in the older files of the frameworks, config.json as transformers and diffusers write
// it, and the model card (https://huggingface.co/docs/hub/model-cards). One folder is one model, however many files its weights are in.
var Repository = catalogers.Cataloger{
	Name:  "huggingface-model",
	Doc:   "Models in safetensors and in repositories of the Hugging Face Hub: revision, architecture, parameters, licence, base models.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.HuggingFace, purl.Generic},
	Files: append(catalogers.Glob("*.safetensors", "**/models--*/snapshots/*/config.json"),
		catalogers.Named("pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack")...),
	Beside:     []string{"config.json", "README.md", ".cache/huggingface/download/config.json.metadata", "../config.json", "../README.md", "../../refs/*", "../../../refs/*"},
	Group:      modelOf,
	ParseGroup: parseRepository,
}

func modelOf(file string) (dir string, ok bool) {
	if s, ok := snapshotOf(file); ok {
		return s.dir, true
	}
	return path.Dir(file), path.Base(file) != "config.json"
}

func parseRepository(dir string, files []*catalogers.File, out *sbom.Facts) error {
	out.Own(".") // weights are no project of their folder
	top := slices.MinFunc(files, func(a, b *catalogers.File) int { return strings.Count(a.Path, "/") - strings.Count(b.Path, "/") })
	c := sbom.Component{Kind: sbom.Model}
	var config, card sbom.Component
	is := readConfig(dir, top, &config, out)
	readCard(dir, top, &card)
	s, cached := snapshotOf(top.Path)
	switch {
	case cached:
		c.PURL = s.purl
		s.refs(&c, top)
		for _, f := range files {
			s.holds(&c, f)
		}
	case is:
		identify(&c, dir, &config, revision(top))
	default:
		claimEach(files, &card, out)
		return nil
	}
	describe(&c, safetensors(files, &c, out), &config, &card)
	out.AddIn(sbom.Location{Path: top.Path}, dir, c)
	return nil
}

// identify names the model in a folder that is no cache. Its files do not tell the repository that they came from; its configuration names
// the one that it was loaded from before it was saved, which is this one if the folder is called so.
func identify(c *sbom.Component, dir string, config *sbom.Component, revision string) {
	if dir == "." {
		c.Name, c.Version = "model", revision
		return
	}
	c.PURL = purl.New(purl.Generic, "", clean(path.Base(dir)), revision)
	for _, p := range config.Properties {
		if owner, name, _ := strings.Cut(p.Value, "/"); p.Name == propertyLoaded && strings.EqualFold(name, path.Base(dir)) {
			c.PURL = purl.New(purl.HuggingFace, owner, name, revision)
			return
		}
	}
	c.Evidence = []sbom.Evidence{{Technique: sbom.FileName, Confidence: guessed}}
}

// claimEach claims the files of a folder without a configuration: each is a model of its own.
func claimEach(files []*catalogers.File, card *sbom.Component, out *sbom.Facts) {
	for _, f := range files {
		if path.Ext(f.Path) != ".safetensors" {
			continue
		}
		if blob, err := f.Blob(); err == nil {
			p, ok := pointed(blob)
			f.Close()
			if ok {
				p.claim(f, out)
				continue
			}
		}
		c := named(f)
		w := safetensors([]*catalogers.File{f}, &c, out)
		if w.files == 0 {
			continue
		}
		if title := clean(w.metadata["modelspec.title"]); title != "" {
			c.PURL, c.Evidence = purl.New(purl.Generic, "", title, ""), nil
		}
		describe(&c, w, card)
		out.AddIn(sbom.Location{Path: f.Path}, f.Path, c)
	}
}

// describe adds to a model what its weights and the files beside them say.
func describe(c *sbom.Component, w tensors, parts ...*sbom.Component) {
	m := w.metadata
	c.Author, c.Description = clean(m["modelspec.author"]), clean(m["modelspec.description"])
	license(c, m["modelspec.license"], "", "")
	property(c, "safetensors:architecture", m["modelspec.architecture"])
	property(c, "safetensors:format", m["format"])
	property(c, "safetensors:parameters", number(w.parameters))
	for _, kind := range w.kinds {
		property(c, "safetensors:type", kind)
	}
	for _, p := range parts {
		c.Licenses = append(c.Licenses, p.Licenses...)
		c.References = append(c.References, p.References...)
		c.Properties = append(c.Properties, p.Properties...)
	}
}

// propertyLoaded is the repository that a configuration says the model was loaded from.
const propertyLoaded = "sbomgen:huggingface:loaded-from"
