// Package ansible reads the requirements of Ansible.
package ansible

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Requirements reads the roles and collections that ansible-galaxy installs,
// https://docs.ansible.com/ansible/latest/galaxy/user_guide.html#installing-multiple-roles-from-a-file: a mapping of both, or a list of roles.
// Other tools have files of that name, which are left alone. Galaxy has no purl type.
var Requirements = catalogers.Cataloger{
	Name:  "ansible-galaxy-requirements",
	Doc:   "Roles and collections of Ansible that requirements.yml asks for, from Galaxy and from repositories.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Generic, purl.GitHub, purl.Bitbucket},
	Files: catalogers.Named("requirements.yml", "requirements.yaml"),
	Parse: parseRequirements,
}

func parseRequirements(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if folder := path.Base(f.Dir()); folder == "roles" || folder == "collections" { // where automation controllers look for them
		out.Own(path.Dir(f.Dir()))
	}
	docs, err := decode.Nodes(text)
	if err != nil && !strings.Contains(text, "collections:") && !strings.Contains(text, "roles:") {
		return nil
	}
	if len(docs) == 0 {
		return err
	}
	roles := docs[0].Get("roles")
	if docs[0].Kind() == decode.Array {
		roles = docs[0]
	}
	for r := range roles.Items() {
		role(r, out)
	}
	for c := range docs[0].Get("collections").Items() {
		collection(c, out)
	}
	return cmp.Or(err, docs[0].Err())
}
