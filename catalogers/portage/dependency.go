package portage

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/purl/version"
)

// node is a part of a dependency specification, https://projects.gentoo.org/pms/8/pms.html#x1-680008.2: a word, or a group.
type node struct {
	word  string // of a group: "||" for any of it, "flag?" or "!flag?" for all of it under that condition, "" for all of it
	group bool
	parts []node
}

var errDeep = errors.New("groups are nested too deep")

// parse reads a specification: of dependencies, or of licences. An unclosed group ends with the text.
func parse(text string) (node, error) {
	const deepest = 100
	stack, before := []node{{group: true}}, ""
	for _, word := range strings.Fields(text) {
		top := &stack[len(stack)-1]
		switch {
		case word == "||", strings.HasSuffix(word, "?"):
			before = word
			continue
		case word == "(":
			if len(stack) > deepest {
				return node{group: true}, errDeep
			}
			stack = append(stack, node{word: before, group: true})
		case word == ")":
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
				stack[len(stack)-1].parts = append(stack[len(stack)-1].parts, *top)
			}
		default:
			top.parts = append(top.parts, node{word: word})
		}
		before = ""
	}
	for len(stack) > 1 {
		last := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		stack[len(stack)-1].parts = append(stack[len(stack)-1].parts, last)
	}
	return stack[0], nil
}

// holds tells whether the condition of a group does with these USE flags.
func (n *node) holds(use map[string]bool) bool {
	flag, conditional := strings.CutSuffix(n.word, "?")
	if !conditional {
		return true
	}
	flag, not := strings.CutPrefix(flag, "!")
	return use[flag] != not
}

// expression writes licences as an expression: all of a group, or any of it.
func (n *node) expression(use map[string]bool, inner bool) string {
	if !n.group {
		return n.word
	}
	if !n.holds(use) {
		return ""
	}
	var list []string
	for i := range n.parts {
		if text := n.parts[i].expression(use, len(n.parts) > 1); text != "" {
			list = append(list, text)
		}
	}
	operator := " AND "
	if n.word == "||" {
		operator = " OR "
	}
	text := strings.Join(list, operator)
	if inner && len(list) > 1 {
		return "(" + text + ")"
	}
	return text
}

// database holds the installed packages by category and name.
type database map[string][]*ebuild

type edge struct{ to, atom string }

// resolve gives what a specification stands for among the installed packages, and whether they satisfy it. Of alternatives it is the
// first that is installed.
func (d database) resolve(n *node, use map[string]bool) (list []edge, ok bool) {
	if !n.group {
		if strings.HasPrefix(n.word, "!") { // what must not be there
			return nil, true
		}
		list = d.find(n.word)
		return list, len(list) > 0
	}
	if !n.holds(use) {
		return nil, true
	}
	ok = n.word != "||" || len(n.parts) == 0
	for i := range n.parts {
		some, met := d.resolve(&n.parts[i], use)
		if n.word != "||" {
			list, ok = append(list, some...), ok && met
		} else if met && len(some) > 0 {
			return some, true
		}
	}
	return list, ok
}

// find gives the newest installed package that an atom names: "operator category/name-version:slot/subslot=::repository[flags]". Where no version fits, the newest
// of the slot is it, since Portage was told to ignore the rest.
func (d database) find(atom string) []edge {
	spec, _, _ := strings.Cut(atom, "[")
	spec, _, _ = strings.Cut(spec, "::")
	spec, slot, _ := strings.Cut(spec, ":")
	slot, _, _ = strings.Cut(strings.TrimRight(slot, "=*"), "/")
	name := strings.TrimLeft(spec, "<>=~")
	operator, wanted := spec[:len(spec)-len(name)], ""
	if operator != "" {
		name, wanted = cutVersion(strings.TrimSuffix(name, "*"))
	}
	var best *ebuild
	fits := false
	for _, p := range d[name] {
		if slot != "" && p.slot != slot {
			continue
		}
		fit := allows(operator, wanted, strings.HasSuffix(spec, "*"), p.version)
		if best == nil || fit && !fits || fit == fits && newer(p.version, best.version) {
			best, fits = p, fit
		}
	}
	if best == nil {
		return nil
	}
	return []edge{{best.key, atom}}
}

// compare orders versions by the rules of Gentoo, which are those that apk took over.
func compare(a, b string) (int, bool) { return version.Compare(purl.APK, a, b) }

func newer(a, b string) bool {
	order, ok := compare(a, b)
	return ok && order > 0
}

func allows(operator, wanted string, prefix bool, v string) bool {
	switch {
	case operator == "":
		return true
	case prefix: // "=category/name-1.2*"
		return strings.HasPrefix(v, wanted)
	case operator == "~": // any revision
		v, _, _ = strings.Cut(v, "-r")
	}
	order, ok := compare(v, wanted)
	return ok && (order == 0 && (operator == "~" || strings.HasSuffix(operator, "=")) || order < 0 && operator[0] == '<' || order > 0 && operator[0] == '>')
}
