// Package hex reads what the build tools of Erlang, Elixir and Gleam write.
package hex

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// kind is what a term is.
type kind uint8

const (
	atom kind = iota // also numbers and what else is one word
	text             // a string or a binary
	tuple
	list
	mapping // its items alternate between keys and values
)

// term is a term of Erlang (https://www.erlang.org/doc/system/data_types.html) or Elixir, as far as files hold literals.
// The keywords of an Elixir list, [only: :test], are tuples of two, as Elixir itself reads them.
type term struct {
	kind  kind
	text  string
	items []term
	line  int
}

// at is the item of a tuple or list, or an empty atom where there is none.
func (t term) at(i int) term {
	if i < len(t.items) && (t.kind == tuple || t.kind == list) {
		return t.items[i]
	}
	return term{line: t.line}
}

// is tells whether the term is a tuple that begins with the atom.
func (t term) is(tag string) bool {
	return t.kind == tuple && len(t.items) > 0 && t.items[0].kind == atom && t.items[0].text == tag
}

// option is the value of a key in a list of pairs, or an empty atom where there is none.
func (t term) option(key string) term {
	if t.kind == list {
		for _, pair := range t.items {
			if pair.kind == tuple && len(pair.items) == 2 && pair.items[0].text == key {
				return pair.items[1]
			}
		}
	}
	return term{}
}

// terms reads the terms of a file. What was read before an error stays.
func terms(s string) ([]term, error) {
	r := reader{text: s, line: 1}
	var all []term
	for {
		if r.space(); r.at >= len(r.text) {
			return all, nil
		}
		if r.text[r.at] == '.' { // ends a term of Erlang
			r.at++
			continue
		}
		t, err := r.term(0)
		if t.kind >= tuple || err == nil {
			all = append(all, t)
		}
		if err != nil {
			return all, &decode.LineError{Line: r.line, Err: err}
		}
	}
}

type reader struct {
	text     string
	at, line int
	count    int
}

// termLimit bounds how many terms one file may hold: a hundred times what the largest are known to.
const termLimit = 1 << 20

var errEnd = errors.New("unexpected end")

// space passes over blanks and comments: "#" begins one in Elixir, "%" in Erlang, unless they open a mapping.
func (r *reader) space() {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '\n':
			r.line++
			r.at++
		case c <= ' ':
			r.at++
		case (c == '%' || c == '#') && !strings.HasPrefix(r.text[r.at+1:], "{"):
			if end := strings.IndexByte(r.text[r.at:], '\n'); end >= 0 {
				r.at += end
			} else {
				r.at = len(r.text)
			}
		default:
			return
		}
	}
}

func (r *reader) term(depth int) (t term, err error) {
	if r.space(); r.at >= len(r.text) {
		return t, errEnd
	}
	if depth > decode.MaxDepth {
		return t, decode.ErrDepth
	}
	if r.count++; r.count > termLimit {
		return t, fmt.Errorf("holds more than %d terms", termLimit)
	}
	t.line = r.line
	rest := r.text[r.at:]
	switch c := rest[0]; {
	case c == '{':
		t.kind = tuple
		err = r.items(&t, depth, 1, '}')
	case c == '[':
		t.kind = list
		err = r.items(&t, depth, 1, ']')
	case strings.HasPrefix(rest, "%{"), strings.HasPrefix(rest, "#{"):
		t.kind = mapping
		err = r.items(&t, depth, 2, '}')
	case strings.HasPrefix(rest, `<<"`):
		r.at += 2
		t.kind = text
		if t.text, err = r.quoted(); err == nil {
			err = r.past(">>") // after "/utf8", if anything
		}
	case strings.HasPrefix(rest, "<<"):
		t.kind = text
		err = r.past(">>")
	case c == '"':
		t.kind = text
		for more := ""; err == nil && r.at < len(r.text) && r.text[r.at] == '"'; r.space() { // Erlang joins strings in a row
			more, err = r.quoted()
			t.text += more
		}
	case c == '$' && len(rest) > 1: // a character
		r.at += 2
	case c == '\'':
		t.text, err = r.quoted()
	case strings.HasPrefix(rest, `:"`):
		r.at++
		t.text, err = r.quoted()
	default:
		n := len(rest) - len(strings.TrimLeft(strings.TrimPrefix(rest, ":"), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@!?-+.")) // ":" of an atom in Elixir
		word := strings.TrimRight(rest[:n], ".")
		if n = len(word); n == 0 || word == ":" {
			return t, fmt.Errorf("unexpected %q", c)
		}
		r.at += n
		t.text = strings.TrimPrefix(word, ":")
	}
	return t, err
}

// past moves behind a mark.
func (r *reader) past(mark string) error {
	end := strings.Index(r.text[r.at:], mark)
	if end < 0 {
		r.at = len(r.text)
		return errEnd
	}
	r.line += strings.Count(r.text[r.at:r.at+end], "\n")
	r.at += end + len(mark)
	return nil
}

// items reads what stands between brackets, divided by commas, arrows or, in Elixir, the colon of a keyword.
func (r *reader) items(t *term, depth, open int, end byte) error {
	for r.at += open; ; {
		if r.space(); r.at >= len(r.text) {
			return errEnd
		}
		if r.text[r.at] == end {
			r.at++
			return nil
		}
		item, err := r.term(depth + 1)
		if err == nil || item.kind >= tuple {
			t.items = append(t.items, item)
		}
		if err != nil {
			return err
		}
		colon := r.at < len(r.text) && r.text[r.at] == ':' && !strings.HasPrefix(r.text[r.at:], "::")
		r.space()
		rest := r.text[r.at:]
		switch {
		case colon || strings.HasPrefix(rest, "=>") || strings.HasPrefix(rest, ":="):
			r.at += 1
			if !colon {
				r.at++
			}
			value, err := r.term(depth + 1)
			if t.kind == mapping {
				t.items = append(t.items, value)
			} else {
				t.items[len(t.items)-1] = term{kind: tuple, items: []term{item, value}, line: item.line}
			}
			if err != nil {
				return err
			}
			if r.space(); r.at < len(r.text) && r.text[r.at] == ',' {
				r.at++
			}
		case rest == "":
			return errEnd
		case rest[0] == ',' || rest[0] == '|':
			r.at++
		case rest[0] != end:
			return fmt.Errorf("unexpected %q", rest[0])
		}
	}
}

// quoted reads a string between two of the byte that comes next, and resolves the escapes that names and addresses need.
func (r *reader) quoted() (string, error) {
	mark, from := r.text[r.at], r.at+1
	escaped := false
	for i := from; i < len(r.text); i++ {
		switch r.text[i] {
		case '\n':
			r.line++
		case '\\':
			escaped = true
			i++
		case mark:
			r.at = i + 1
			s := r.text[from:i]
			if escaped {
				s = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\'`, `'`, `\n`, "\n", `\t`, "\t").Replace(s)
			}
			return s, nil
		}
	}
	r.at = len(r.text)
	return "", errEnd
}
