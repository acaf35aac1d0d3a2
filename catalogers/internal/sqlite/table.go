package sqlite

import (
	"errors"
	"strings"
)

// Table is a table with row ids.
type Table struct {
	db      *DB
	root    uint32
	columns []string
	key     int // the column that is another name of the row id, -1 where there is none
}

// Column is the number of the column of a name, in any letter case, by which rows are asked. It is -1 if there is none, of which every row has
// no value.
func (t *Table) Column(name string) int {
	for i, c := range t.columns {
		if strings.EqualFold(c, name) {
			return i
		}
	}
	return -1
}

// define reads the columns out of the statement that made the table, https://www.sqlite.org/lang_createtable.html.
func (t *Table) define(statement string) error {
	t.key = -1
	_, rest, _ := item(statement, "(")
	for more := true; more; {
		var words []string
		if words, rest, more = item(rest, ","); len(words) > 0 {
			t.clause(words)
		}
	}
	if len(t.columns) == 0 {
		return errors.New("its definition has no columns")
	}
	if word, _ := token(rest); strings.EqualFold(word, "WITHOUT") {
		return errors.New("has no row ids")
	}
	return nil
}

// clause notes one column, or what a constraint of the table says about one.
func (t *Table) clause(words []string) {
	switch strings.ToUpper(words[0]) {
	case "CONSTRAINT":
		if len(words) > 2 {
			t.clause(words[2:])
		}
		return
	case "PRIMARY": // PRIMARY KEY ( name )
		if len(words) > 4 && words[4] == ")" {
			t.key = t.Column(unquote(words[3]))
		}
		return
	case "UNIQUE", "CHECK", "FOREIGN":
		return
	}
	for i, word := range words[1:] {
		switch strings.ToUpper(word) {
		case "PRIMARY":
			t.key = len(t.columns)
		case "AS": // computed: only what is stored has a place in rows
			if i+2 < len(words) && words[i+2] == "(" && !strings.EqualFold(words[len(words)-1], "STORED") {
				return
			}
		}
	}
	t.columns = append(t.columns, unquote(words[0]))
}

// item gives the tokens up to a sign outside parentheses, or to the parenthesis that closes them; more tells whether the sign was found.
func item(s, end string) (words []string, rest string, more bool) {
	for depth := 0; ; {
		var word string
		word, s = token(s)
		switch {
		case word == end && depth == 0:
			return words, s, true
		case word == "", word == ")" && depth == 0:
			return words, s, false
		case word == "(":
			depth++
		case word == ")":
			depth--
		}
		words = append(words, word)
	}
}

// token cuts the next word, quoted name or sign off a statement. It is empty at the end.
func token(s string) (word, rest string) {
	const space, signs = " \t\r\n\f", "(),;=<>+-*/%|&.~!\"'`["
	for s = strings.TrimLeft(s, space); ; s = strings.TrimLeft(s, space) {
		if strings.HasPrefix(s, "--") {
			_, s, _ = strings.Cut(s, "\n")
		} else if strings.HasPrefix(s, "/*") {
			_, s, _ = strings.Cut(s[2:], "*/")
		} else {
			break
		}
	}
	n := strings.IndexAny(s, signs+space)
	switch {
	case n < 0:
		return s, ""
	case n > 0:
		return s[:n], s[n:]
	}
	end := strings.IndexByte("\"'`]", s[0])
	if s[0] == '[' {
		end = 3
	}
	if end < 0 {
		return s[:1], s[1:]
	}
	for i := 1; i < len(s); i++ {
		if s[i] == "\"'`]"[end] {
			if end == 3 || i+1 == len(s) || s[i+1] != s[i] {
				return s[:i+1], s[i+1:]
			}
			i++ // doubled, it is part of the name
		}
	}
	return s, ""
}

func unquote(s string) string {
	if len(s) < 2 || strings.IndexByte("\"'`[", s[0]) < 0 {
		return s
	}
	return strings.ReplaceAll(s[1:len(s)-1], s[:1]+s[:1], s[:1])
}
