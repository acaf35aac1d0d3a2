package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/format"
	"github.com/sbomgen/sbomgen/sbom/license/policy"
)

// Formats lists what a report can be written as.
var Formats = []string{"table", "markdown", "csv", "json"}

// By is what a report for people lists.
type By uint8

// The lists: one line a licence, or one a package. Packages that ask for attention come first in both.
const (
	ByLicense By = iota
	ByComponent
)

// Write writes the report in one of Formats. CSV has one line a package, and JSON both lists, whatever is asked for.
func (r *Report) Write(w io.Writer, format string, by By) error {
	switch format {
	case "csv":
		return r.csv(w)
	case "json":
		return r.json(w)
	case "markdown":
		return r.page(w, by, markdown)
	case "table":
		return r.page(w, by, columns)
	}
	return fmt.Errorf("no report is written as %q; there are %s", format, strings.Join(Formats, ", "))
}

// block is a table under a heading.
type block struct {
	title  string
	header []string
	rows   [][]string
}

func columns(w io.Writer, b block) error {
	if len(b.rows) == 0 {
		_, err := fmt.Fprintf(w, "%s\n", printable(b.title))
		return err
	}
	if _, err := fmt.Fprintf(w, "\n%s\n\n", printable(b.title)); err != nil {
		return err
	}
	for _, row := range b.rows {
		for i := range row {
			row[i] = printable(row[i])
		}
	}
	return format.Columns(w, b.header, b.rows)
}

// printable leaves out what would break the line or steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s)
}

