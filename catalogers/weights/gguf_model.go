package weights

import (
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// component is the model. A version is that of the model as its makers count it, never a revision of the Hub.
func (g *gguf) component(f *catalogers.File) sbom.Component {
	t := g.text
	name := clean(t["general.name"])
	if name == "" {
		name = clean(t["general.basename"])
	}
	c := sbom.Component{Kind: sbom.Model, Description: clean(t["general.description"]), Author: clean(t["general.author"]), Supplier: clean(t["general.organization"])}
	quantization := ""
	if kind, ok := g.count["general.file_type"]; ok {
		quantization = quantizations(kind)
	}
	version := clean(t["general.version"])
	if s, ok := snapshotOf(f.Path); ok {
		c.PURL = s.purl
		s.holds(&c, f)
	} else if p, ok := repository(t["general.repo_url"]); ok {
		c.PURL, c.Version = p, version
	} else if name == "" {
		c.PURL, c.Evidence = named(f).PURL, named(f).Evidence
	} else if c.PURL = purl.New(purl.Generic, "", name, version); quantization != "" {
		c.PURL = c.PURL.With("classifier", quantization)
	}
	license(&c, t["general.license"], t["general.license.name"], t["general.license.link"])
	c.Link(sbom.Website, t["general.url"])
	c.Link(sbom.VCS, t["general.repo_url"])
	property(&c, "gguf:architecture", t["general.architecture"])
	if kind := t["general.type"]; kind != "model" {
		property(&c, "gguf:type", kind)
	}
	property(&c, "gguf:quantization", quantization)
	property(&c, "gguf:parameters", number(g.parameters))
	property(&c, "gguf:size-label", t["general.size_label"])
	property(&c, "gguf:quantized-by", t["general.quantized_by"])
	property(&c, "gguf:uuid", t["general.uuid"])
	for n := range min(g.count["general.base_model.count"], 16) {
		base := fmt.Sprintf("general.base_model.%d.", n)
		if url, ok := sbom.CleanURL(t[base+"repo_url"]); ok {
			property(&c, "gguf:base-model", url)
		} else {
			property(&c, "gguf:base-model", strings.TrimPrefix(t[base+"organization"]+"/"+t[base+"name"], "/"))
		}
	}
	return c
}

// quantizations names a general.file_type: the numbers of llama.cpp's enum llama_ftype, of which the specification holds the first ones.
func quantizations(kind uint64) string {
	names := [...]string{"F32", "F16", "Q4_0", "Q4_1", "Q4_1_F16", "", "", "Q8_0", "Q5_0", "Q5_1", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M",
		"Q5_K_S", "Q5_K_M", "Q6_K", "IQ2_XXS", "IQ2_XS", "Q2_K_S", "IQ3_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ3_M", "IQ2_S", "IQ2_M",
		"IQ4_XS", "IQ1_M", "BF16", "", "", "", "TQ1_0", "TQ2_0", "MXFP4_MOE"}
	if kind < uint64(len(names)) && names[kind] != "" {
		return names[kind]
	}
	return fmt.Sprint(kind)
}
