package pypi

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// metadata is what core metadata (METADATA and PKG-INFO) says of a package,
// https://packaging.python.org/en/latest/specifications/core-metadata/.
type metadata struct {
	name, version, summary string
	author, email          string
	expression, license    string
	classifiers            []string
	requires               []string
	urls                   [][2]string // label and address
}

// readMetadata reads the header fields, which end at the first empty line. Fields go on in indented lines.
func readMetadata(text string) metadata {
	var m metadata
	name, value := "", ""
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if name == "license" && len(value) < 1000 { // the only long field that is read
				value += "\n" + strings.TrimSpace(line)
			}
			continue
		}
		m.set(name, value)
		name, value, _ = strings.Cut(line, ":")
		name, value = strings.ToLower(name), strings.TrimSpace(value)
	}
	m.set(name, value)
	return m
}

func (m *metadata) set(name, value string) {
	if value == "" || value == "UNKNOWN" {
		return
	}
	value = strings.ToValidUTF8(value, "\uFFFD") // old metadata is in the encoding of its author
	switch name {
	case "name":
		m.name = value
	case "version":
		m.version = value
	case "summary":
		m.summary = value
	case "author":
		m.author = value
	case "author-email":
		m.email = value
	case "license-expression":
		m.expression = value
	case "license":
		m.license = value
	case "classifier":
		m.classifiers = append(m.classifiers, value)
	case "requires-dist":
		m.requires = append(m.requires, value)
	case "home-page":
		m.urls = append(m.urls, [2]string{"homepage", value})
	case "project-url":
		label, url, _ := strings.Cut(value, ",")
		m.urls = append(m.urls, [2]string{strings.TrimSpace(label), strings.TrimSpace(url)})
	}
}

func (m *metadata) component() sbom.Component {
	c := component(m.name, m.version)
	c.Description = m.summary
	if c.Author = person(m.author, m.email); m.author == "" || strings.Contains(m.email, "<") {
		c.Author = strings.TrimSpace(m.author + " " + m.email) // the address field may hold the names as well
	}
	c.Licenses = licences(m.expression, m.license, m.classifiers)
	for _, u := range m.urls {
		address(&c, u[0], u[1])
	}
	return c
}

// licences gives the claims of a package's metadata. An SPDX expression (PEP 639) is the whole claim. Otherwise the
// licence field counts where it is one word or an expression, then the classifiers, then the field's own words; a field
// that holds a whole licence text names none.
func licences(expression, field string, classifiers []string) []sbom.License {
	if expression = strings.TrimSpace(expression); expression != "" {
		return []sbom.License{{Text: expression, Basis: sbom.DeclaredLicense}}
	}
	field = strings.TrimSpace(field)
	if strings.EqualFold(field, "unknown") || len(field) > 200 || strings.Contains(field, "\n") {
		field = ""
	}
	var classified []sbom.License
	for _, c := range classifiers {
		rest, ok := strings.CutPrefix(c, "License :: ")
		if !ok {
			continue
		}
		if rest = rest[strings.LastIndex(rest, ":")+1:]; strings.TrimSpace(rest) != "OSI Approved" {
			classified = append(classified, sbom.License{Text: strings.TrimSpace(rest), Basis: sbom.DeclaredLicense})
		}
	}
	exact := !strings.Contains(field, " ") || strings.Contains(field, " OR ") || strings.Contains(field, " AND ") || strings.Contains(field, " WITH ")
	if field != "" && (exact || len(classified) == 0) {
		return []sbom.License{{Text: field, Basis: sbom.DeclaredLicense}}
	}
	return classified
}

// address notes one of a project's URLs by its label,
// https://packaging.python.org/en/latest/specifications/well-known-project-urls/.
func address(c *sbom.Component, label, url string) {
	kind := ""
	switch strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(label)) {
	case "homepage", "home":
		kind = sbom.Website
	case "source", "repository", "sourcecode", "github", "code":
		kind = sbom.VCS
	case "issues", "bugs", "issue", "tracker", "issuetracker", "bugtracker", "bugreports":
		kind = sbom.IssueTracker
	case "documentation", "docs":
		kind = "documentation"
	default:
		return
	}
	if clean, ok := sbom.CleanURL(url); ok && strings.Contains(clean, "://") {
		c.References = append(c.References, sbom.Reference{Type: kind, URL: clean})
	}
}

// person writes "name <email>" as far as it is known.
func person(name, email string) string {
	switch name, email = strings.TrimSpace(name), strings.TrimSpace(email); {
	case email == "":
		return name
	case name == "":
		return email
	}
	return name + " <" + email + ">"
}
