package docker

import "strings"

// instructions calls yield for each instruction of a Dockerfile, with the line it begins at, until yield returns false. It joins continued lines, leaves out
// comments and the bodies of here-documents, https://docs.docker.com/reference/dockerfile/#format.
func instructions(text string, yield func(word, rest string, line int) bool) {
	escape, broken := byte('\\'), false
	directives, at := true, 0
	for rest := text; rest != ""; {
		var line string
		line, rest = nextLine(rest)
		at++
		trimmed := strings.TrimSpace(line)
		if directives && strings.HasPrefix(trimmed, "#") {
			name, value, ok := strings.Cut(trimmed[1:], "=")
			if directives = ok; ok && strings.EqualFold(strings.TrimSpace(name), "escape") && strings.TrimSpace(value) == "`" {
				escape = '`'
			}
			continue
		}
		directives = false
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		begin := at
		var joined strings.Builder
		for trimmed != "" && trimmed[len(trimmed)-1] == escape {
			joined.WriteString(trimmed[:len(trimmed)-1])
			joined.WriteByte(' ')
			for trimmed = ""; rest != ""; { // comments and empty lines do not end it
				line, rest = nextLine(rest)
				at++
				if trimmed = strings.TrimSpace(line); trimmed != "" && trimmed[0] != '#' {
					break
				}
				trimmed = ""
			}
		}
		joined.WriteString(trimmed)
		word, arguments := joined.String(), ""
		if blank := strings.IndexAny(word, " \t"); blank >= 0 {
			word, arguments = word[:blank], strings.TrimSpace(word[blank:])
		}
		if !yield(word, arguments, begin) {
			return
		}
		if !broken { // one that does not end is looked for once
			rest, at, broken = afterHeredocs(word, arguments, rest, at)
		}
	}
}

func nextLine(text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}

// afterHeredocs passes over the bodies of the here-documents that an instruction opens, unless one does not end.
func afterHeredocs(word, arguments, rest string, at int) (after string, line int, broken bool) {
	switch strings.ToUpper(word) {
	case "RUN", "COPY", "ADD":
	default:
		return rest, at, false
	}
	for _, w := range strings.Fields(arguments) {
		end, ok := strings.CutPrefix(strings.TrimLeft(w, "0123456789"), "<<")
		if end = strings.Trim(strings.TrimPrefix(end, "-"), `"'`); !ok || end == "" || !letter(end[0]) {
			continue
		}
		body, lines, found := rest, at, false
		for body != "" {
			var line string
			line, body = nextLine(body)
			lines++
			if strings.TrimSpace(line) == end {
				rest, at, found = body, lines, true
				break
			}
		}
		if !found {
			return rest, at, true
		}
	}
	return rest, at, false
}

func letter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }

// words parts a text at blanks outside of quotes, and takes the quotes away.
func words(text string) (list []string) {
	var word []byte
	quote, open := byte(0), false
	for i := range len(text) {
		switch c := text[i]; {
		case quote == 0 && (c == '"' || c == '\''):
			quote, open = c, true
		case c == quote && quote != 0:
			quote = 0
		case quote == 0 && (c == ' ' || c == '\t'):
			if open {
				list = append(list, string(word))
			}
			word, open = nil, false
		default:
			word, open = append(word, c), true
		}
	}
	if open {
		list = append(list, string(word))
	}
	return list
}

// maxExpanded is how long a name may become by its variables.
const maxExpanded = 4096

// expand replaces variables, https://docs.docker.com/reference/dockerfile/#environment-replacement: $name, ${name}, ${name:-default}
// and ${name:+instead}, which composes know too. A variable without a value stays as it is written.
func expand(text string, values map[string]string) string {
	if strings.IndexByte(text, '$') < 0 || len(text) > maxExpanded {
		return text
	}
	b := make([]byte, 0, len(text)+32)
	for text != "" && len(b) < maxExpanded {
		dollar := strings.IndexByte(text, '$')
		if dollar < 0 || dollar+1 == len(text) {
			break
		}
		b = append(b, text[:dollar]...)
		text = text[dollar:]
		end, value, ok := variable(text, values)
		if !ok {
			value = text[:end]
		}
		b, text = append(b, value...), text[end:]
	}
	return string(append(b, text[:min(len(text), maxExpanded)]...))
}

// variable reads the variable at the beginning of a text and tells where it ends.
func variable(text string, values map[string]string) (end int, value string, ok bool) {
	if text[1] != '{' {
		end = 1
		for end < len(text) && (letter(text[end]) || end > 1 && '0' <= text[end] && text[end] <= '9') {
			end++
		}
		value, ok = values[text[1:end]]
		return end, value, ok
	}
	depth := 0
	for end = 1; end < len(text); end++ {
		if text[end] == '{' {
			depth++
		} else if text[end] == '}' {
			if depth--; depth == 0 {
				break
			}
		}
	}
	if end == len(text) {
		return end, "", false
	}
	inner := text[2:end]
	end++
	cut := 0
	for cut < len(inner) && (letter(inner[cut]) || cut > 0 && '0' <= inner[cut] && inner[cut] <= '9') {
		cut++
	}
	value, known := values[inner[:cut]]
	operator, word := inner[cut:], ""
	colon := strings.HasPrefix(operator, ":")
	if operator = strings.TrimPrefix(operator, ":"); operator == "" {
		return end, value, known && !colon
	}
	operator, word = operator[:1], operator[1:]
	set := known && (value != "" || !colon)
	switch {
	case operator == "-" && !set:
		return end, expand(word, values), true
	case operator == "+" && set:
		return end, expand(word, values), true
	case operator == "+":
		return end, "", true
	case operator == "-", operator == "?":
		return end, value, known
	}
	return end, "", false
}
