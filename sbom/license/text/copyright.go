package text

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
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
	for s := range statements(text) {
		if !seen[s.words] {
			seen[s.words] = true
			list = append(list, s.words)
		}
	}
	return list
}

// statement is a copyright statement and the lines that it stands in.
type statement struct {
	words      string
	start, end int // in bytes
}

// statements visits the copyright statements of a text.
func statements(text string) iter.Seq[statement] {
	return func(yield func(statement) bool) {
		for start := 0; start < len(text); {
			end := lineEnd(text, start)
			line := text[start:end]
			s := statement{start: start, end: end}
			start = end
			if !isStatement(line) {
				continue
			}
			s.words = tidy(line)
			rest := text[end:]
			next := strings.TrimLeft(rest, " \t\r\n*#/")
			at := end + len(rest) - len(next)
			next = text[at:lineEnd(text, at)]
			if isBare(s.words) && next != "" && isHolder(next) {
				s.words += " " + tidy(next) // the holder stands in a line of its own
				s.end = at + len(next)
			}
			if s.words == "" || isPlaceholder(s.words) || strings.HasPrefix(next, "Everyone is permitted") {
				continue
			}
			if !yield(s) {
				return
			}
		}
	}
}

// lineEnd is where the line that begins at start ends, its newline included.
func lineEnd(text string, start int) int {
	if n := strings.IndexByte(text[start:], '\n'); n >= 0 {
		return start + n + 1
	}
	return len(text)
}

// Parts is a licence text taken apart for attribution.
type Parts struct {
	Statements []string // the copyright statements that were taken out
	Terms      string   // the rest, as it stands
	Key        string   // the same for terms of the same words
}

// Split takes the copyright statements out of a licence text, so that packages under the same terms can share them: all of them where
// the whole text is that of one licence, otherwise those at the top. What stands between other
// texts stays there, for it says whose they are.
func Split(text string) Parts {
	r := read(text)
	everywhere := r.whole(r.kept()) != ""
	var p Parts
	var b strings.Builder
	seen := make(map[string]bool)
	at := 0
	for s := range statements(text) {
		if s.start < at {
			continue
		}
		if !everywhere && !isHead(text[at:s.start]) {
			break
		}
		b.WriteString(text[at:s.start])
		if !seen[s.words] {
			seen[s.words] = true
			p.Statements = append(p.Statements, s.words)
		}
		at = s.end
	}
	b.WriteString(text[at:])
	p.Terms = strings.Trim(b.String(), "\r\n")
	terms := reading{}
	for start := 0; start < len(p.Terms); start = lineEnd(p.Terms, start) {
		terms.line(p.Terms[start:lineEnd(p.Terms, start)], int32(start))
	}
	h := sha256.New()
	for i := range terms.words {
		h.Write([]byte(terms.word(i)))
		h.Write([]byte{' '})
	}
	p.Key = hex.EncodeToString(h.Sum(nil))
	return p
}

// isHead tells whether what stands before a statement is no more than a title.
func isHead(text string) bool {
	r := read(text)
	for i := range r.words {
		if !r.words[i].incident {
			return false
		}
	}
	return true
}

// bare is a line without what comments and markup put at its ends.
func bare(line string) string {
	line = strings.TrimRight(strings.TrimLeft(line, " \t\r*#/;-|>_`~=+"), " \t\r\n*#/;-|_`~=+")
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
	return strings.TrimRight(strings.Join(strings.Fields(line), " "), " ,;*#")
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
