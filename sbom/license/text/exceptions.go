package text

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom/license"
)

// addition is how an exception of the SPDX list is headed where its text follows that of a licence. licensecheck knows none of them.
type addition struct {
	heading   string // words
	exception string
	to        string // prefix of the licences that it may follow
}

var additions = [...]addition{
	{"llvm exceptions to the apache 2 0 license", "LLVM-exception", "Apache-2.0"},
	{"runtime library exception to the apache 2 0 license", "Swift-exception", "Apache-2.0"},
	{"classpath exception to the gpl", "Classpath-exception-2.0", "GPL-2.0-"},
	{"gcc runtime library exception", "GCC-exception-3.1", "GPL-3.0-"},
	{"linux syscall note", "Linux-syscall-note", "GPL-2.0-"},
	{"the universal foss exception version 1 0", "Universal-FOSS-exception-1.0", "GPL-2.0-"},
}

// excepted joins to its licence an exception that follows it.
func (s *search) excepted() {
	if s.left < rest {
		return
	}
	for i := range s.words {
		for _, a := range additions {
			if !s.heads(i, a.heading) {
				continue
			}
			for at := range s.list {
				m := &s.list[at]
				if !strings.HasPrefix(m.License, a.to) || m.Start > int(s.words[i].lo) || strings.Contains(m.License, " ") {
					continue
				}
				if e, err := license.Parse(m.License + " WITH " + a.exception); err == nil {
					m.License = e.String()
				}
			}
		}
	}
}

// heads tells whether the words from i on are those of a heading.
func (r *reading) heads(i int, heading string) bool {
	for w := range strings.SplitSeq(heading, " ") {
		if !r.is(i, w) {
			return false
		}
		i++
	}
	return true
}
