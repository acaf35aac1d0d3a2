package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// page is a report arranged for reading: what people should look at first comes first.
type page struct {
	title    string
	verdict  string
	sections []section
	notes    []string
}

type section struct {
	title string
	alarm bool
	rows  []row
}

// row is one change in words.
type row struct {
	sign     string // ! + - ^ v ~
	word     string // what the sign says
	name     string
	old, new string // versions
	details  []string
	via      string
}

func (r *Report) page() *page {
	p := &page{title: r.title(), verdict: r.verdict(), notes: r.notes()}
	alarms := section{title: "look at these first", alarm: true}
	direct, transitive, packages := section{title: "direct"}, section{title: "transitive"}, section{title: "packages"}
	types := make(map[string]bool)
	for i := range r.Changes {
		types[string(r.Changes[i].Type)] = true
	}
	flat := slices.ContainsFunc(r.NotComparable, func(m Missing) bool { return m.Field == fieldWords[directs] })
	for i := range r.Changes {
		c := &r.Changes[i]
		to := &transitive
		switch {
		case c.Kinds.Has(Rehashed|Downgraded|SourceChanged) || c.newCopyleft():
			to = &alarms
		case flat:
			to = &packages
		case c.direct():
			to = &direct
		}
		to.rows = append(to.rows, c.row(len(types) > 1))
	}
	for _, s := range [...]*section{&alarms, &direct, &transitive, &packages} {
		slices.SortStableFunc(s.rows, func(a, b row) int { return strings.Index(order, a.sign) - strings.Index(order, b.sign) })
		if s.alarm {
			s.rows = summed(s.rows)
		}
		p.add(*s)
	}
	relations := section{title: "dependencies between packages that stay"}
	for _, e := range r.Edges {
		sign := "+"
		if e.Change == Removed.String() {
			sign = "-"
		}
		relations.rows = append(relations.rows, row{sign: sign, word: e.Change, name: e.From.text(), details: []string{strings.ReplaceAll(e.Kind, "-", " ") + " " + e.To.text()}})
	}
	p.add(relations)
	return p
}

// order is that of the signs within a section.
const order = "!v+^~-"

func (p *page) add(s section) {
	if len(s.rows) > 0 {
		p.sections = append(p.sections, s)
	}
}

// direct tells whether an application asks for the package on either side, or it is one.
func (c *Change) direct() bool {
	is := func(p *Package) bool { return p != nil && (p.Direct || strings.HasPrefix(string(p.ID), "app:")) }
	return is(c.Old) || is(c.New)
}

// repeated is from how many changes on, that differ in their package only, one line stands for all.
const repeated = 4

// summed makes one row of many that tell the same: a registry that moved moves all its packages.
func summed(rows []row) []row {
	key := func(r row) string {
		if r.old != r.new {
			return r.name + " " + r.old + " " + r.new // of its own
		}
		return strings.Join(r.details, "\n")
	}
	alike := make(map[string][]string)
	for _, r := range rows {
		alike[key(r)] = append(alike[key(r)], r.what())
	}
	var list []row
	for _, r := range rows {
		names := alike[key(r)]
		if len(names) >= repeated {
			r.name, r.old, r.new, r.via = fmt.Sprintf("%d packages", len(names)), "", "", ""
			r.details = append(r.details, fmt.Sprintf("%s and %d more", strings.Join(names[:repeated-1], ", "), len(names)-repeated+1))
			alike[strings.Join(r.details[:len(r.details)-1], "\n")] = nil
		}
		if names != nil {
			list = append(list, r)
		}
	}
	return list
}

// row puts a change in words.
func (c *Change) row(typed bool) row {
	r := row{name: clean(c.Package), old: clean(c.Old.text()), new: clean(c.New.text())}
	if typed && c.Type != "" {
		r.name = string(c.Type) + ":" + r.name
	}
	say := func(format string, args ...any) { r.details = append(r.details, clean(fmt.Sprintf(format, args...))) }
	k := c.Kinds
	for _, mark := range [...]struct {
		kinds Kinds
		sign  string
	}{{Rehashed | SourceChanged, "!"}, {Added | VersionAdded, "+"}, {Removed | VersionRemoved, "-"}, {Upgraded, "^"}, {Downgraded, "v"}, {k, "~"}} {
		if k.Has(mark.kinds) {
			r.sign, r.word = mark.sign, strings.ReplaceAll((k & mark.kinds).Words()[0], "-", " ")
			break
		}
	}
	if alarms := k & (Rehashed | SourceChanged | Downgraded); alarms != 0 {
		r.word = strings.ReplaceAll(alarms.String(), "-", " ")
	}
	if k.Has(Rehashed) {
		say("other bytes of the same version")
	}
	for _, h := range c.Hashes {
		say("%s %s -> %s", h.Algorithm, some(h.Old), some(h.New))
	}
	for _, s := range c.Sources {
		say("%s %s -> %s", s.What, s.Old, s.New)
	}
	if c.Class != "" {
		say("%s", c.Class)
	}
	if k.Has(Moved) {
		say("moved from %s (%s)", c.Old.Name, c.Evidence)
	}
	if k.Has(VersionAdded) {
		say("beside %s", strings.Join(c.Beside, ", "))
	}
	if k.Has(VersionRemoved) && len(c.Beside) > 0 {
		say("was beside %s", strings.Join(c.Beside, ", "))
	}
	if l := c.License; l != nil {
		say("license %s -> %s", l.Old, l.New)
		if l.OldCategory != l.NewCategory {
			say("%s -> %s", l.OldCategory, l.NewCategory)
		}
	} else if c.newCopyleft() {
		say("%s, %s", c.New.License, c.New.Category)
	}
	switch p := cmp.Or(c.New, c.Old); {
	case k.Has(Rescoped):
		say("%s -> %s", c.Old.Scope, c.New.Scope)
	case !sbom.ParseScope(p.Scope).Shipped():
		say("%s", p.Scope)
	}
	if k.Has(NowDirect) {
		say("now direct")
	}
	if k.Has(NowTransitive) {
		say("no longer direct")
	}
	for _, q := range c.Qualifiers {
		say("%s %s -> %s", q.What, q.Old, q.New)
	}
	if s := c.Supplier; s != nil {
		say("supplier %s -> %s", s.Old, s.New)
	}
	r.via = clean(c.via())
	return r
}

