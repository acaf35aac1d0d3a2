package pypi

import "strings"

// lines tells where the keys and strings of a TOML manifest stand, which the decoder does not.
type lines map[spot]int

type spot struct {
	section string // the header above, "" for the first place in the whole file
	text    string
}

// linesOf walks a manifest once. Strings of several lines are passed over.
func linesOf(text string) lines {
	l := make(lines)
	section, long := "", ""
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		if long != "" {
			if strings.Contains(line, long) {
				long = ""
			}
			continue
		}
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[' && strings.TrimRight(line, ",") == line && !strings.ContainsAny(line, "{,") && strings.Contains(line, "]"):
			if name, _, ok := strings.Cut(strings.TrimLeft(line, "["), "]"); ok && !strings.ContainsAny(name, "<>= ") {
				section = strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(name), `"`, ""), "'", "")
				continue
			}
		}
		if key, _, ok := strings.Cut(line, "="); ok && line[0] != '{' {
			l.note(section, strings.Trim(strings.TrimSpace(key), `"'`), number)
		}
		long = l.strings(section, line, number)
	}
	return l
}

func (l lines) note(section, text string, number int) {
	for _, at := range [...]spot{{section, text}, {"", text}} {
		if l[at] == 0 {
			l[at] = number
		}
	}
}

// strings notes the strings of a line. It returns the delimiter of one that goes on in the next line.
func (l lines) strings(section, line string, number int) string {
	for i := 0; i < len(line); i++ {
		quote := line[i]
		if quote == '#' {
			return ""
		}
		if quote != '"' && quote != '\'' {
			continue
		}
		if rest := line[i:]; strings.HasPrefix(rest, `"""`) || strings.HasPrefix(rest, "'''") {
			end := strings.Index(rest[3:], rest[:3])
			if end < 0 {
				return rest[:3]
			}
			i += end + 5
			continue
		}
		end := i + 1
		for end < len(line) && line[end] != quote {
			if line[end] == '\\' && quote == '"' {
				end++
			}
			end++
		}
		if end >= len(line) {
			return ""
		}
		content := line[i+1 : end]
		if quote == '"' && strings.Contains(content, `\`) {
			content = strings.ReplaceAll(content, `\"`, `"`)
		}
		l.note(section, content, number)
		i = end
	}
	return ""
}

// of gives the line of a key or string in a section, or of its first place anywhere.
func (l lines) of(section, text string) int {
	if line := l[spot{section, text}]; line > 0 {
		return line
	}
	return l[spot{"", text}]
}
