package notice

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/sbomgen/sbomgen/sbom"
)

// Formats lists what a document can be written as.
var Formats = []string{"text", "markdown", "html"}

// Write writes the document in one of Formats.
func (d *Document) Write(w io.Writer, format string) error {
	if !slices.Contains(Formats, format) {
		return fmt.Errorf("no notice is written as %q; there are %s", format, strings.Join(Formats, ", "))
	}
	b := bufio.NewWriterSize(w, 1<<16)
	switch format {
	case "text":
		d.write(plain{b})
	case "markdown":
		d.write(markdown{b})
	case "html":
		d.write(page{b})
	}
	return b.Flush()
}

// form is one way to set the parts of a document. Errors are the buffered writer's to remember.
type form interface {
	begin(title string)
	heading(text string)
	paragraph(text string)
	packages(list []item)
	verbatim(text string)
	end()
}

// item is a package in a list, with what belongs to it.
type item struct {
	name    string
	details []string
}

func (d *Document) write(f form) {
	f.begin("Third-party notices of " + labelled(d.Root))
	n := 0
	for _, t := range d.Texts {
		n += len(t.Packages)
	}
	switch {
	case n+len(d.Without) == 0:
		f.paragraph("No third-party packages were found.")
	default:
		f.paragraph("This product includes the packages below, each under the terms that follow it.")
	}
	for _, t := range d.Texts {
		title := t.License
		if title == "" {
			title = "Other terms"
		}
		f.heading(title)
		var list []item
		for _, p := range t.Packages {
			list = append(list, item{labelled(p.Component), p.Statements})
		}
		f.packages(list)
		f.verbatim(t.Terms)
	}
	for _, n := range d.Notices {
		f.heading("Notice")
		var list []item
		for _, c := range n.Packages {
			list = append(list, item{name: labelled(c)})
		}
		f.packages(list)
		f.verbatim(n.Text)
	}
	if len(d.Without) > 0 {
		f.heading("Packages without a licence text here")
		var list []item
		for _, w := range d.Without {
			i := item{name: labelled(w.Component)}
			if len(w.Licenses) > 0 {
				i.details = append(i.details, "states "+strings.Join(w.Licenses, "; "))
			}
			if w.File != "" {
				i.details = append(i.details, "see "+w.File)
			}
			list = append(list, i)
		}
		f.packages(list)
	}
	f.end()
}

func labelled(c *sbom.Component) string {
	if v := c.VersionText(); v != "" {
		return c.Label() + " " + v
	}
	return c.Label()
}

// printable leaves out what would steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) || r == ' ' {
			return r
		}
		return -1
	}, s)
}

type plain struct{ w *bufio.Writer }

const rule = "------------------------------------------------------------------------"

func (p plain) begin(title string) {
	fmt.Fprintf(p.w, "%s\n%s\n\n", printable(title), strings.Repeat("=", len([]rune(title))))
}
func (p plain) heading(text string)   { fmt.Fprintf(p.w, "%s\n%s\n\n", rule, printable(text)) }
func (p plain) paragraph(text string) { fmt.Fprintf(p.w, "%s\n\n", text) }
func (p plain) packages(list []item) {
	for _, i := range list {
		fmt.Fprintf(p.w, "  * %s\n", printable(i.name))
		for _, d := range i.details {
			fmt.Fprintf(p.w, "      %s\n", printable(d))
		}
	}
	fmt.Fprintln(p.w)
}
func (p plain) verbatim(text string) { fmt.Fprintf(p.w, "%s\n\n", printable(text)) }
func (p plain) end()                 {}

type markdown struct{ w *bufio.Writer }

// inline is a text in which nothing is markup.
func inline(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "\n", " ", "#", `\#`, "|", `\|`).Replace(printable(s))
}

func (m markdown) begin(title string)    { fmt.Fprintf(m.w, "# %s\n\n", inline(title)) }
func (m markdown) heading(text string)   { fmt.Fprintf(m.w, "## %s\n\n", inline(text)) }
func (m markdown) paragraph(text string) { fmt.Fprintf(m.w, "%s\n\n", inline(text)) }
func (m markdown) packages(list []item) {
	for _, i := range list {
		fmt.Fprintf(m.w, "- %s\n", inline(i.name))
		for _, d := range i.details {
			fmt.Fprintf(m.w, "  - %s\n", inline(d))
		}
	}
	fmt.Fprintln(m.w)
}
func (m markdown) verbatim(text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(m.w, "%stext\n%s\n%s\n\n", fence, printable(text), fence)
}
func (m markdown) end() {}

type page struct{ w *bufio.Writer }

func (p page) begin(title string) {
	t := html.EscapeString(printable(title))
	fmt.Fprintf(p.w, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s</title>\n"+
		"<style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}h2{border-top:1px solid #ccc;padding-top:1rem}small{color:#555}</style>\n"+
		"</head>\n<body>\n<h1>%s</h1>\n", t, t)
}
func (p page) heading(text string) {
	fmt.Fprintf(p.w, "<h2>%s</h2>\n", html.EscapeString(printable(text)))
}
func (p page) paragraph(text string) {
	fmt.Fprintf(p.w, "<p>%s</p>\n", html.EscapeString(text))
}
func (p page) packages(list []item) {
	fmt.Fprintf(p.w, "<ul>\n")
	for _, i := range list {
		fmt.Fprintf(p.w, "<li>%s", html.EscapeString(printable(i.name)))
		for _, d := range i.details {
			fmt.Fprintf(p.w, "<br><small>%s</small>", html.EscapeString(printable(d)))
		}
		fmt.Fprintf(p.w, "</li>\n")
	}
	fmt.Fprintf(p.w, "</ul>\n")
}
func (p page) verbatim(text string) {
	fmt.Fprintf(p.w, "<pre>%s</pre>\n", html.EscapeString(printable(text)))
}
func (p page) end() { fmt.Fprintf(p.w, "</body>\n</html>\n") }
