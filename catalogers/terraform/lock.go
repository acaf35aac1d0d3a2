package terraform

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Lock reads .terraform.lock.hcl, https://developer.hashicorp.com/terraform/language/files/dependency-lock. A digest "zh:" is the
// SHA-256 of a provider's zip for one of the platforms, which it does not name; "h1:" is one over the files in it. Terraform has no purl
// type.
var Lock = catalogers.Cataloger{
	Name:  "terraform-lock",
	Doc:   "Providers pinned in .terraform.lock.hcl, with registries, constraints and the digests of their archives.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named(".terraform.lock.hcl"),
	Parse: parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	b, ended := parse(text)
	for i := range b.blocks {
		p := &b.blocks[i]
		if p.kind != "provider" {
			continue
		}
		address, version := strings.Join(p.labels, ""), p.body.text("version")
		c, ok := provider(address, version)
		if !ok || version == "" {
			out.Gap(p.line, "%.80q is no provider with a version", address)
			continue
		}
		if asked := p.body.text("constraints"); asked != "" { // of the root module or of any below: the file does not say who asks
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:terraform:constraints", Value: asked})
		}
		for _, h := range p.body.attributes["hashes"].texts {
			kind, sum, _ := strings.Cut(h, ":")
			if kind != "zh" {
				c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:terraform:" + kind, Value: h})
				continue
			}
			if digest, ok := sbom.NewHash(sbom.SHA256, sum); ok {
				c.Hashes = append(c.Hashes, digest)
			} else {
				out.Gap(p.line, "%.80s: %.80q is no SHA-256", address, h)
			}
		}
		if out.Has(address) {
			out.Gap(p.line, "%.80s stands twice", address)
			continue
		}
		out.AddAt(p.line, address, c)
	}
	if !ended {
		return errors.New("breaks off")
	}
	return nil
}
