// Package control reads the control files of Debian's packages and of those that took over their format.
package control

import (
	"iter"
	"strings"
)

// Paragraph is one paragraph of a control file, https://www.debian.org/doc/debian-policy/ch-controlfields.html.
type Paragraph struct {
	Line   int   // its first, from 1
	Broken []int // lines that are no field

	fields []field
}

type field struct{ name, value string }

// Get gives the value of a field, with the lines that continue it; names know no letter case.
func (p *Paragraph) Get(name string) string {
	for i := range p.fields {
		if strings.EqualFold(p.fields[i].name, name) {
			return p.fields[i].value
		}
	}
	return ""
}

// First is the first line of a field: the synopsis of a description.
func (p *Paragraph) First(name string) string {
	line, _, _ := strings.Cut(p.Get(name), "\n")
	return strings.TrimSpace(line)
}

// Paragraphs gives the paragraphs of a text. One is good until the next.
func Paragraphs(text string) iter.Seq[*Paragraph] {
	return func(yield func(*Paragraph) bool) {
		p, number := &Paragraph{}, 0
		start, end, name := 0, 0, "" // of the value that is being read
		flush := func() {
			if name != "" {
				p.fields = append(p.fields, field{name, strings.TrimSpace(text[start:end])})
				name = ""
			}
		}
		done := func() bool {
			flush()
			empty := len(p.fields) == 0 && len(p.Broken) == 0
			more := empty || yield(p)
			p.fields, p.Broken = p.fields[:0], p.Broken[:0]
			return more
		}
		for at := 0; at < len(text); {
			number++
			next := len(text)
			if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
				next = at + i + 1
			}
			line := strings.TrimRight(text[at:next], "\r\n")
			switch {
			case strings.TrimSpace(line) == "":
				if !done() {
					return
				}
			case (line[0] == ' ' || line[0] == '\t') && name != "":
				end = next
			default:
				flush()
				if len(p.fields) == 0 && len(p.Broken) == 0 {
					p.Line = number
				}
				if i := strings.IndexByte(line, ':'); i > 0 && line[0] != ' ' && line[0] != '\t' {
					name, start, end = line[:i], at+i+1, next
				} else {
					p.Broken = append(p.Broken, number)
				}
			}
			at = next
		}
		done()
	}
}
