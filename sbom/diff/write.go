package diff

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// WriteJSON writes the report in the form that Schema names.
func WriteJSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes the report for people: a verdict, then what is alarming, then direct and transitive changes. At most limit rows are
// written of each group; 0 means all.
func WriteText(w io.Writer, r *Report, limit int) error {
	p := r.page()
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s: %s\n", p.title, p.verdict)
	for _, s := range p.sections {
		fmt.Fprintf(b, "\n%s (%d)\n", s.title, len(s.rows))
		rows := s.rows
		if limit > 0 && len(rows) > limit {
			rows = rows[:limit]
		}
		width := 0
		for _, r := range rows {
			width = max(width, min(utf8.RuneCountInString(r.what()), maxWidth))
		}
		for _, r := range rows {
			text := r.what()
			if rest := r.rest(); rest != "" {
				text += strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text))) + "  " + rest
			}
			fmt.Fprintf(b, "  %s %s\n", r.sign, text)
		}
		if more := len(s.rows) - len(rows); more > 0 {
			fmt.Fprintf(b, "  and %d more\n", more)
		}
	}
	if len(p.notes) > 0 {
		fmt.Fprintf(b, "\n%s\n", strings.Join(p.notes, "\n"))
	}
	return b.Flush()
}

// maxWidth is how far the details of rows are moved to the right, in characters, so that they stand below each other.
const maxWidth = 44

// Title names the package of a change with its versions, in one line.
func (c *Change) Title() string { return c.row(false).what() }

// what is the package with its versions.
func (r row) what() string {
	switch {
	case r.old == "" || r.new == "" || r.old == r.new:
		return strings.TrimSpace(r.name + " " + max(r.old, r.new))
	}
	return r.name + " " + r.old + " -> " + r.new
}

// rest is what more there is to say.
func (r row) rest() string {
	text := strings.Join(r.details, ", ")
	if r.sign == "!" || r.sign == "v" {
		text = strings.ToUpper(r.word) + ": " + text
	}
	if r.via != "" {
		text = strings.TrimSpace(text + "  via " + r.via)
	}
	return text
}

// Marker begins every report in Markdown, so that who posts it can find and replace the one before.
const Marker = "<!-- sbomgen-diff -->"

// MaxMarkdown is the length in characters that GitHub allows a comment.
const MaxMarkdown = 65536

// WriteMarkdown writes the report for a comment on a pull request, in at most limit bytes, 0 meaning MaxMarkdown. What does not
// fit is counted.
func WriteMarkdown(w io.Writer, r *Report, limit int) error {
	if limit <= 0 {
		limit = MaxMarkdown
	}
	p := r.page()
	var small []string
	for _, n := range p.notes {
		small = append(small, escaped(n))
	}
	if r.Old.Target != "" {
		small = append(small, "sbomgen diff "+code(r.Old.Target)+" "+code(r.New.Target))
	}
	tail := "\n<sub>" + strings.Join(small, "<br>") + "</sub>\n"
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n### Dependencies of %s\n\n**%s**\n", Marker, code(p.title), escaped(p.verdict))
	room := limit - b.Len() - len(tail)
	for i := range p.sections {
		room -= len(p.sections[i].frame()) // every section shall at least be counted
	}
	for i := range p.sections {
		s := &p.sections[i]
		room = s.markdown(&b, room)
	}
	text := b.String() + tail
	if len(text) > limit { // a title or a target of absurd length
		text = strings.ToValidUTF8(text[:limit], "")
	}
	_, err := io.WriteString(w, text)
	return err
}

const (
	tableHead = "\n\n| | package | old | new | what | via |\n| --- | --- | --- | --- | --- | --- |\n"
	truncated = "\n%d more: the comment has no room for them.\n"
	foot      = "\n</details>\n"
)

func (s *section) opening() string {
	open := ""
	if s.alarm {
		open = " open"
	}
	return fmt.Sprintf("\n<details%s><summary>%s (%d)</summary>%s", open, escaped(strings.ToUpper(s.title[:1])+s.title[1:]), len(s.rows), tableHead)
}

// frame is all that a section may need around its rows.
func (s *section) frame() string {
	return s.opening() + fmt.Sprintf(truncated, len(s.rows)) + foot
}

// markdown writes the section with as many rows as the room allows, and returns what room is left.
func (s *section) markdown(b *strings.Builder, room int) int {
	b.WriteString(s.opening())
	for i, r := range s.rows {
		line := r.markdown()
		if room -= len(line); room < 0 {
			room += len(line)
			fmt.Fprintf(b, truncated, len(s.rows)-i)
			break
		}
		b.WriteString(line)
	}
	b.WriteString(foot)
	return room
}

func (r row) markdown() string {
	via := ""
	if r.via != "" {
		via = code(r.via)
	}
	details := slices.Clone(r.details)
	for i, d := range details {
		details[i] = escaped(d)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", r.word, code(r.name), code(r.old), code(r.new), strings.Join(details, "<br>"), via)
}

// maxCell bounds the text of one cell in bytes.
const maxCell = 400

func cell(text string) string {
	if len(text) > maxCell {
		text = strings.ToValidUTF8(text[:maxCell], "") + "..."
	}
	return clean(text)
}

// code sets text in code: nothing in it is read as markup, and @scope/name calls nobody.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(strings.ReplaceAll(cell(text), "`", "'"), "|", `\|`) + "`"
}

// escaped sets text that no markup shall come from, and no mention of people.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "`", "'", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "@", "&#64;", "#", "&#35;",
		"://", "&#58;//").Replace(cell(text))
}
