// Package conan reads what Conan writes.
package conan

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// reference is "name/version@user/channel#rrev%timestamp:package_id#prev", of which only the name must be there,
// https://docs.conan.io/2/reference/conanfile/attributes.html and https://docs.conan.io/2/tutorial/versioning/lockfiles.html.
type reference struct {
	name, version, user, channel, rrev, prev string
}

func parseReference(text string) (reference, bool) {
	var r reference
	text, pkg, _ := strings.Cut(text, ":")
	_, r.prev, _ = strings.Cut(pkg, "#")
	text, r.rrev, _ = strings.Cut(text, "#")
	r.rrev, _, _ = strings.Cut(r.rrev, "%")
	text, _, _ = strings.Cut(text, "%")
	text, origin, _ := strings.Cut(text, "@")
	r.user, r.channel, _ = strings.Cut(origin, "/")
	if r.user == "_" { // Conan 1 writes name/version@_/_ where there is neither
		r.user, r.channel = "", ""
	}
	r.name, r.version, _ = strings.Cut(text, "/")
	return r, r.name != "" && r.version != "" && !strings.ContainsAny(r.name+r.version, " /[]")
}

func (r *reference) component() sbom.Component {
	p := purl.New(purl.Conan, "", r.name, r.version).With("user", r.user).With("channel", r.channel)
	if r.rrev != "0" { // revisions were not enabled
		p = p.With("rrev", r.rrev)
	}
	if r.prev != "0" {
		p = p.With("prev", r.prev)
	}
	return sbom.Component{PURL: p}
}
