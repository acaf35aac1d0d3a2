package cyclonedx

import (
	"cmp"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// metadata describes the document itself and the root.
func (w *writer) metadata(timed bool) {
	e, d := w.e, w.d
	e.object("metadata")
	if created := timestamp(d.Created); timed && created != "" {
		e.text("timestamp", created)
	}
	switch {
	case d.Lifecycle == "":
	case w.minor >= 5 && validPhase(d.Lifecycle):
		e.list("lifecycles")
		e.item("lifecycle")
		e.text("phase", string(d.Lifecycle))
		e.end()
		e.end()
	default:
		w.lose("lifecycles", 1)
	}
	w.tools()
	w.authors()
	e.object("component")
	w.component(w.g.Root)
	e.end()
	// From 1.6 on metadata.manufacturer is who made the document; who made the root stands on the root.
	if w.minor < 6 {
		w.organisation("manufacture", d.Manufacturer)
	}
	w.organisation("supplier", d.Supplier)
	for i := range w.g.Gaps {
		w.property(propGap, w.gap(&w.g.Gaps[i]))
	}
	for _, p := range d.Properties {
		if p.Name == "" || p.Name == propGap {
			w.lose("properties", 1)
			continue
		}
		w.property(p.Name, p.Value)
	}
	w.endProperties()
	e.end()
}

func validPhase(l sbom.Lifecycle) bool {
	switch l {
	case "design", sbom.PreBuild, sbom.BuildTime, sbom.PostBuild, "operations", "discovery", "decommission":
		return true
	}
	return false
}

func (w *writer) tools() {
	e := w.e
	if w.d.Tool.Name == "" {
		return
	}
	if w.minor >= 5 {
		e.object("tools")
		e.list("components")
		e.item("component")
		w.tool()
		e.end()
		e.end()
	} else {
		e.list("tools")
		e.item("tool")
		if w.d.Tool.Vendor != "" {
			e.text("vendor", w.d.Tool.Vendor)
		}
		e.text("name", w.d.Tool.Name)
		if w.d.Tool.Version != "" {
			e.text("version", w.d.Tool.Version)
		}
		e.end()
	}
	e.end()
}

// tool describes the program as a component; the object is open.
func (w *writer) tool() {
	w.e.attribute("type", "application")
	maker := "manufacturer"
	if w.minor < 6 {
		maker = "supplier"
	}
	w.organisation(maker, sbom.Party{Name: w.d.Tool.Vendor})
	w.e.text("name", cmp.Or(w.d.Tool.Name, "sbomgen"))
	if w.d.Tool.Version != "" {
		w.e.text("version", w.d.Tool.Version)
	}
}

func (w *writer) authors() {
	e, open := w.e, false
	for _, a := range w.d.Authors {
		mail := w.mail(a.Email)
		if a.URL != "" {
			w.lose("mail and web addresses of authors", 1)
		}
		if a.Name == "" && mail == "" {
			continue
		}
		if !open {
			open = true
			e.list("authors")
		}
		e.item("author")
		if a.Name != "" {
			e.text("name", a.Name)
		}
		if mail != "" {
			e.text("email", mail)
		}
		e.end()
	}
	if open {
		e.end()
	}
}

// organisation describes a party as an organisation, nothing if it has no name.
func (w *writer) organisation(name string, p sbom.Party) {
	if p.Name == "" {
		return
	}
	e := w.e
	e.object(name)
	e.text("name", p.Name)
	if p.URL != "" {
		if url, ok := sbom.CleanURL(p.URL); ok {
			e.array("url")
			e.word("url", url)
			e.end()
		} else {
			w.lose("addresses that no document may show", 1)
		}
	}
	if mail := w.mail(p.Email); mail != "" {
		e.array("contact")
		e.item("contact")
		e.text("email", mail)
		e.end()
		e.end()
	}
	e.end()
}

// mail is the address if it looks like one; from 1.4 on the schema asks for that.
func (w *writer) mail(address string) string {
	at := strings.IndexByte(address, '@')
	if at > 0 && at < len(address)-1 && strings.IndexByte(address[at+1:], '@') < 0 && cleaned(address) == address &&
		strings.Trim(address[at+1:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == "" &&
		strings.IndexAny(address, " \t\"<>()[]:;,\\") < 0 && len(address) < 255 && at <= 64 &&
		!strings.Contains("."+strings.ReplaceAll(address, "@", ".")+".", "..") {
		return address
	}
	if address != "" {
		w.lose("mail and web addresses of authors", 1)
	}
	return ""
}
