package opkg

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/control"
	"github.com/sbomgen/sbomgen/sbom"
)

// describe reads the package's own control file, info/NAME.control, where it was kept.
func describe(f *catalogers.File, name string) sbom.Component {
	if strings.ContainsAny(name, `/\`) {
		return sbom.Component{}
	}
	text, err := f.TextBeside("info/" + name + ".control")
	if err != nil {
		return sbom.Component{}
	}
	for p := range control.Paragraphs(text) {
		return component(p)
	}
	return sbom.Component{}
}

// component is what a control file says of its package, but for its identity.
func component(p *control.Paragraph) sbom.Component {
	c := control.Component(p)
	c.License(p.Get("License"))
	c.Property("sbomgen:opkg:source", p.First("Source"))
	version := p.Get("Version")
	if at := strings.LastIndexByte(version, '-'); at > 0 { // what follows counts the packagings
		version = version[:at]
	}
	c.CPE(p.Get("CPE-ID"), version)
	return c
}