// some is a digest, shortened, and how many more there are.
func some(digests []string) string {
	if len(digests) == 0 {
		return "none"
	}
	text := digests[0][:min(len(digests[0]), 12)]
	if len(digests) > 1 {
		text += fmt.Sprintf(" and %d more", len(digests)-1)
	}
	return text
}

// via is the way from an application down to the package, with what changed about the ancestor that caused it.
func (c *Change) via() string {
	if c.Cause == nil {
		return ""
	}
	var names []string
	told := false
	for i := 1; i < len(c.Path)-1; i++ {
		if i == head && c.Omitted > 0 {
			names = append(names, "...")
		}
		if c.Path[i].ID == c.Cause.ID {
			names = append(names, c.Cause.text())
			told = true
		} else {
			names = append(names, c.Path[i].Name)
		}
	}
	if !told { // it is among the steps that are left out
		return c.Cause.text() + ": " + strings.Join(names, " > ")
	}
	return strings.Join(names, " > ")
}

func (c *Cause) text() string {
	switch {
	case c.Kind == "edge":
		return c.Name
	case c.Old == "":
		return c.Name + " " + c.New + " (new)"
	case c.New == "":
		return c.Name + " " + c.Old + " (gone)"
	}
	return c.Name + " " + c.Old + " -> " + c.New
}

func (s Step) text() string { return clean(strings.TrimSpace(s.Name + " " + s.Version)) }

// title names what is compared.
func (r *Report) title() string {
	switch {
	case r.Old.Name == r.New.Name && r.Old.Version == r.New.Version:
		return clean(strings.TrimSpace(r.New.Name + " " + r.New.Version))
	case r.Old.Name == r.New.Name:
		return clean(fmt.Sprintf("%s %s -> %s", r.New.Name, cmp.Or(r.Old.Version, "?"), cmp.Or(r.New.Version, "?")))
	}
	return clean(fmt.Sprintf("%s -> %s", strings.TrimSpace(r.Old.Name+" "+r.Old.Version), strings.TrimSpace(r.New.Name+" "+r.New.Version)))
}

// verdict counts the changes in one line.
func (r *Report) verdict() string {
	if r.Empty() {
		return "no changes"
	}
	major := 0
	for i := range r.Changes {
		if r.Changes[i].Kinds.Has(Upgraded) && Gate("major").stops(&r.Changes[i]) {
			major++
		}
	}
	var words []string
	for _, word := range kindWords {
		n := r.Counts[word]
		if n == 0 {
			continue
		}
		text := fmt.Sprintf("%d %s", n, strings.ReplaceAll(word, "-", " "))
		if word == Upgraded.String() && major > 0 {
			text += fmt.Sprintf(" (%d major)", major)
		}
		words = append(words, text)
	}
	if n := r.Counts["edges-added"] + r.Counts["edges-removed"]; n > 0 {
		noun := "dependencies"
		if n == 1 {
			noun = "dependency"
		}
		words = append(words, fmt.Sprintf("%d %s between others", n, noun))
	}
	return strings.Join(words, ", ")
}

// notes say what the report cannot tell.
func (r *Report) notes() []string {
	var list []string
	by := make(map[string][]string)
	for _, m := range r.NotComparable {
		by[m.Side] = append(by[m.Side], m.Field)
	}
	for _, side := range [...]struct{ word, text string }{{"old", "only the new side states"}, {"new", "only the old side states"}, {"both", "neither side states"}} {
		if fields := by[side.word]; len(fields) > 0 {
			list = append(list, "not compared: "+side.text+" "+strings.Join(fields, ", "))
		}
	}
	for _, k := range r.Known {
		if k.Gained > 0 {
			list = append(list, fmt.Sprintf("now known, and no change: %s of %s", k.Field, counted(k.Gained, "package")))
		}
		if k.Lost > 0 {
			list = append(list, fmt.Sprintf("no longer known, and no change: %s of %s", k.Field, counted(k.Lost, "package")))
		}
	}
	for _, s := range [...]struct {
		word string
		side Side
	}{{"old", r.Old}, {"new", r.New}} {
		if s.side.Gaps > 0 {
			list = append(list, fmt.Sprintf("the %s side has %s: what it lacks may only be unseen", s.word, counted(s.side.Gaps, "gap")))
		}
	}
	for i, note := range list {
		list[i] = clean(note)
	}
	return list
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// clean makes text fit for one line of a terminal: what a document says must not move the cursor.
func clean(text string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || 0x80 <= c && c < 0xa0 || 0x200b <= c && c <= 0x200f || 0x2028 <= c && c <= 0x202e || 0x2066 <= c && c <= 0x2069 {
			return '\uFFFD'
		}
		return c
	}, text)
}
