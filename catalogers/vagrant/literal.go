package vagrant

import "strings"

// literal is the text of a Ruby string that holds no expression, or a symbol with its colon.
func literal(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, ":") {
		return s
	}
	if !quoted(s) {
		return ""
	}
	text, _, closed := strings.Cut(s[1:], s[:1])
	if !closed || strings.Contains(text, "#{") {
		return ""
	}
	return text
}

func quoted(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && (s[0] == '"' || s[0] == '\'')
}