func markdown(w io.Writer, b block) error {
	if len(b.rows) == 0 {
		_, err := fmt.Fprintf(w, "%s\n", cell(b.title))
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\n### %s\n\n|", cell(b.title))
	for _, h := range b.header {
		text.WriteString(" " + h + " |")
	}
	text.WriteString("\n|" + strings.Repeat(" --- |", len(b.header)) + "\n")
	for _, row := range b.rows {
		text.WriteString("|")
		for _, c := range row {
			text.WriteString(" " + cell(c) + " |")
		}
		text.WriteString("\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// cell is a text that cannot break out of a table: no line, no pipe, no markup.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\r", "", "\n", " ", "<", "&lt;", ">", "&gt;", "`", "'", "[", `\[`, "]", `\]`).Replace(s)
}

// page writes the tables that people read.
func (r *Report) page(w io.Writer, by By, write func(io.Writer, block) error) error {
	blocks := []block{{title: r.summary()}}
	if r.Judged {
		blocks = append(blocks, r.judged(policy.Deny, "Denied"), r.judged(policy.Review, "To review"))
	}
	blocks = append(blocks,
		r.attention("Without a known licence", func(s State) bool { return s.Unknown() }),
		r.attention("Known, but not quite clear", func(s State) bool { return s == Partly || s == Disagreeing }))
	if by == ByComponent {
		blocks = append(blocks, r.packages())
	} else {
		blocks = append(blocks, r.licenses())
	}
	for i, b := range blocks {
		if i > 0 && len(b.rows) == 0 {
			continue
		}
		if err := write(w, b); err != nil {
			return err
		}
	}
	return nil
}

// summary is the report in one line.
func (r *Report) summary() string {
	root := r.Root.Component.Label()
	if v := r.Root.Component.VersionText(); v != "" {
		root += " " + v
	}
	if !r.Root.State.Unknown() {
		root += " (" + r.Root.Text() + ")"
	}
	text := fmt.Sprintf("%s: %s", root, count(len(r.Packages), "package"))
	unknown := r.Count(State.Unknown)
	text += fmt.Sprintf(", %s, %d without a known licence", count(len(r.Licenses)-min(unknown, 1), "licence"), unknown)
	if n := r.Count(func(s State) bool { return s == Disagreeing }); n > 0 {
		text += fmt.Sprintf(", %d whose text is of another one", n)
	}
	if r.Judged {
		text += fmt.Sprintf("; %d denied, %d to review, %d allowed", r.Decided(policy.Deny), r.Decided(policy.Review), r.Decided(policy.Allow))
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (r *Report) judged(d policy.Decision, title string) block {
	b := block{header: []string{"package", "version", "licence", "from", "scope", "decided by", "note"}}
	for i := range r.Packages {
		e := &r.Packages[i]
		if e.Verdict.Decision != d {
			continue
		}
		rule := e.Verdict.Rule
		if e.Verdict.License != "" {
			rule += " (" + e.Verdict.License + ")"
		}
		b.rows = append(b.rows, []string{e.Component.Label(), e.Component.VersionText(), e.Text(), e.From, e.Component.Scope.String(), rule, e.Verdict.Note})
	}
	b.title = fmt.Sprintf("%s: %d", title, len(b.rows))
	return b
}

func (r *Report) attention(title string, is func(State) bool) block {
	b := block{header: []string{"package", "version", "what is known", "what would tell"}}
	for i := range r.Packages {
		if e := &r.Packages[i]; is(e.State) {
			b.rows = append(b.rows, []string{e.Component.Label(), e.Component.VersionText(), brief(e.Note), e.Remedy})
		}
	}
	b.title = fmt.Sprintf("%s: %d", title, len(b.rows))
	return b
}

// brief cuts what a table has no room for; CSV and JSON have it whole. A distribution's package may stand under thirty licences.
func brief(text string) string {
	const most = 120
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

func (r *Report) packages() block {
	b := block{header: []string{"package", "version", "licence", "category", "from", "scope"}}
	for i := range r.Packages {
		e := &r.Packages[i]
		b.rows = append(b.rows, []string{e.Component.Label(), e.Component.VersionText(), e.Text(), e.Category().String(), e.From, e.Component.Scope.String()})
	}
	b.title = "Packages: " + fmt.Sprint(len(b.rows))
	return b
}

func (r *Report) licenses() block {
	b := block{header: []string{"licence", "category", "packages", "for example"}}
	for _, g := range r.Licenses {
		var names []string
		for _, e := range g.Packages[:min(len(g.Packages), 3)] {
			names = append(names, e.Component.Label())
		}
		if more := len(g.Packages) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("%d more", more))
		}
		b.rows = append(b.rows, []string{g.License, g.Category.String(), fmt.Sprint(len(g.Packages)), strings.Join(names, ", ")})
	}
	b.title = "Licences: " + fmt.Sprint(len(b.rows))
	return b
}

func (r *Report) csv(w io.Writer) error {
	c := csv.NewWriter(w)
	header := []string{"purl", "name", "version", "license", "category", "from", "concluded", "declared", "observed", "scope", "direct", "state", "place", "note", "remedy"}
	if r.Judged {
		header = append(header, "verdict", "rule", "verdict note")
	}
	c.Write(header)
	for i := range r.Packages {
		e := &r.Packages[i]
		row := []string{address(e.Component), e.Component.Label(), e.Component.VersionText(), e.Text(), e.Category().String(), e.From, e.Stated.Concluded, e.Stated.Declared,
			e.Stated.Observed, e.Component.Scope.String(), fmt.Sprint(e.Component.Direct), e.State.String(), e.Place, e.Note, e.Remedy}
		if r.Judged {
			row = append(row, e.Verdict.Decision.String(), e.Verdict.Rule, e.Verdict.Note)
		}
		for i, cell := range row {
			row[i] = inert(cell)
		}
		c.Write(row)
	}
	c.Flush()
	return c.Error()
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(cell string) string {
	if cell != "" && (strings.ContainsRune("=+-\t\r", rune(cell[0])) || cell[0] == '@' && strings.ContainsAny(cell, "(!")) {
		return "'" + cell
	}
	return cell
}

func address(c *sbom.Component) string {
	if c.PURL.IsZero() {
		return ""
	}
	return c.PURL.String()
}

// Schema names the version of the JSON report. Fields are only ever added within a version.
const Schema = "https://sbomgen.dev/schema/licenses-1"

type document struct {
	Schema     string              `json:"schema"`
	Root       documentComponent   `json:"root"`
	Summary    documentSummary     `json:"summary"`
	Licenses   []documentLicense   `json:"licenses"`
	Components []documentComponent `json:"components"`
}

type documentSummary struct {
	Packages    int  `json:"packages"`
	Unknown     int  `json:"unknown"`
	Disagreeing int  `json:"disagreeing"`
	Partly      int  `json:"partly"`
	Judged      bool `json:"judged"`
	Denied      int  `json:"denied"`
	Review      int  `json:"review"`
	Allowed     int  `json:"allowed"`
}

type documentLicense struct {
	License    string    `json:"license"`
	Category   string    `json:"category"`
	Components []sbom.ID `json:"components"`
}

type documentComponent struct {
	ID        sbom.ID          `json:"id"`
	PURL      string           `json:"purl,omitempty"`
	Name      string           `json:"name"`
	Version   string           `json:"version,omitempty"`
	License   string           `json:"license,omitempty"`
	Category  string           `json:"category"`
	From      string           `json:"from,omitempty"`
	Place     string           `json:"place,omitempty"`
	Concluded string           `json:"concluded,omitempty"`
	Declared  string           `json:"declared,omitempty"`
	Observed  string           `json:"observed,omitempty"`
	State     string           `json:"state"`
	Note      string           `json:"note,omitempty"`
	Remedy    string           `json:"remedy,omitempty"`
	Scope     string           `json:"scope,omitempty"`
	Direct    bool             `json:"direct"`
	Verdict   *documentVerdict `json:"verdict,omitempty"`
}

type documentVerdict struct {
	Decision string `json:"decision"`
	Rule     string `json:"rule"`
	License  string `json:"license,omitempty"`
	Note     string `json:"note,omitempty"`
}

func (e *Entry) document() documentComponent {
	c := e.Component
	d := documentComponent{ID: c.ID, PURL: address(c), Name: c.Label(), Version: c.VersionText(), Category: e.Category().String(), From: e.From, Place: e.Place,
		Concluded: e.Stated.Concluded, Declared: e.Stated.Declared, Observed: e.Stated.Observed, State: e.State.String(), Note: e.Note, Remedy: e.Remedy,
		Scope: c.Scope.String(), Direct: c.Direct}
	if !e.State.Unknown() {
		d.License = e.License.String()
	}
	if v := e.Verdict; v.Decision != policy.Undecided {
		d.Verdict = &documentVerdict{v.Decision.String(), v.Rule, v.License, v.Note}
	}
	return d
}

func (r *Report) json(w io.Writer) error {
	d := document{Schema: Schema, Root: r.Root.document(), Licenses: []documentLicense{}, Components: make([]documentComponent, 0, len(r.Packages))}
	d.Summary = documentSummary{Packages: len(r.Packages), Unknown: r.Count(State.Unknown), Judged: r.Judged,
		Disagreeing: r.Count(func(s State) bool { return s == Disagreeing }), Partly: r.Count(func(s State) bool { return s == Partly }),
		Denied: r.Decided(policy.Deny), Review: r.Decided(policy.Review), Allowed: r.Decided(policy.Allow)}
	for _, g := range r.Licenses {
		l := documentLicense{License: g.License, Category: g.Category.String()}
		for _, e := range g.Packages {
			l.Components = append(l.Components, e.Component.ID)
		}
		slices.Sort(l.Components)
		d.Licenses = append(d.Licenses, l)
	}
	for i := range r.Packages {
		d.Components = append(d.Components, r.Packages[i].document())
	}
	err := json.MarshalWrite(w, d, jsontext.AllowInvalidUTF8(true), jsontext.WithIndent("  "))
	if err == nil {
		_, err = io.WriteString(w, "\n")
	}
	return err
}
