package vscode

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// readManifest reads package.json of an extension.
func (e *extension) readManifest(text string) error {
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "name":
			e.name = r.Text()
		case "publisher":
			e.publisher = r.Text()
		case "version":
			e.version = r.Text()
		case "displayName":
			e.title = r.Text()
		case "description":
			if e.description = r.Text(); strings.HasPrefix(e.description, "%") {
				e.description = ""
			}
		case "license":
			e.license = r.Text()
		case "homepage":
			e.home = r.Text()
		case "engines":
			r.Object(func(key string) { e.editor = e.editor || key == "vscode" })
		case "repository":
			if r.Kind() == decode.String {
				e.source = r.Text()
				return
			}
			r.Object(func(key string) {
				if key == "url" {
					e.source = r.Text()
				}
			})
		case "extensionDependencies":
			e.needs = r.Texts()
		case "extensionPack":
			e.packs = r.Texts()
		case "__metadata": // what the editor added when it installed the extension
			r.Object(func(key string) {
				if key == "publisherDisplayName" {
					e.maker = r.Text()
				}
			})
		}
	})
	return r.Finish()
}

// readPackage reads the manifest of a VSIX package (https://learn.microsoft.com/visualstudio/extensibility/vsix-extension-schema-2-0-reference).
func (e *extension) readPackage(text string) error {
	r := decode.NewXML(text)
	known := false
	r.Children(func(name string) {
		known = known || name == "PackageManifest"
		r.Children(func(name string) {
			if name == "Installation" {
				r.Children(func(string) {
					e.targets = true
					e.editor = e.editor || strings.HasPrefix(r.Attr("Id"), "Microsoft.VisualStudio.Code")
				})
			}
			if name != "Metadata" {
				return
			}
			r.Children(func(name string) {
				switch name {
				case "Identity":
					e.publisher, e.name, e.version, e.platform = r.Attr("Publisher"), r.Attr("Id"), r.Attr("Version"), r.Attr("TargetPlatform")
				case "DisplayName":
					e.title = r.Text()
				case "Description":
					e.description = r.Text()
				case "Properties":
					r.Children(func(string) { e.property(r.Attr("Id"), r.Attr("Value")) })
				}
			})
		})
	})
	if err := r.Err(); err != nil {
		return err
	}
	if !known {
		return errors.New("is no manifest of a VSIX package")
	}
	return nil
}

func (e *extension) property(id, value string) {
	switch id {
	case "Microsoft.VisualStudio.Code.ExtensionDependencies":
		e.needs = fields(value)
	case "Microsoft.VisualStudio.Code.ExtensionPack":
		e.packs = fields(value)
	case "Microsoft.VisualStudio.Services.Links.Source":
		e.source = value
	case "Microsoft.VisualStudio.Services.Links.Learn":
		e.home = value
	}
}

func fields(list string) []string {
	return strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' })
}
