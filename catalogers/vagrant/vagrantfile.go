// Package vagrant reads the machines of Vagrant.
package vagrant

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Vagrantfile reads the boxes that machines are made from, where the Vagrantfile writes them out,
// https://developer.hashicorp.com/vagrant/docs/vagrantfile/machine_settings. It is a program; its lines are read, not run.
var Vagrantfile = catalogers.Cataloger{
	Name:  "vagrantfile",
	Doc:   "Boxes that the machines of a Vagrantfile are made from, with versions and addresses.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("Vagrantfile"),
	Parse: parseVagrantfile,
}

func parseVagrantfile(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	var boxes []*box
	current := make(map[string]*box) // by the variable of the machine: another one may bear the same name in its block
	n := 0
	for line := range strings.Lines(text) {
		n++
		left, right, ok := strings.Cut(strings.TrimSpace(line), "=")
		left = strings.TrimSpace(left)
		machine, setting, found := strings.Cut(left, ".vm.box")
		if !ok || !found || strings.HasPrefix(left, "#") || strings.ContainsAny(left, " (") {
			continue
		}
		b, value := current[machine], literal(right)
		if b == nil || setting == "" && b.name != "" {
			b = new(box)
			boxes, current[machine] = append(boxes, b), b
		}
		switch setting {
		case "":
			if b.name, b.line = value, n; value == "" && quoted(right) {
				out.Gap(n, "a box without a name")
			}
		case "_version":
			b.version = value
		case "_url":
			b.address = value
		case "_download_checksum":
			b.checksum = value
		case "_download_checksum_type":
			b.kind = strings.TrimPrefix(value, ":")
		}
	}
	for _, b := range boxes {
		if b.name != "" {
			b.claim(out)
		}
	}
	return nil
}
