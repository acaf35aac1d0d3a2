package text

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/google/licensecheck"

	"github.com/sbomgen/sbomgen/sbom/license"
)

// pattern finds the passages of one licence. It is compiled when a text first needs it: all of licensecheck's together
// take 1.5 s, one about a millisecond.
type pattern struct {
	license string // what a match means
	scan    func() *licensecheck.Scanner
}

// patterns are licensecheck's, by its own identifiers.
var patterns = sync.OnceValue(func() map[string]*pattern {
	builtin := licensecheck.BuiltinLicenses()
	m := make(map[string]*pattern, len(builtin))
	for _, l := range builtin {
		id := meaning(l.ID)
		if l.LRE == "" || id == "" {
			continue
		}
		l.URL = ""
		m[l.ID] = &pattern{id, sync.OnceValue(func() *licensecheck.Scanner {
			s, err := licensecheck.NewScanner([]licensecheck.License{l})
			if err != nil {
				return nil
			}
			return s
		})}
	}
	return m
})

// meaning is the SPDX expression for an identifier of licensecheck, "" where it names no licence: a grant of patents that goes
// beside one.
func meaning(id string) string {
	switch id {
	case "GooglePatentClause", "GooglePatentsFile":
		return ""
	case "GPL-2.0-or-3.0":
		return "GPL-2.0-only OR GPL-3.0-only"
	case "CommonsClause":
		return "LicenseRef-scancode-commons-clause"
	case "MIT-NoAd":
		return "X11"
	}
	e, err := license.Parse(id)
	if err != nil {
		return "LicenseRef-licensecheck-" + id
	}
	return e.Current().String()
}

// patternsOf lists the patterns that may find the text of an SPDX licence.
func patternsOf(id string) []string {
	list := []string{id}
	for _, suffix := range [...]string{"-only", "-or-later"} {
		if stem, ok := strings.CutSuffix(id, suffix); ok {
			list = append(list, stem)
		}
	}
	return list
}

// most is how many patterns one text is held against.
const most = 40

// rest is how many words may stay unrecognised before the search goes on: a name, an address.
const rest = 8

// passages finds the licences whose text is part of a text; words are those that count.
func (r *reading) passages(text string, words []int32) []Match {
	if len(words) == 0 {
		return nil
	}
	s := &search{reading: r, text: plain(text), total: len(words), left: len(words), covered: make([]bool, len(r.words)), tried: make(map[string]bool)}
	candidates := r.candidates(words)
	for len(candidates) > 0 && s.left >= rest {
		best := 0
		for i, c := range candidates {
			if cmp.Or(cmp.Compare(c.share, candidates[best].share), cmp.Compare(c.words, candidates[best].words)) > 0 {
				best = i
			}
		}
		c := candidates[best]
		candidates = slices.Delete(candidates, best, best+1)
		found := len(s.list)
		for _, id := range patternsOf(c.id) {
			s.try(id)
		}
		if len(s.list) == found {
			s.missed = append(s.missed, c)
			continue
		}
		candidates = slices.DeleteFunc(candidates, func(c *candidate) bool {
			if c.words > s.longest && c.words <= s.longest+s.left+rest && c.weigh(nil) >= 0.9 {
				return false // what was found may be a part of this one
			}
			return c.weigh(s.covered) < likely
		})
	}
	if s.left >= rest {
		for _, id := range r.hinted() {
			s.try(id)
		}
	}
	for s.left >= rest && s.alike() {
	}
	s.excepted()
	return s.list
}

// plain is a text as licensecheck can read it in linear time: it looks for the end of every link and anchor of Markdown, and a text
// of nothing else is hostile.
func plain(text string) []byte {
	b := []byte(text)
	for _, open := range [...]string{"](", "{#"} {
		if strings.Count(text, open) > 1000 {
			for i := 1; i < len(b); i++ {
				if b[i-1] == open[0] && b[i] == open[1] {
					b[i] = ' '
				}
			}
		}
	}
	return b
}

// search is the state of passages.
type search struct {
	*reading
	text    []byte
	total   int    // words that count
	left    int    // of those, the ones that no match covers
	covered []bool // by word
	longest int    // words of the longest match
	tried   map[string]bool
	missed  []*candidate // no pattern found them
	list    []Match
}

// try holds the text against a pattern, and tells whether there is such a pattern.
func (s *search) try(id string) bool {
	p := patterns()[id]
	if p == nil {
		return false
	}
	if s.tried[id] || len(s.tried) >= most {
		return true
	}
	s.tried[id] = true
	scanner := p.scan()
	if scanner == nil {
		return false
	}
	for _, m := range scanner.Scan(s.text).Match {
		s.add(Match{License: p.license, Start: m.Start, End: m.End, How: Passage})
	}
	return true
}

