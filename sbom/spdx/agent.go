package spdx

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// agent is a person or an organisation in SPDX's terms, which asks which of the two it is: "Person: Jo (jo@example.com)".
type agent struct{ kind, name, mail string }

const (
	person       = "Person"
	organisation = "Organization"
)

// String is the agent as SPDX 2 writes it, "" for none.
func (a agent) String() string {
	switch {
	case a.name == "":
		return ""
	case a.mail == "":
		return a.kind + ": " + a.name
	}
	return a.kind + ": " + a.name + " (" + a.mail + ")"
}

// words is the agent as packages write it: "Jo <jo@example.com>".
func (a agent) words() string {
	if a.mail == "" {
		return a.name
	}
	return a.name + " <" + a.mail + ">"
}

// parseAgent reads what String writes. Without a kind it is a name, as some documents have it; NOASSERTION is none.
func parseAgent(text string) agent {
	kind, rest, ok := strings.Cut(text, ":")
	if kind = strings.TrimSpace(kind); !ok || kind != person && kind != organisation {
		kind, rest = "", text
	}
	a := agent{kind: kind, name: strings.TrimSpace(rest)}
	if a.name == noAssertion || a.name == none {
		return agent{}
	}
	if open := strings.LastIndex(a.name, " ("); open > 0 && strings.HasSuffix(a.name, ")") {
		if mail := a.name[open+2 : len(a.name)-1]; mailAddress(mail) {
			a.name, a.mail = strings.TrimSpace(a.name[:open]), mail
		} else if mail == "" { // as some documents write a missing address
			a.name = strings.TrimSpace(a.name[:open])
		}
	}
	return a
}

// authorOf divides what a package calls its author: a name, with or without one address. Lists stay as they are.
func authorOf(words string) agent {
	a := agent{name: line(words)}
	if open := strings.LastIndex(a.name, " <"); open > 0 && strings.HasSuffix(a.name, ">") && strings.Count(a.name, "<") == 1 {
		if mail := a.name[open+2 : len(a.name)-1]; mailAddress(mail) {
			a.name, a.mail = strings.TrimSpace(a.name[:open]), mail
		}
	}
	a.kind = person
	if organisational(a.name) {
		a.kind = organisation
	}
	return a
}

// partyOf is a party as an agent; one of which only an address is known is called by it.
func partyOf(p sbom.Party, kind string) agent {
	a := agent{kind, line(p.Name), ""}
	if mailAddress(p.Email) {
		a.mail = p.Email
	}
	if a.name == "" {
		a.name, a.mail = a.mail, ""
	}
	return a
}

// authorKind is the kind of an author of the document: those with a place on the web are no persons.
func authorKind(p sbom.Party) string {
	if p.URL != "" || organisational(p.Name) {
		return organisation
	}
	return person
}

// party is the agent as a document's author or supplier.
func (a agent) party() sbom.Party {
	if a.mail == "" && mailAddress(a.name) {
		return sbom.Party{Email: a.name}
	}
	return sbom.Party{Name: a.name, Email: a.mail}
}

// organisational tells by its last word whether a name is that of an organisation. SPDX makes every author the one or the other; the
// names are what counts.
func organisational(name string) bool {
	last := name[strings.LastIndexByte(name, ' ')+1:]
	switch strings.ToLower(strings.Trim(last, ".,()")) {
	case "inc", "llc", "ltd", "limited", "gmbh", "ag", "corp", "corporation", "co", "company", "foundation", "project", "team", "authors",
		"contributors", "developers", "maintainers", "community", "group", "university", "institute", "association", "consortium", "org":
		return true
	}
	return false
}

// mailAddress tells whether a text can stand between brackets as an address.
func mailAddress(s string) bool {
	return strings.IndexByte(s, '@') > 0 && plain(s) && strings.IndexAny(s, " ()<>\"\\,;:") < 0
}

// toolText is a program as SPDX names it: "sbomgen-0.1.0".
func toolText(t sbom.Tool) string {
	name := line(t.Name)
	if name == "" {
		name = "sbomgen"
	}
	if version := line(t.Version); version != "" {
		name += "-" + version
	}
	return name
}

// parseTool reads what toolText writes: the version begins with a digit.
func parseTool(text string) sbom.Tool {
	for i := 1; i+1 < len(text); i++ {
		next := text[i+1:]
		if text[i] == '-' && (isDigit(next[0]) || next[0] == 'v' && len(next) > 1 && isDigit(next[1])) {
			return sbom.Tool{Name: text[:i], Version: next}
		}
	}
	return sbom.Tool{Name: text}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
