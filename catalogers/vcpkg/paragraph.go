package vcpkg

import (
	"iter"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// paragraphs gives the paragraphs of a status file with the lines on which they begin, as vcpkg-tool's paragraphs.cpp reads them: of each field the first
// line. A paragraph is good until the next.
func paragraphs(text string, out *sbom.Facts) iter.Seq2[int, map[string]string] {
	return func(yield func(int, map[string]string) bool) {
		fields, start := make(map[string]string), 1
		for line, rest := 1, text; rest != "" || len(fields) > 0; line++ {
			var l string
			l, rest, _ = strings.Cut(rest, "\n")
			l = strings.TrimRight(l, "\r ")
			if l == "" {
				if len(fields) > 0 && !yield(start, fields) {
					return
				}
				clear(fields)
				continue
			}
			if len(fields) == 0 {
				start = line
			}
			if name, value, ok := strings.Cut(l, ":"); ok && l[0] != ' ' {
				fields[name] = strings.TrimSpace(value)
			} else if l[0] != ' ' {
				out.Gap(line, "%.80q is no field", l)
			}
		}
	}
}
