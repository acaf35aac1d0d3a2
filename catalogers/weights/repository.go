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

// propertyLoaded is the repository that a configuration says the model was loaded from.
const propertyLoaded = "sbomgen:huggingface:loaded-from"
