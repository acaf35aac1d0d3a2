package main

import (
	"io"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/all"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom/format"
)

// packageFormat is a format of packages that repository managers serve.
type packageFormat struct {
	name  string
	types []purl.Type // of its packages
	// tools are how the names of its catalogers begin, for formats that share their type with others. Such catalogers count
	// for no other format.
	tools []string
}

// packageFormats lists the formats that Cloudsmith serves (https://help.cloudsmith.io/docs/supported-formats), which are those of the other
// repository managers and more. What purl has no type for stands under the type that docs/formats.md gives it.
func packageFormats() []packageFormat {
	return []packageFormat{
		{"Alpine", []purl.Type{purl.APK}, nil},
		{"Cargo", []purl.Type{purl.Cargo}, nil},
		{"Chocolatey", []purl.Type{purl.NuGet, purl.Generic}, []string{"chocolatey"}},
		{"CocoaPods", []purl.Type{purl.CocoaPods}, nil},
		{"Composer", []purl.Type{purl.Composer}, nil},
		{"Conan", []purl.Type{purl.Conan}, nil},
		{"Conda", []purl.Type{purl.Conda}, nil},
		{"CRAN", []purl.Type{purl.CRAN}, nil},
		{"Dart", []purl.Type{purl.Pub}, nil},
		{"Debian", []purl.Type{purl.Deb}, nil},
		{"Docker", []purl.Type{purl.Docker, purl.OCI}, nil},
		{"Go", []purl.Type{purl.Golang}, nil},
		{"Gradle", []purl.Type{purl.Maven}, []string{"gradle"}},
		{"Helm", []purl.Type{purl.OCI, purl.Generic}, []string{"helm"}},
		{"Hex", []purl.Type{purl.Hex}, nil},
		{"Hugging Face", []purl.Type{purl.HuggingFace}, nil},
		{"LuaRocks", []purl.Type{purl.LuaRocks}, nil},
		{"Maven", []purl.Type{purl.Maven}, []string{"maven", "java"}},
		{"npm", []purl.Type{purl.NPM}, nil},
		{"NuGet", []purl.Type{purl.NuGet}, nil},
		{"OCI", []purl.Type{purl.OCI}, nil},
		{"PowerShell", []purl.Type{purl.NuGet}, []string{"powershell"}},
		{"Python", []purl.Type{purl.PyPI}, nil},
		{"Raw", []purl.Type{purl.Generic}, nil},
		{"RPM", []purl.Type{purl.RPM}, nil},
		{"Ruby", []purl.Type{purl.Gem}, nil},
		{"sbt", []purl.Type{purl.Maven}, []string{"sbt"}},
		{"Swift", []purl.Type{purl.Swift}, nil},
		{"Terraform", []purl.Type{purl.Generic}, []string{"terraform"}},
		{"Unity", []purl.Type{purl.NPM}, []string{"unity"}},
		{"Vagrant", []purl.Type{purl.Generic}, []string{"vagrant"}},
	}
}

// reads tells whether the cataloger reads packages of the format.
func (f *packageFormat) reads(c *catalogers.Cataloger) bool {
	if len(c.Emits) == len(purl.Types()) {
		return false // documents that may hold packages of any format
	}
	emits := false
	for _, t := range c.Emits {
		for _, of := range f.types {
			emits = emits || t == of
		}
	}
	return emits && (len(f.tools) == 0 || f.named(c))
}

func (f *packageFormat) named(c *catalogers.Cataloger) bool {
	for _, tool := range f.tools {
		if c.Name == tool || strings.HasPrefix(c.Name, tool+"-") || strings.HasPrefix(c.Name, tool+"file") {
			return true
		}
	}
	return false
}

// readers lists the names of the catalogers that read each of the formats, in the order of the list of all.
func readers(formats []packageFormat) [][]string {
	list := make([][]string, len(formats))
	for _, c := range all.Catalogers {
		var own, other []int
		for i := range formats {
			if f := &formats[i]; f.reads(c) {
				if f.named(c) {
					own = append(own, i)
				} else {
					other = append(other, i)
				}
			}
		}
		if own == nil {
			own = other
		}
		for _, i := range own {
			list[i] = append(list[i], c.Name)
		}
	}
	return list
}

// writeFormats writes which catalogers read each format of packages.
func writeFormats(w io.Writer) error {
	formats := packageFormats()
	var rows [][]string
	for i, by := range readers(formats) {
		types := make([]string, len(formats[i].types))
		for j, t := range formats[i].types {
			types[j] = string(t)
		}
		list := strings.Join(by, " ")
		if list == "" {
			list = "-"
		}
		rows = append(rows, []string{formats[i].name, strings.Join(types, " "), list})
	}
	return format.Columns(w, []string{"format", "packages", "catalogers"}, rows)
}