// alike takes the licence of whose sketch nearly all occurs, in a passage of about its length: a copy with a word changed
// here and there, or a licence that is newer than licensecheck. It tells whether there is one.
func (s *search) alike() bool {
	var best Match
	top := 0.0
	for _, c := range s.missed {
		enough := 0.95
		if c.words > 500 { // of a long text more may be filled in, and less resembles another
			enough = 0.8
		}
		if c.size < sketchSize/4 || c.weigh(s.covered) < enough {
			continue
		}
		first, last := int32(len(s.words)), int32(-1)
		for _, h := range c.hits {
			if !s.covered[h.word] {
				first, last = min(first, h.word), max(last, h.word)
			}
		}
		from, to := int(first), min(int(last)+phraseWords, len(s.words))
		lacks := c.words - s.count(from, to)
		if 4*lacks > c.words {
			continue // a part only
		}
		if lacks > 0 { // the sample does not reach the ends
			from, to = max(from-lacks, 0), min(to+lacks, len(s.words))
		}
		m, n := Match{License: c.id, Start: int(s.words[from].lo), End: int(s.words[to-1].hi), How: Alike}, s.count(from, to)
		length := float64(min(n, c.words)) / float64(max(n, c.words))
		if score := c.share * length; length >= 0.9 && score > top {
			best, top = m, score
		}
	}
	if top == 0 {
		return false
	}
	before := s.left
	s.add(best)
	return s.left < before
}

// reach is how many words before a passage licensecheck adds to it where the word "copyright" is among them: 50, and what
// stands before them in their line.
const reach = 64

// add keeps a match. Where one begins shortly before another ends, that is only how far licensecheck reached back. Of those
// that overlap otherwise the one that covers most stays.
func (s *search) add(m Match) {
	for i := range s.list {
		other := &s.list[i]
		switch {
		case other.Start < m.Start && m.Start < other.End && other.End < m.End:
			if s.from(other.End)-s.from(m.Start) <= reach {
				m.Start = other.End
			}
		case m.Start < other.Start && other.Start < m.End && m.End < other.End:
			if s.from(m.End)-s.from(other.Start) <= reach {
				s.cover(*other, false)
				other.Start = m.End
				other.Coverage = float64(s.count(s.from(other.Start), s.from(other.End))) / float64(s.total)
				s.cover(*other, true)
			}
		}
	}
	n := s.count(s.from(m.Start), s.from(m.End))
	if n == 0 {
		return
	}
	m.Coverage = float64(n) / float64(s.total)
	if slices.ContainsFunc(s.list, func(other Match) bool { return overlap(m, other) && other.Coverage >= m.Coverage }) {
		return
	}
	s.list = slices.DeleteFunc(s.list, func(other Match) bool {
		if !overlap(m, other) {
			return false
		}
		s.cover(other, false)
		return true
	})
	s.cover(m, true)
	s.longest = max(s.longest, n)
	s.list = append(s.list, m)
}

// overlap tells whether two matches are of the same passage. Both may have taken the line in which one ends and the other begins.
func overlap(a, b Match) bool {
	both := min(a.End, b.End) - max(a.Start, b.Start)
	return both > 0 && 5*both > min(a.End-a.Start, b.End-b.Start)
}

func (s *search) cover(m Match, is bool) {
	for i := s.from(m.Start); i < len(s.words) && int(s.words[i].lo) < m.End; i++ {
		if s.covered[i] == is {
			continue
		}
		s.covered[i] = is
		switch {
		case s.words[i].incident:
		case is:
			s.left--
		default:
			s.left++
		}
	}
}

// from is the first word at a place or after it.
func (r *reading) from(at int) int {
	i, _ := slices.BinarySearchFunc(r.words, int32(at), func(w word, at int32) int { return cmp.Compare(w.lo, at) })
	return i
}

// count is how many of the words from one to before another count.
func (r *reading) count(from, to int) int {
	n := 0
	for _, w := range r.words[from:to] {
		if !w.incident {
			n++
		}
	}
	return n
}

// hinted lists the patterns that words of the text suggest: those of notices that are too short to leave a sketch.
func (r *reading) hinted() []string {
	var list []string
	hint := func(ids ...string) {
		for _, id := range ids {
			if !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
	}
	for i := range r.words {
		switch string(r.letters[r.words[i].at:r.words[i].end]) {
		case "apache":
			hint("Apache-2.0")
		case "gnu", "gpl", "gplv2", "gplv3":
			hint("GPL-2.0-or-later", "GPL-2.0-only", "GPL-3.0-or-later", "GPL-3.0-only", "GPL-2.0", "GPL-3.0", "GPL-2.0-or-3.0")
		case "lesser", "library", "lgpl":
			hint("LGPL-3.0", "LGPL-2.1-or-later", "LGPL-2.1-only", "LGPL-3.0-or-later", "LGPL-3.0-only", "LGPL-2.1", "LGPL-2.0-or-later", "LGPL-2.0-only")
		case "affero", "agpl":
			hint("AGPL-3.0-or-later", "AGPL-3.0-only", "AGPL-3.0")
		case "mozilla", "mpl":
			hint("MPL-2.0", "MPL-1.1")
		case "eclipse", "epl":
			hint("EPL-2.0", "EPL-1.0")
		case "commons":
			hint("CommonsClause")
		case "boost":
			hint("BSL-1.0")
		case "mit":
			hint("MIT")
		case "bsd", "redistribution", "redistributions":
			hint("BSD-3-Clause", "BSD-2-Clause")
		case "isc":
			hint("ISC")
		case "unlicense", "unencumbered":
			hint("Unlicense")
		case "wtfpl":
			hint("WTFPL")
		case "beer", "beerware":
			hint("Beerware")
		case "zlib", "misrepresented":
			hint("Zlib")
		case "ruby":
			hint("Ruby")
		case "perl", "artistic":
			hint("Artistic-2.0", "Artistic-1.0-Perl")
		case "python":
			hint("Python-2.0", "PSF-2.0")
		}
	}
	return list
}
