package format

import (
	"fmt"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// census counts the members of a CycloneDX document that a graph has no place for. A member that it does not know is one.
type census struct {
	*decode.JSONReader
	sbom.Tally
	annotations int
	edges       int
	ours        bool // we wrote the document: its annotations say the Gaps
}

// cyclonedxCensus counts what a document holds that is not read. It errs where the document has more edges than are read: each takes fifty
// times as much memory as it takes place in a document.
func cyclonedxCensus(text string) (sbom.Tally, error) {
	c := &census{JSONReader: decode.NewJSON(text), Tally: make(sbom.Tally)}
	c.Object(func(key string) {
		switch key {
		case "$schema", "bomFormat", "specVersion", "serialNumber", "version":
		case "dependencies":
			c.Array(func() {
				c.Object(func(key string) {
					if key == "dependsOn" || key == "provides" {
						c.edges += c.members()
					}
				})
			})
		case "metadata":
			c.Object(c.metadata)
		case "components":
			c.components()
		case "compositions":
			c.Array(func() {
				c.Object(func(key string) {
					if key == "assemblies" || key == "vulnerabilities" {
						c.Add("compositions of "+key, c.members())
					}
				})
			})
		case "annotations":
			c.annotations = c.members()
		default:
			c.Add(key, c.members())
		}
	})
	if !c.ours {
		c.Add("annotations", c.annotations)
	}
	if c.edges > maxEdges {
		return nil, fmt.Errorf("more than %d dependencies", maxEdges)
	}
	return c.Tally, nil
}

// members passes over the next value and tells how many things it is: the elements of an array, otherwise one; none for null and false.
func (c *census) members() int {
	n := 0
	switch c.Kind() {
	case decode.Array:
		c.Array(func() { n++ })
		return n
	case decode.Null:
		return 0
	case decode.Bool:
		if !c.Bool() {
			return 0
		}
		return 1
	}
	c.Skip()
	return 1
}

// one is members, but an array is one thing.
func (c *census) one() int { return min(c.members(), 1) }

func (c *census) metadata(key string) {
	switch key {
	case "timestamp", "authors", "manufacturer", "manufacture", "supplier", "properties":
	case "component":
		c.component(true)
	case "lifecycles":
		c.Add("further lifecycles", c.members()-1)
	case "tools":
		c.tools()
	default:
		c.Add("metadata "+key, c.members())
	}
}

func (c *census) tools() {
	tools := 0
	tool := func() {
		c.Object(func(key string) {
			if key == "name" && c.Text() == "sbomgen" && tools == 0 {
				c.ours = true
			}
		})
		tools++
	}
	if c.Kind() == decode.Array {
		c.Array(tool)
	} else {
		c.Object(func(key string) {
			switch key {
			case "components":
				c.Array(tool)
			case "services":
				tools += c.members()
			}
		})
	}
	c.Add("further tools", tools-1)
}

func (c *census) components() {
	c.Array(func() { c.component(false) })
}

func (c *census) component(root bool) {
	c.Object(func(key string) {
		switch key {
		case "bom-ref", "type", "supplier", "author", "group", "name", "version", "description", "scope", "hashes", "copyright", "properties":
		case "authors":
			c.Add("further authors of components", c.members()-1)
		case "manufacturer":
			if !root {
				c.Add("component manufacturer", c.one())
			}
		case "cpe":
			if text := c.Text(); text != "" && sbom.CPE(text, "") == "" {
				c.Add("malformed CPE names", 1)
			}
		case "purl":
			text := c.Text()
			if _, err := purl.Parse(text); text != "" && err != nil {
				c.Add("malformed purls", 1)
			}
		case "licenses":
			c.licenses()
		case "externalReferences":
			c.Array(func() {
				kind, comments := "", 0
				c.Object(func(key string) {
					switch key {
					case "url", "hashes":
					case "type":
						kind = c.Text()
					case "comment":
						comments = c.one()
					default:
						c.Add("reference "+key, c.one())
					}
				})
				if kind != "other" { // there it may be the type that the version lacks
					c.Add("reference comment", comments)
				}
			})
		case "components":
			c.components()
		case "evidence":
			c.Object(func(key string) {
				switch key {
				case "identity", "occurrences":
				case "licenses":
					c.licenses()
				default:
					c.Add("evidence "+key, c.members())
				}
			})
		default:
			c.Add("component "+key, c.one())
		}
	})
}

func (c *census) licenses() {
	c.Array(func() {
		var field func(key string)
		field = func(key string) {
			switch key {
			case "license":
				c.Object(field)
			case "expression", "id", "name", "acknowledgement", "bom-ref", "properties":
			default:
				c.Add("license "+key, c.one())
			}
		}
		c.Object(field)
	})
}
