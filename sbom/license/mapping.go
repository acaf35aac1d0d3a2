package license

import (
	_ "embed" // the table of names
	"slices"
	"strings"
	"sync"
)

// names is our own table of what licences are called; its first lines say how
// to read it.
//
//go:embed mapping.txt
var names string

// part is what a run of words contributes to an expression.
type part uint8

const (
	licensePart   part = iota // names one or several licences
	exceptionPart             // names an exception
	versionPart               // a number
	laterPart                 // "or later"
	onlyPart                  // "only"
	withPart                  // introduces an exception
	andPart                   // joins licences
	orPart                    // joins licences
	slashPart                 // joins licences as or does, if licences stand on both sides
	commaPart                 // joins licences as the words after it do
	plusPart                  // "or later", or joins licences nobody knows how
	dualPart                  // the licences beside it are alternatives
	vaguePart                 // "style", "like": resembles the licence named
	fillerPart                // says nothing
)

// meaning is what a phrase stands for.
type meaning struct {
	part     part
	families []string // of licences: "GPL" in any version of the list
	options  []string // of licences and exceptions: expressions or exceptions, one of which is meant
	optional bool     // of exceptions: nobody says which one, or whether there is one
	also     bool     // of licences: applies together with the one before it
}

// dictionary is everything that Normalize knows, keyed by the words of a scan.
type dictionary struct {
	phrases  map[string]meaning  // runs of words
	texts    map[string][]string // whole texts, with no word dropped
	urls     map[string][]string // hosts with paths
	hosts    map[string]string   // hosts whose paths name licences, and what to put before these
	versions map[string][]string // the identifiers of a family, in the list's order
	reach    map[string]int      // by first word, the most words that a phrase has
}

// knowledge is the dictionary, made when a text first needs it.
var knowledge = sync.OnceValue(learn)

// learn makes a dictionary of the SPDX list and the table of names: the list
// gives identifiers and full names, with and without their versions, the table
// everything else.
func learn() *dictionary {
	d := &dictionary{
		phrases:  make(map[string]meaning, 4096),
		texts:    make(map[string][]string, 256),
		urls:     make(map[string][]string, 256),
		hosts:    make(map[string]string, 32),
		versions: make(map[string][]string, 512),
		reach:    make(map[string]int, 2048),
	}
	listings(d.list)
	d.table(names)
	for key := range d.phrases {
		first, _, _ := strings.Cut(key, " ")
		d.reach[first] = max(d.reach[first], 1+strings.Count(key, " "))
	}
	return d
}

// list adds what the SPDX list itself says about one identifier.
func (d *dictionary) list(l listing) {
	if l.marked('D') {
		return
	}
	kind := licensePart
	if l.marked('x') {
		kind = exceptionPart
	}
	id, name := scan(l.id, false), scan(l.name, false)
	keys := []string{id.text, name.text}
	if kind == exceptionPart {
		keys = append(keys, id.text+" exception", name.text+" exception")
	}
	for _, key := range keys {
		m := d.phrases[key]
		m.part = kind
		m.options = include(m.options, l.id)
		d.phrases[key] = m
	}
	family, version, suffix := splitVersion(l.id)
	if version == "" {
		return
	}
	if suffix == "" || suffix == "-only" || suffix == "-or-later" {
		d.versions[family] = append(d.versions[family], l.id)
	}
	keys = []string{scan(family, false).text}
	for i := 1; i < len(name.words); i++ {
		if !sameVersion(version, name.word(i)) {
			continue
		}
		if rest := name.span(i, len(name.words))[len(name.word(i)):]; rest == "" || rest == " only" || rest == " or later" {
			keys = append(keys, name.span(0, i))
		}
	}
	for _, key := range keys {
		m := d.phrases[key]
		m.part = kind
		if kind == exceptionPart {
			m.options = include(m.options, l.id)
		} else {
			m.families = include(m.families, family)
		}
		d.phrases[key] = m
	}
}

func include(list []string, item string) []string {
	if slices.Contains(list, item) {
		return list
	}
	return append(list, item)
}

// table reads mapping.txt, whose lines are "names = meaning" under a heading.
func (d *dictionary) table(text string) {
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			section = line
			continue
		}
		left, right, _ := strings.Cut(line, " = ")
		for name := range strings.SplitSeq(left, "; ") {
			switch section {
			case "[phrases]":
				d.phrases[scan(name, false).text] = readMeaning(right)
			case "[texts]":
				d.texts[scan(name, true).text] = strings.Split(right, " | ")
			case "[urls]":
				d.urls[name] = strings.Split(right, " | ")
			case "[hosts]":
				d.hosts[name] = strings.Trim(right, `"`)
			}
		}
	}
}

// grammar is what a meaning of one word with "!" before it stands for.
func grammar(word string) part {
	switch word {
	case "later":
		return laterPart
	case "only":
		return onlyPart
	case "with":
		return withPart
	case "and":
		return andPart
	case "or":
		return orPart
	case "slash":
		return slashPart
	case "plus":
		return plusPart
	case "dual":
		return dualPart
	case "vague":
		return vaguePart
	}
	return fillerPart
}

func readMeaning(text string) meaning {
	if word, ok := strings.CutPrefix(text, "!"); ok {
		return meaning{part: grammar(word)}
	}
	var m meaning
	text, m.optional = strings.CutPrefix(text, "perhaps ")
	text, m.also = strings.CutPrefix(text, "AND ")
	if exceptions, ok := strings.CutPrefix(text, "WITH "); ok {
		m.part, m.options = exceptionPart, strings.Split(exceptions, " | ")
		return m
	}
	for item := range strings.SplitSeq(text, " | ") {
		if family, ok := strings.CutSuffix(item, "-*"); ok {
			m.families = append(m.families, family)
		} else {
			m.options = append(m.options, item)
		}
	}
	return m
}
