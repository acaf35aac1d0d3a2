package scan

import (
	"path"
	"slices"
	"strings"
	"unsafe"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/source"
)

// index is all selectors of all catalogers compiled for one question: who wants this file? The answer for
// the many files that nobody wants costs one or two map look-ups and no allocation.
type index struct {
	names map[string][]candidate // by base name
	known sieve                  // of what is in names
	tails sieve                  // of what is in exts
	exts  map[string][]candidate // by what follows the last dot of the name
	rest  []candidate            // patterns that fix neither
	magic []magic
	start [26][]candidate // by the first letter: how names begin
	begun bool            // start holds something
	dirs  []folder

	beside *index // of what may be opened beside a file
	caches bool   // archives in the caches of package managers are opened, too
}

// sieve tells by their first bytes and lengths which words cannot be in a map: nearly none of the names that stream by are, and hashing them costs more.
type sieve [256]uint64

func (s *sieve) add(word string) {
	if word != "" {
		s[word[0]] |= 1 << (len(word) & 63)
	}
}

func (s *sieve) may(word string) bool { return word != "" && s[word[0]]>>(len(word)&63)&1 != 0 }

// candidate is a cataloger that wants a file if the pattern matches.
type candidate struct {
	cataloger int
	pattern   string   // "" where the name alone decides
	whole     bool     // the pattern is about the path, not the base name
	folders   []string // of such a pattern, of which every folder that it fits has one in its path: saves nearly all files the match
	parent    string   // of such a pattern, the folder that it names last, where that is no wildcard
	parts     []string // of the base name's pattern, what stands around its stars; nil where it has other wildcards
}

