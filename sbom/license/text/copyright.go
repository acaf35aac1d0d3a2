package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Copyrights lists the copyright statements of a text in its order, each once, in one line: "Copyright (c) 2014 The
// Authors". Placeholders of templates and the statement that a licence makes of itself (the GPL's by the Free Software
// Foundation) are none.
func Copyrights(text string) []string {
	var list []string
	seen := make(map[string]bool)
	for rest := text; rest != ""; {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		if !isStatement(line) {
			continue
		}
		next, _, _ := strings.Cut(strings.TrimLeft(rest, " \t\r\n*#/"), "\n")
		statement := tidy(line)
		if isBare(statement) && next != "" && isHolder(next) {
			statement += " " + tidy(next) // the holder stands in a line of its own
		}
		if statement == "" || isPlaceholder(statement) || strings.HasPrefix(next, "Everyone is permitted") || seen[statement] {
			continue
		}
		seen[statement] = true
		list = append(list, statement)
	}
	return list
}

// bare is a line without what comments and markup put at its ends.
func bare(line string) string {
	line = strings.Trim(line, " \t\r*#/;-|>_`~=+")
	for strings.HasPrefix(line, "<") {
		n := tag(line)
		if n == 0 {
			break
		}
		line = strings.TrimLeft(line[n+1:], " \t*_")
	}
	return line
}

// isStatement tells whether a line states a copyright. That it begins with the word is not enough: terms that speak of
// "copyright notice" and "copyright holders" are wrapped anywhere.
func isStatement(line string) bool {
	line = bare(line)
	if len(line) > 600 {
		return false
	}
	switch {
	case hasPrefixFold(line, "copyright"):
		return states(line[len("copyright"):])
	case hasPrefixFold(line, "(c)"):
		return dates(line[len("(c)"):])
	case hasPrefixFold(line, "&copy;"):
		return true
	case strings.HasPrefix(line, "©"):
		return true
	}
	at := indexFold(line, "copyright")
	return 0 < at && at <= 60 && dates(line[at+len("copyright"):])
}

// states tells whether what follows the word "copyright" names a year or a holder.
func states(rest string) bool {
	if rest != "" && (rest[0] == 's' || rest[0] == 'S') { // copyrights
		rest = rest[1:]
	}
	if rest == "" || isAlnum(rest[0]) {
		return false
	}
	rest = strings.TrimLeft(rest, " \t:,-")
	if rest == "" {
		return false
	}
	if dates(rest) {
		return true
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		end = len(rest)
	}
	first, _ := utf8.DecodeRuneInString(rest)
	switch strings.ToLower(rest[:end]) {
	case "":
		return strings.ContainsAny(rest[:1], "<[{")
	case "by", "year", "yyyy":
		return true
	case "notice", "notices", "holder", "holders", "owner", "owners", "license", "licence", "law", "laws", "and", "or", "treaties",
		"treaty", "statement", "statements", "act", "interest", "patent", "protection", "to", "in", "of", "for", "is", "information",
		"line", "lines", "permission", "claim", "claims", "as", "this", "rights", "right", "status":
		return false
	}
	return unicode.IsUpper(first)
}

// dates tells whether a text begins with the sign, a year or a placeholder for one.
func dates(rest string) bool {
	rest = strings.TrimLeft(rest, " \t:,")
	if hasPrefixFold(rest, "(c)") || strings.HasPrefix(rest, "©") || hasPrefixFold(rest, "&copy;") {
		return true
	}
	return len(rest) >= 4 && (rest[:2] == "19" || rest[:2] == "20") && isDigit(rest[2]) && isDigit(rest[3])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// tidy is a statement in one line, without comment marks, markup and repeated space.
func tidy(line string) string {
	line = bare(line)
	if at := indexFold(line, "permission is hereby"); at > 0 {
		line = line[:at]
	}
	if at := indexFold(line, "redistribution and use"); at > 0 {
		line = line[:at]
	}
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		if line[i] == '<' {
			if n := tag(line[i:]); n > 0 {
				i += n
				continue
			}
		}
		b.WriteByte(line[i])
	}
	line = strings.ReplaceAll(b.String(), "&copy;", "©")
	return strings.TrimRight(strings.Join(strings.Fields(line), " "), " ,;-*#/")
}

// isBare tells whether a statement names a year and nobody.
func isBare(statement string) bool {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, statement)
	return slices.Contains([]string{"copyright", "copyrightc", "c", "copyrightpresent", "copyrightcpresent"}, letters)
}

// isHolder tells whether a line may be the holder that the line before left out.
func isHolder(line string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(line, " \t"))
	return len(line) <= 80 && unicode.IsUpper(first) && !hasPrefixFold(line, "all rights") && !hasPrefixFold(line, "permission") && !hasPrefixFold(line, "redistribution")
}

// isPlaceholder tells whether a statement is one that a template leaves to be filled in.
func isPlaceholder(statement string) bool {
	lower := strings.ToLower(statement)
	for _, open := range [...]string{"[yyyy]", "{yyyy}", "<year>", "[year]", "{year}", "{{", "<yyyy>", "yyyy name", "<copyright holder", "[name of copyright owner]", "(yyyy)", "year name of"} {
		if strings.Contains(lower, open) {
			return true
		}
	}
	return false
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// indexFold is strings.Index in any letter case; sub is lower-case ASCII.
func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i]|0x20 == sub[0]|0x20 && strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}
