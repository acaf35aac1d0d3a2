package gem

import "strings"

// statementLines bounds how many lines are put together as one statement: brackets in a regular expression may look open.
const statementLines = 100

// statements gives the statements of a Ruby text with their lines: comments gone, lines that are continued put together. It knows
// strings, brackets and here documents, which is what Gemfiles and gemspecs are made of; nothing is evaluated.
func statements(text string, yield func(line int, s string)) {
	var open []string
	first, depth, line, until, comment := 0, 0, 0, "", false
	for l := range strings.Lines(text) {
		line++
		l = strings.TrimSpace(l)
		switch {
		case until != "":
			if l == until {
				until = ""
			}
			continue
		case l == "=begin" || l == "=end":
			comment = l == "=begin"
			continue
		case comment || l == "":
			continue
		case l == "__END__":
			return
		}
		end := len(l)
		outside(l, func(i, change int) bool {
			depth += change
			switch {
			case l[i] == '#':
				end = i
			case strings.HasPrefix(l[i:], "<<~") || strings.HasPrefix(l[i:], "<<-"):
				until, _, _ = strings.Cut(strings.Trim(l[i+3:], `"'`), ".")
				until = strings.TrimRight(strings.Trim(until, `"'`), ",)")
			}
			return end == len(l)
		})
		l = strings.TrimSpace(l[:end])
		if l == "" {
			continue
		}
		if len(open) == 0 {
			first = line
		}
		open = append(open, strings.TrimSuffix(l, "\\"))
		if depth > 0 && len(open) < statementLines || strings.HasSuffix(l, ",") || strings.HasSuffix(l, "\\") {
			continue
		}
		yield(first, strings.Join(open, " "))
		open, depth = open[:0], 0
	}
	if len(open) > 0 {
		yield(first, strings.Join(open, " "))
	}
}

// outside calls yield for every byte of a line that is not within a string, with what it adds to the depth of brackets, until yield
// says no.
func outside(s string, yield func(i, change int) bool) {
	for i := 0; i < len(s); i++ {
		if end := quoted(s, i); end > i {
			if !yield(i, 0) {
				return
			}
			i = end - 1
			continue
		}
		change := 0
		switch s[i] {
		case '(', '[', '{':
			change = 1
		case ')', ']', '}':
			change = -1
		}
		if !yield(i, change) {
			return
		}
	}
}

// quoted tells where the string literal ends that begins at i, or i if none does.
func quoted(s string, i int) int {
	switch s[i] {
	case '"', '\'':
		for j := i + 1; j < len(s); j++ {
			if s[j] == '\\' {
				j++
			} else if s[j] == s[i] {
				return j + 1
			}
		}
		return len(s)
	case '%':
		j := i + 1
		if j < len(s) && strings.IndexByte("qQwWiI", s[j]) >= 0 {
			j++
		}
		if j >= len(s) || strings.IndexByte("([{<|!", s[j]) < 0 {
			return i
		}
		if end := strings.IndexByte(s[j+1:], closing(s[j])); end >= 0 {
			return j + 1 + end + 1
		}
		return len(s)
	}
	return i
}

func closing(open byte) byte {
	if at := strings.IndexByte("([{<", open); at >= 0 {
		return ")]}>"[at]
	}
	return open
}

// arguments divides a list at its commas.
func arguments(s string) []string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "(") {
		s = strings.TrimSuffix(s[1:], ")")
	}
	var list []string
	from, depth := 0, 0
	outside(s, func(i, change int) bool {
		depth += change
		if s[i] == ',' && depth == 0 {
			list = append(list, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
		return true
	})
	return append(list, strings.TrimSpace(s[from:]))
}

// option reads an argument that has a key: `key: value`, `:key => value` or `"key" => value`.
func option(s string) (key, value string, ok bool) {
	if k, v, cut := strings.Cut(s, "=>"); cut {
		k = strings.TrimSpace(k)
		if text, ok := literal(k); ok {
			return text, strings.TrimSpace(v), true
		}
		return "", "", false
	}
	k, v, cut := strings.Cut(s, ": ")
	return k, strings.TrimSpace(v), cut && word(k)
}

// literal reads a string or a symbol that holds no expression.
func literal(s string) (string, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".freeze")
	switch {
	case s == "" || quoted(s, 0) != len(s):
		name, symbol := strings.CutPrefix(s, ":")
		if name = strings.Trim(name, `"'`); !symbol || !word(name) {
			return "", false
		}
		return name, true
	case s[0] == '"' && strings.Contains(s, "#{"):
		return "", false
	case s[0] == '%':
		if len(s) < 3 || strings.IndexByte("wWiI", s[1]) >= 0 {
			return "", false
		}
		from := strings.IndexAny(s, "([{<|!") + 1
		return s[min(from, len(s)-1) : len(s)-1], from > 0 && from < len(s)
	case len(s) < 2 || s[len(s)-1] != s[0]:
		return "", false
	}
	return strings.ReplaceAll(s[1:len(s)-1], `\`+s[:1], s[:1]), true
}

// literals reads a list of strings and symbols, or a single one.
func literals(s string) []string {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".freeze")
	if len(s) > 3 && s[0] == '%' && strings.IndexByte("wWiI", s[1]) >= 0 {
		return strings.Fields(s[3 : len(s)-1])
	}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		s = strings.TrimSuffix(inner, "]")
	}
	var list []string
	for _, a := range arguments(s) {
		if text, ok := literal(a); ok {
			list = append(list, text)
		}
	}
	return list
}

// word tells whether s is a name in Ruby.
func word(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_?!") == ""
}