func newCandidate(cataloger int, pattern string) candidate {
	c := candidate{cataloger: cataloger, pattern: pattern, whole: strings.Contains(pattern, "/")}
	if base := path.Base(pattern); !strings.ContainsAny(base, `?[{\`) {
		c.parts = strings.Split(base, "*")
	}
	if c.whole {
		c.folders = fixedFolders(pattern)
		if parent := path.Base(path.Dir(pattern)); !strings.ContainsAny(parent, wild+"}") {
			c.parent = parent
		}
	}
	return c
}

// fits tells whether a name has the parts of a pattern with stars only, in their order.
func fits(parts []string, name string) bool {
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return name == first
	}
	if len(name) < len(first)+len(last) || !strings.HasPrefix(name, first) || !strings.HasSuffix(name, last) {
		return false
	}
	rest := name[len(first) : len(name)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return true
}

// folder is a cataloger that wants a folder if the pattern matches.
type folder struct {
	cataloger int
	pattern   string
	in        string // how the path of the folder around it ends
}

type magic struct {
	cataloger int
	prefix    string
}

func compile(list []*catalogers.Cataloger) *index {
	x := &index{names: make(map[string][]candidate), exts: make(map[string][]candidate), beside: besides(list)}
	for i, c := range list {
		for _, s := range c.Files {
			switch s.By {
			case catalogers.ByName:
				x.names[s.Pattern] = append(x.names[s.Pattern], candidate{cataloger: i})
				x.known.add(s.Pattern)
			case catalogers.ByFolder:
				x.dirs = append(x.dirs, folder{i, s.Pattern, fixedEnd(path.Dir(s.Pattern))})
			case catalogers.ByMagic:
				x.magic = append(x.magic, magic{i, s.Pattern})
			case catalogers.ByStart:
				letter := s.Pattern[0] - 'a'
				x.start[letter] = append(x.start[letter], candidate{cataloger: i, pattern: s.Pattern})
				x.begun = true
			case catalogers.ByGlob:
				x.glob(newCandidate(i, s.Pattern))
			}
		}
	}
	return x
}

// besides is an index of the names that the catalogers may open beside the files that start them. What folders their patterns have is left
// out: it counts from the file that starts them.
func besides(list []*catalogers.Cataloger) *index {
	x := &index{names: make(map[string][]candidate), exts: make(map[string][]candidate)}
	for i, c := range list {
		for _, pattern := range c.Beside {
			base := path.Base(strings.TrimLeft(pattern, "^/"))
			if dirs := fixedFolders(pattern); len(dirs) == 1 && !strings.HasPrefix(pattern, "^") && strings.ContainsAny(base, wild) {
				base = "**/" + dirs[0] + "/**/" + base // a wide pattern is held to its folder
			}
			x.glob(newCandidate(i, base))
		}
	}
	return x
}

// fixedFolders is the longest folder of a pattern that no wildcard is in, or the alternatives of one in braces.
func fixedFolders(pattern string) []string {
	longest := ""
	var choice []string
	for dir := range strings.SplitSeq(path.Dir(pattern), "/") {
		inner, braced := strings.CutPrefix(dir, "{")
		switch {
		case braced && strings.HasSuffix(inner, "}") && !strings.ContainsAny(inner[:len(inner)-1], wild+"}"):
			choice = strings.Split(inner[:len(inner)-1], ",")
		case len(dir) > len(longest) && dir != "." && !strings.ContainsAny(dir, wild+"}"):
			longest = dir
		}
	}
	if longest != "" {
		return []string{longest}
	}
	return choice
}

// fixedEnd is what follows the last folder of a pattern that has a wildcard.
func fixedEnd(pattern string) string {
	if at := strings.LastIndexAny(pattern, wild+"}"); at >= 0 {
		_, pattern, _ = strings.Cut(pattern[at:], "/")
	}
	return pattern
}

const wild = `*?[{\`

// glob files a pattern under the rarest thing that it fixes.
func (x *index) glob(c candidate) {
	base := path.Base(c.pattern)
	if !strings.ContainsAny(base, wild) {
		x.names[base] = append(x.names[base], c)
		x.known.add(base)
		return
	}
	if dot := strings.LastIndexByte(base, '.'); dot >= 0 && !strings.ContainsAny(base[dot:], wild+"}") {
		x.exts[base[dot+1:]] = append(x.exts[base[dot+1:]], c)
		x.tails.add(base[dot+1:])
		return
	}
	x.rest = append(x.rest, c)
}

func (c *candidate) wants(dir, name string) bool {
	if c.pattern == "" {
		return true
	}
	if c.parent != "" && !strings.HasSuffix(dir, c.parent) || c.parts != nil && !fits(c.parts, name) {
		return false
	}
	if !c.whole {
		return c.parts != nil || doublestar.MatchUnvalidated(c.pattern, name)
	}
	if len(c.folders) > 0 && !contains(dir, c.folders) {
		return false
	}
	return doublestar.MatchUnvalidated(c.pattern, path.Join(dir, name))
}

// contains tells whether a path has one of the words in it.
func contains(dir string, words []string) bool {
	for _, w := range words {
		if strings.Contains(dir, w) {
			return true
		}
	}
	return false
}

// each calls yield for every cataloger that wants the file by its name, until yield says no.
func (x *index) each(dir, name string, yield func(cataloger int) bool) bool {
	if x.known.may(name) {
		for _, c := range x.names[name] {
			if c.wants(dir, name) && !yield(c.cataloger) {
				return false
			}
		}
	}
	if len(x.exts) > 0 {
		if dot := strings.LastIndexByte(name, '.'); dot >= 0 && x.tails.may(name[dot+1:]) {
			for _, c := range x.exts[name[dot+1:]] {
				if c.wants(dir, name) && (c.cataloger != archiveMark || x.caches || !inCache(dir)) && !yield(c.cataloger) {
					return false
				}
			}
		}
	}
	for _, c := range x.rest {
		if c.wants(dir, name) && !yield(c.cataloger) {
			return false
		}
	}
	if !x.begun {
		return true
	}
	if letter := (name[0] | 0x20) - 'a'; letter < 26 {
		for _, c := range x.start[letter] {
			if len(name) >= len(c.pattern) && strings.EqualFold(name[:len(c.pattern)], c.pattern) && !yield(c.cataloger) {
				return false
			}
		}
	}
	return true
}

func stop(int) bool { return false }

// Name answers source.Wanted.
func (x *index) Name(dir string, name []byte) source.Verdict {
	s := unsafe.String(unsafe.SliceData(name), len(name)) // not kept
	if !x.each(dir, s, stop) {
		return source.Keep
	}
	if len(x.magic) > 0 && plausible(s) {
		return source.Peek
	}
	return source.No
}

// plausible tells whether a name may be that of a program or library: it has no extension, a version for one, or one of
// those that linkers write. Opening every file would cost four times the walk.
func plausible(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 {
		return dot < 0
	}
	switch ext := name[dot+1:]; ext {
	case "so", "dll", "exe", "node", "dylib", "bin":
		return true
	default:
		for i := 0; i < len(ext); i++ {
			if ext[i] < '0' || ext[i] > '9' {
				return false
			}
		}
		return ext != ""
	}
}

// Head answers source.Wanted.
func (x *index) Head(dir string, name []byte, head []byte) bool {
	for _, m := range x.magic {
		if strings.HasPrefix(string(head), m.prefix) {
			return true
		}
	}
	return false
}

// Beside answers source.Wanted.
func (x *index) Beside(dir string, name []byte) bool {
	return !x.beside.each(dir, unsafe.String(unsafe.SliceData(name), len(name)), stop)
}

// Folder answers source.Wanted.
func (x *index) Folder(dir string, name []byte) bool {
	for i := range x.dirs {
		if x.dirs[i].wanted(dir, name) {
			return true
		}
	}
	return false
}

// foldersOf lists, in their order, the catalogers of a folder that was kept.
func (x *index) foldersOf(dir, name string) (list []int) {
	for i := range x.dirs {
		if c := &x.dirs[i]; c.wanted(dir, []byte(name)) && !slices.Contains(list, c.cataloger) {
			list = append(list, c.cataloger)
		}
	}
	return list
}

// wanted compares first how the path of the folder ends in which the other lies: nearly all are of no interest.
func (c *folder) wanted(dir string, name []byte) bool {
	return strings.HasSuffix(dir, c.in) && doublestar.MatchUnvalidated(c.pattern, path.Join(dir, string(name)))
}

// catalogersAt lists, in their order, the catalogers of what was kept.
func (x *index) catalogersAt(tree catalogers.Tree, e source.Entry) []int {
	dir, name := path.Dir(e.Path), path.Base(e.Path)
	if e.Folder {
		return x.foldersOf(dir, name)
	}
	return x.catalogersOf(dir, name, func() []byte { return head(tree, e.Path) })
}

// catalogersOf lists, in their order, the catalogers of a file that was kept. head is called only if its name decides nothing.
func (x *index) catalogersOf(dir, name string, head func() []byte) []int {
	var list []int
	x.each(dir, name, func(c int) bool {
		for _, known := range list {
			if known == c {
				return true
			}
		}
		list = append(list, c)
		return true
	})
	if len(list) > 0 || len(x.magic) == 0 {
		return list
	}
	h := string(head())
	for _, m := range x.magic {
		if strings.HasPrefix(h, m.prefix) && (len(list) == 0 || list[len(list)-1] != m.cataloger) {
			list = append(list, m.cataloger)
		}
	}
	return list
}
