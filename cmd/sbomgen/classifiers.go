package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/binary"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// classifiersKey is the one key of the configuration file that is no flag: rules by which programs of one's own are known.
const classifiersKey = "classifiers"

// classifier is such a rule as the configuration file has it. docs/formats.md says what its keys mean.
type classifier struct {
	Name       string    `yaml:"name"`
	Files      []string  `yaml:"files"`
	ByName     bool      `yaml:"by-name"`
	Holds      string    `yaml:"holds"`
	Contents   []string  `yaml:"contents"`
	Series     string    `yaml:"series"`
	Paths      []string  `yaml:"paths"`
	PURL       string    `yaml:"purl"`
	CPEs       []string  `yaml:"cpes"`
	Kind       sbom.Kind `yaml:"kind"`
	Confidence uint8     `yaml:"confidence"`
}

// withClassifiers gives the list with the rules of the configuration file in the cataloger of programs.
func withClassifiers(list []*catalogers.Cataloger, file string) ([]*catalogers.Cataloger, error) {
	if file == "" {
		file = configName
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil // configure has said so, if it was named
	}
	if err != nil {
		return nil, err
	}
	var config struct {
		Classifiers []classifier `yaml:"classifiers"`
	}
	if err := decode.YAML(string(data), &config); err != nil {
		return nil, usage("docs/formats.md shows rules", "%s: %v", filepath.Base(file), err)
	}
	if len(config.Classifiers) == 0 {
		return list, nil
	}
	rules := make([]binary.Rule, len(config.Classifiers))
	for i, c := range config.Classifiers {
		rules[i] = binary.Rule(c)
	}
	own, err := binary.New(rules)
	if err != nil {
		return nil, usage("docs/formats.md shows rules", "%s: %v", filepath.Base(file), fmt.Errorf("classifiers: %w", err))
	}
	list = slices.Clone(list)
	for i, c := range list {
		if c.Name == own.Name {
			list[i] = &own
		}
	}
	return list, nil
}
