package pypi

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// application is the project itself: of the standard table, else of poetry's or flit's.
func (p *pyproject) application() sbom.Component {
	project, poetry, flit := &p.Project, &p.Tool.Poetry, &p.Tool.Flit.Metadata
	c := sbom.Component{Name: project.Name, Version: project.Version, Description: project.Description}
	text, _ := project.License.(string)
	if table, ok := project.License.(map[string]any); ok {
		text, _ := table["text"].(string)
		c.Licenses = licences("", text, project.Classifiers)
	} else {
		c.Licenses = licences(text, "", project.Classifiers)
	}
	var authors []string
	for _, item := range project.Authors {
		table, _ := item.(map[string]any)
		name, _ := table["name"].(string)
		email, _ := table["email"].(string)
		if who := person(name, email); who != "" {
			authors = append(authors, who)
		}
	}
	c.Author = strings.Join(authors, ", ")
	for _, label := range sortedKeys(project.URLs) {
		address(&c, label, project.URLs[label])
	}
	switch {
	case poetry.Name != "" || c.Name != "" && poetry.Version != "":
		poetryApplication(&c, poetry)
	case c.Name == "":
		c.Name = flit.DistName
		if c.Name == "" {
			c.Name = flit.Module
		}
		c.Author = person(flit.Author, flit.Email)
		c.Licenses = licences("", flit.License, nil)
		address(&c, "homepage", flit.HomePage)
	}
	if c.Name != "" {
		c.PURL = purl.New(purl.PyPI, "", c.Name, c.Version)
	}
	return c
}

// poetryApplication fills in what poetry's table says and the standard one does not.
func poetryApplication(c *sbom.Component, p *poetryTable) {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&c.Name, p.Name)
	fill(&c.Version, p.Version)
	fill(&c.Description, p.Description)
	fill(&c.Author, strings.Join(p.Authors, ", "))
	if c.Licenses == nil {
		c.Licenses = licences("", p.License, p.Classifiers)
	}
	if c.References == nil {
		address(c, "homepage", p.Homepage)
		address(c, "repository", p.Repository)
		for _, label := range sortedKeys(p.URLs) {
			address(c, label, p.URLs[label])
		}
	}
}
