// Package pe reads programs and libraries for Windows that are not .NET's.
package pe

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Version reads the version resource that most programs and libraries for Windows have
// (https://learn.microsoft.com/windows/win32/menurc/versioninfo-resource). Its texts are free: the product is a name for people, and no
// registry knows it. The files of one product in one version are one component.
var Version = catalogers.Cataloger{
	Name:  "pe-version",
	Doc:   "Products that native programs and libraries for Windows say they belong to, and Windows itself once.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Magic("MZ"),
	Parse: parseVersion,
}

func parseVersion(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	image, err := portable.Open(blob, blob.Size())
	if err != nil || image.Managed() {
		return nil // what is no PE file, or told by dotnet-assembly
	}
	v, err := image.Version()
	if err != nil || v == nil {
		return err
	}
	c, ok := product(v, f.Base())
	if !ok {
		return nil
	}
	out.Technique, out.Confidence = sbom.BinaryAnalysis, 50
	out.Add("product", c)
	return nil
}

// product says what a version resource is about; ok is false for what something else tells better.
func product(v *portable.Version, file string) (c sbom.Component, ok bool) {
	name := withoutMarks(v.ProductName)
	if name == "" {
		name = strings.TrimSuffix(v.OriginalFilename, path.Ext(v.OriginalFilename))
	}
	version := number(v.ProductVersion)
	if version == "" {
		version = number(v.FileVersion)
	}
	if name == "" || version == "" {
		return c, false
	}
	switch {
	case strings.HasPrefix(name, "Microsoft .NET"): // the native part of the runtime
		return c, false
	case name == "Wine": // whose versions are those of the Windows that it stands in for
		return c, false
	case strings.EqualFold(path.Ext(v.OriginalFilename), ".dll") && strings.EqualFold(path.Ext(file), ".exe"):
		return c, false // the host of a .NET program, which has the resources of the assembly that it starts
	case strings.HasPrefix(name, "Microsoft Windows") && strings.HasSuffix(name, "Operating System"):
		if !strings.EqualFold(file, "kernel32.dll") { // every Windows has it
			return c, false
		}
		name, c.Kind = "Microsoft Windows", sbom.OperatingSystem
	}
	c.PURL = purl.New(purl.Generic, "", name, version)
	c.Supplier, c.Copyright = v.CompanyName, v.LegalCopyright
	return c, true
}
