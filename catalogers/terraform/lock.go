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

// publicRegistry is where addresses without a host lead, in Terraform; OpenTofu has one of its own with the same names.
const publicRegistry = "registry.terraform.io"

// provider is the provider at an address: [host/]namespace/name.
func provider(address, version string) (sbom.Component, bool) {
	parts := strings.Split(address, "/")
	switch len(parts) {
	case 1: // https://developer.hashicorp.com/terraform/language/providers/requirements#implied-local-names
		parts = []string{publicRegistry, "hashicorp", parts[0]}
	case 2:
		parts = append([]string{publicRegistry}, parts...)
	}
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" || strings.ContainsAny(address, " $") {
		return sbom.Component{}, false
	}
	if parts[0] == "terraform.io" && parts[1] == "builtin" {
		return sbom.Component{}, false
	}
	p := purl.New(purl.Generic, parts[1], parts[2], version).With("repository_url", "https://"+parts[0])
	return sbom.Component{PURL: p}, true
}

// pinned is the version that a constraint admits if it admits one, https://developer.hashicorp.com/terraform/language/expressions/version-constraints.
func pinned(constraint string) string {
	version := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(constraint), "="))
	if version == "" || version[0] < '0' || version[0] > '9' || strings.ContainsAny(version, ",<>~! $") {
		return ""
	}
	return version
}
