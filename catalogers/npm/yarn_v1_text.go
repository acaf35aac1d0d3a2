package npm

import (
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// lines reads the text into entries, and what they ask for.
func (y *yarn) lines(text string) {
	entry, section := int32(-1), sbom.ScopeUnset
	for number := 1; text != ""; number++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimSuffix(line, "\r")
		content := strings.TrimLeft(line, " ")
		if content == "" || content[0] == '#' {
			continue
		}
		indent := len(line) - len(content)
		switch {
		case indent == 0:
			section = sbom.ScopeUnset
			if entry = int32(len(y.entries)); !y.head(content, number) {
				entry = -1
			}
		case entry < 0: // of what was no entry
		case indent == 2:
			section = y.field(&y.entries[entry], content)
		case section != sbom.ScopeUnset:
			name, rest := token(content)
			spec, _ := token(strings.TrimLeft(rest, " "))
			if name == "" || spec == "" {
				y.out.Gap(number, "%.80q is no dependency", shown(content))
				continue
			}
			y.wants = append(y.wants, yarnWant{entry, name, spec, section, number})
		}
	}
}

// head reads the line that opens an entry: everything that is asked for and that it answers to.
func (y *yarn) head(line string, number int) bool {
	rest, ok := strings.CutSuffix(line, ":")
	if !ok {
		y.out.Gap(number, "%.80q opens no entry", shown(line))
		return false
	}
	at := int32(len(y.entries))
	e := yarnEntry{line: number}
	for rest != "" {
		var descriptor string
		descriptor, rest = token(rest)
		rest = strings.TrimLeft(rest, ", ")
		if descriptor == "" {
			y.out.Gap(number, "%.80q opens no entry", shown(line))
			return false
		}
		if e.key == "" {
			e.key, e.asked = shown(descriptor), descriptor
			name, spec := nameAt(descriptor)
			if real, _, ok := aliased(spec); ok {
				name = real
			}
			e.name = name
		}
		if _, taken := y.at[descriptor]; !taken {
			y.at[descriptor] = at
		}
	}
	y.entries = append(y.entries, e)
	return true
}

// field reads a line of an entry, and tells the scope of the list that it opens.
func (y *yarn) field(e *yarnEntry, line string) sbom.Scope {
	switch line {
	case "dependencies:":
		return sbom.Runtime
	case "optionalDependencies:":
		return sbom.Optional
	}
	key, rest, _ := strings.Cut(line, " ")
	value, _ := token(rest)
	switch key {
	case "version":
		e.version = value
	case "resolved":
		e.resolved = value
	case "integrity":
		if value != rest && rest[0] != '"' {
			value = rest // several digests
		}
		e.integrity = value
	}
	return sbom.ScopeUnset
}

// token cuts a word or a quoted text off a line.
func token(s string) (word, rest string) {
	if s == "" || s[0] != '"' {
		if i := strings.IndexAny(s, ", "); i >= 0 {
			return s[:i], s[i:]
		}
		return s, ""
	}
	end := strings.IndexByte(s[1:], '"') + 1
	if end == 0 {
		return "", ""
	}
	if strings.IndexByte(s[:end], '\\') < 0 {
		return s[1:end], s[end+1:]
	}
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", ""
	}
	word, err = strconv.Unquote(quoted)
	if err != nil {
		return "", ""
	}
	return word, s[len(quoted):]
}
