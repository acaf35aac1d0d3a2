package docker

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Compose reads the images of the services in a Compose file, https://github.com/compose-spec/compose-spec/blob/main/spec.md, with the variables of the .env beside and
// the defaults in the file. An image that is built here is none of others.
var Compose = catalogers.Cataloger{
	Name:  "docker-compose",
	Doc:   "Container images of the services in Compose files, with variables of the .env beside and defaults applied.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Docker},
	Files: append(catalogers.Named("compose.yml", "compose.yaml", "docker-stack.yml", "docker-stack.yaml"),
		catalogers.Glob("docker-compose*.yml", "docker-compose*.yaml", "compose.*.yml", "compose.*.yaml", "compose-*.yml", "compose-*.yaml")...),
	Beside: []string{".env"},
	Parse:  parseCompose,
}

func parseCompose(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(text, "image") {
		return nil
	}
	docs, err := decode.Nodes(text)
	env := make(map[string]string)
	if strings.Contains(text, "$") {
		env = readEnv(f)
	}
	for _, doc := range docs {
		services := doc.Get("services")
		if services.Kind() == decode.End && doc.Get("version").Kind() == decode.End && strings.HasPrefix(path.Base(f.Path), "docker-compose") {
			services = doc // until version 2 of the format services stood at the top
		}
		for _, s := range services.Entries() {
			at := s.Get("image")
			reference := expand(at.Text(), env)
			if reference == "" || s.Get("build").Kind() != decode.End || image.Variable(reference) {
				continue
			}
			r := sbom.Relation{Line: at.Line()}
			if s.Get("profiles").Kind() == decode.Array { // started on demand
				r.Scope = sbom.Optional
			}
			if _, ok := image.Claim(out, reference, r); !ok {
				out.Gap(at.Line(), "%.80q names no image", reference)
			}
		}
		if err == nil {
			err = doc.Err()
		}
	}
	return err
}
