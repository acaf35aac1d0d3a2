package weights

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// readCard reads the metadata at the top of a model card. Cards are written by people: what is wrong in one is theirs to mend.
func readCard(dir string, f *catalogers.File, c *sbom.Component) {
	file, err := f.At(path.Join(dir, "README.md"))
	if err != nil {
		return
	}
	text, err := file.Text()
	if err != nil {
		return
	}
	text, is := strings.CutPrefix(strings.ReplaceAll(text[:min(len(text), 64<<10)], "\r\n", "\n"), "---\n")
	text, _, closed := strings.Cut(text, "\n---")
	if !is || !closed {
		return
	}
	var card struct {
		License string `yaml:"license"`
		Name    string `yaml:"license_name"`
		Link    string `yaml:"license_link"`
		Task    string `yaml:"pipeline_tag"`
		Library string `yaml:"library_name"`
		Base    any    `yaml:"base_model"`
		Data    any    `yaml:"datasets"`
	}
	if decode.YAML(text, &card) != nil {
		return
	}
	license(c, card.License, card.Name, card.Link)
	property(c, "huggingface:task", card.Task)
	property(c, "huggingface:library", card.Library)
	for _, base := range texts(card.Base) {
		property(c, "huggingface:base-model", base)
	}
	for _, data := range texts(card.Data) {
		property(c, "huggingface:dataset", data)
	}
}

// texts gives a text or a list of them.
func texts(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	list, _ := v.([]any)
	var all []string
	for _, e := range list[:min(len(list), 100)] {
		if s, ok := e.(string); ok {
			all = append(all, s)
		}
	}
	return all
}
