package sbom

import "strings"

// Ask claims a component that the owner asks for by name, or whoever ask.From says: once under its purl, however often the file names it, and
// an edge to it each time. It returns the component's key. A component without a purl is not claimed: there is nothing to know it by.
func (f *Facts) Ask(c Component, ask Relation) (key string) {
	if c.PURL.IsZero() {
		return ""
	}
	if ask.To = c.PURL.String(); !f.Has(ask.To) {
		f.AddAt(ask.Line, ask.To, c)
	}
	if ask.From == "" {
		ask.From = f.owner
	}
	f.Relate(ask)
	return ask.To
}

// Link adds an address of one of the reference types, cleaned as documents may show it. What is no address that a reader could follow, with a
// scheme, adds nothing.
func (c *Component) Link(kind, address string) {
	if url, ok := CleanURL(address); ok && strings.Contains(url, "://") {
		c.References = append(c.References, Reference{Type: kind, URL: url})
	}
}

// CPE adds a CPE name, with the version where the name leaves it open and the version is not empty. It returns false for what CPE cannot spell, which adds nothing.
func (c *Component) CPE(name, version string) bool {
	name = CPE(name, version)
	if name != "" {
		c.CPEs = append(c.CPEs, name)
	}
	return name != ""
}

// Property adds a property by its whole name, "sbomgen:ecosystem:name". An empty value adds nothing.
func (c *Component) Property(name, value string) {
	if value != "" {
		c.Properties = append(c.Properties, Property{Name: name, Value: value})
	}
}

// Value is that of the first property with the name, or empty.
func (c *Component) Value(name string) string {
	for _, p := range c.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// License adds a licence that the package's own metadata declares. An empty text adds nothing.
func (c *Component) License(text string) {
	if text != "" {
		c.Licenses = append(c.Licenses, License{Text: text, Basis: DeclaredLicense})
	}
}

// Digest adds a digest of the distributed artifact. It returns false for a text that is no such digest, which is a Gap; an empty one adds nothing.
func (c *Component) Digest(algorithm Algorithm, text string) (ok bool) {
	if text == "" {
		return true
	}
	h, ok := NewHash(algorithm, text)
	if ok {
		c.Hashes = append(c.Hashes, h)
	}
	return ok
}

// ApplicationAt is Application for one that a line of the file states, counted from 1.
func (f *Facts) ApplicationAt(line int, dir string, c Component) string {
	c.Evidence = append(c.Evidence, Evidence{Location: Location{Path: f.Path, Line: line}})
	return f.Application(dir, c)
}
