package hex

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// resource is what the resource file of an application says, {application, Name, [{Key, Value}, ...]}.
type resource struct {
	name, version string
	options       term
	line          int
}

// need is an application that another one uses at run time.
type need struct {
	name  string
	scope sbom.Scope
}

// readResource returns false where no term describes an application.
func readResource(all []term) (r resource, ok bool) {
	if len(all) == 0 || !all[0].is("application") {
		return r, false
	}
	options := all[0].at(2)
	return resource{all[0].at(1).text, options.option("vsn").text, options, all[0].line}, true
}

func (r *resource) key() string { return r.name + " " + r.version }

func (r *resource) needs() (list []need) {
	optional := make(map[string]bool)
	for _, o := range r.options.option("optional_applications").items {
		optional[o.text] = true
	}
	for _, section := range [...]string{"applications", "included_applications"} {
		for _, a := range r.options.option(section).items {
			n := need{name: a.text}
			if optional[n.name] {
				n.scope = sbom.Optional
			}
			list = append(list, n)
		}
	}
	return list
}

func (r *resource) component(from purl.Type) sbom.Component {
	c := sbom.Component{PURL: purl.New(from, "", r.name, r.version)}
	if c.Description = strings.TrimSpace(r.options.option("description").text); c.Description == r.name {
		c.Description = ""
	}
	for _, l := range r.options.option("licenses").items {
		c.License(l.text)
	}
	for _, l := range r.options.option("links").items {
		kind := sbom.Website
		if strings.EqualFold(l.at(0).text, "github") {
			kind = sbom.VCS
		}
		c.Link(kind, l.at(1).text)
	}
	return c
}
