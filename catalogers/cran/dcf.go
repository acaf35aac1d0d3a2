package cran

import "strings"

// paragraphs reads Debian control format as R uses it, https://stat.ethz.ch/R-manual/R-devel/library/base/html/dcf.html: fields,
// lines that begin with a blank and continue them, empty lines between records. It calls record for each with the line it begins at, and
// bad for lines that are none of these.
func paragraphs(text string, yield func(record), bad func(line int, text string)) {
	r := record{fields: make(map[string]string)}
	field := ""
	var more []string // the lines of the field
	finish := func() {
		if field != "" {
			r.fields[field] = strings.Join(more, "\n")
		}
		field, more = "", more[:0]
	}
	for line, rest := 1, text; rest != ""; line++ {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		l = strings.TrimRight(l, " \t\r")
		name, value, ok := strings.Cut(l, ":")
		switch {
		case l == "":
			if finish(); len(r.fields) > 0 {
				yield(r)
				r = record{fields: make(map[string]string)}
			}
		case l[0] == ' ' || l[0] == '\t':
			if field != "" {
				more = append(more, strings.TrimSpace(l))
			}
		case !ok || strings.ContainsAny(name, " \t"):
			bad(line, l)
		default:
			if r.line == 0 {
				r.line = line
			}
			finish()
			field, more = name, append(more, strings.TrimSpace(value))
		}
	}
	if finish(); len(r.fields) > 0 {
		yield(r)
	}
}
