package deb

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// licenses reads what usr/share/doc/NAME/copyright says of a package's licences. Slim images leave it out.
func (d *database) licenses(name string) []sbom.License {
	if !d.documented {
		return nil
	}
	at := path.Join(d.dir, "usr/share/doc", name, "copyright")
	text := read(d.file, at)
	if text == "" {
		return nil
	}
	terms, ok := machineReadable(text)
	if !ok {
		terms = referred(text)
	}
	var list []sbom.License
	for _, words := range d.unite(terms) {
		list = append(list, sbom.License{Text: words, Basis: sbom.DeclaredLicense, Location: sbom.Location{Path: at}})
	}
	return list
}

// machineReadable reads the licences of a file in the format of https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/: the short names of the
// paragraphs about files; where none has one, that of the header. What only the packaging of Debian is under, files in the folder debian of
// the source, is not in the package. ok is false for a file in another form.
func machineReadable(text string) (terms []string, ok bool) {
	var header, packaging []string
	var p struct {
		files, upstream, format bool
		license                 string
	}
	inFiles := false
	flush := func() {
		switch {
		case p.license == "":
		case p.upstream:
			terms = append(terms, p.license)
		case p.files:
			packaging = append(packaging, p.license)
		case p.format:
			header = append(header, p.license)
		}
		p.files, p.upstream, p.format, p.license, inFiles = false, false, false, "", false
	}
	first := true
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		switch {
		case len(line) < 8 && strings.TrimSpace(line) == "":
			flush()
			continue
		case line[0] == ' ' || line[0] == '\t':
			if inFiles {
				p.upstream = p.upstream || upstream(line)
			}
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		if first && line[0] != '#' {
			if first = false; !strings.EqualFold(name, "Format") && !strings.EqualFold(name, "Format-Specification") {
				return nil, false
			}
		}
		inFiles = false
		switch {
		case strings.EqualFold(name, "Files"):
			p.files, inFiles, p.upstream = true, true, p.upstream || upstream(value)
		case strings.EqualFold(name, "License"):
			p.license = strings.TrimSpace(value)
		case len(name) >= 6 && strings.EqualFold(name[:6], "Format"):
			p.format = true
		}
	}
	flush()
	if first {
		return nil, false
	}
	if len(terms) == 0 {
		terms = packaging
	}
	if len(terms) == 0 {
		terms = header
	}
	var list []string
	seen := make(map[string]bool, len(terms))
	for _, t := range terms {
		if !seen[t] {
			seen[t] = true
			list = append(list, together(t)...)
		}
	}
	return list, true
}

// upstream tells whether a list of files has one that is not of the packaging.
func upstream(list string) bool {
	for _, pattern := range strings.Fields(list) {
		if !strings.HasPrefix(strings.TrimPrefix(pattern, "./"), "debian/") {
			return true
		}
	}
	return false
}

// together divides terms that hold together: "A or B, and C and D" are "A or B", "C" and "D". A comma binds less than the word after it.
func together(terms string) (list []string) {
	if strings.ContainsAny(terms, "()") || strings.Contains(terms, ", or ") {
		return []string{terms}
	}
	for part := range strings.SplitSeq(terms, ", and ") {
		if strings.Contains(part, " or ") || strings.Contains(part, ",") {
			list = append(list, part)
			continue
		}
		for term := range strings.SplitSeq(part, " and ") {
			list = append(list, strings.TrimSpace(term))
		}
	}
	return list
}
