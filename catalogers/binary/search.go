package binary

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// Limits of the search in one file.
const (
	readLimit   = 256 << 20 // bytes that are read: the largest browser has 250 MB
	matchLimit  = 160       // bytes that a match may have
	step        = 256       // bytes behind a literal that are looked at together
	regexpLimit = 64 << 20  // bytes that regular expressions look at, per expression
	windowSize  = 1 << 20
	overlap     = 1024 // more than three matches
)

// pattern is a regular expression with a literal that every match contains. Finding the literal first costs a hundredth of running the
// expression over the whole file.
type pattern struct {
	re      *regexp.Regexp
	literal []byte
}

func newPattern(expression string) (*pattern, error) {
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if anchored(tree) {
		return nil, errors.New("has an anchor of a line or text, of which a program has none")
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil, err
	}
	if re.SubexpIndex("version") < 0 && re.SubexpIndex("major") < 0 {
		return nil, errors.New("has no group called version")
	}
	text := literal(tree)
	if bare := strings.Trim(text, "\x00"); len(bare) > 3 {
		text = bare // every second byte of a program is a NUL
	}
	return &pattern{re: re, literal: []byte(text)}, nil
}

func anchored(t *syntax.Regexp) bool {
	switch t.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText:
		return true
	}
	for _, s := range t.Sub {
		if anchored(s) {
			return true
		}
	}
	return false
}

// literal is the longest text that every match of an expression contains.
func literal(t *syntax.Regexp) (longest string) {
	run := ""
	for _, part := range sequence(t, nil) {
		if part.Op == syntax.OpLiteral && part.Flags&syntax.FoldCase == 0 {
			run += string(part.Rune)
		} else {
			run = ""
			if part.Op == syntax.OpPlus || part.Op == syntax.OpRepeat && part.Min > 0 {
				if l := literal(part.Sub[0]); len(l) > len(longest) {
					longest = l
				}
			}
		}
		if len(run) > len(longest) {
			longest = run
		}
	}
	return longest
}

// sequence lists what an expression matches one after the other, also inside its groups.
func sequence(t *syntax.Regexp, list []*syntax.Regexp) []*syntax.Regexp {
	switch t.Op {
	case syntax.OpConcat, syntax.OpCapture:
		for _, s := range t.Sub {
			list = sequence(s, list)
		}
		return list
	}
	return append(list, t)
}

// find gives the version of the first match in data. Neither begin nor end of data, unless they are those of the file, may cut a match: what lies closer to them
// than matchLimit is left to the windows before and after.
func (p *pattern) find(data []byte, first, last bool, left *int) (version string, ok bool) {
	if len(p.literal) < 2 {
		*left -= len(data)
		return p.match(data, first, last)
	}
	for from := 0; from < len(data) && *left > 0; {
		i := bytes.Index(data[from:], p.literal)
		if i < 0 {
			return "", false
		}
		i += from
		begin, end := max(0, i-2*matchLimit), min(len(data), i+step+2*matchLimit)
		*left -= end - begin
		if version, ok = p.match(data[begin:end], first && begin == 0, last && end == len(data)); ok {
			return version, true
		}
		from = i + step
	}
	return "", false
}

func (p *pattern) match(data []byte, first, last bool) (version string, ok bool) {
	for from := 0; from < len(data); {
		at := p.re.FindSubmatchIndex(data[from:])
		if at == nil || !last && from+at[1] > len(data)-matchLimit {
			return "", false
		}
		if first || from+at[0] >= matchLimit {
			if version = p.version(data[from:], at); version != "" && printable(version) {
				return version, true
			}
		}
		from += max(at[1], 1)
	}
	return "", false
}

// version is what the groups of a match say.
func (p *pattern) version(data []byte, at []int) string {
	group := func(name string) string {
		i := p.re.SubexpIndex(name)
		if i < 0 || at[2*i] < 0 {
			return ""
		}
		return string(data[at[2*i]:at[2*i+1]])
	}
	if version := group("version"); version != "" {
		return version
	}
	var parts []string
	for _, name := range [...]string{"major", "minor", "patch"} {
		if n := group(name); n != "" {
			if n = strings.TrimLeft(n, "0"); n == "" {
				n = "0"
			}
			parts = append(parts, n)
		}
	}
	return strings.Join(parts, ".")
}

func printable(version string) bool {
	return strings.IndexFunc(version, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// probe is a pattern, or a text that must be there, in the search through one file.
type probe struct {
	*pattern
	found string
	done  bool
	left  int
}

var windows = sync.Pool{New: func() any { return new([windowSize + overlap]byte) }}

// search reads the file once, in windows that overlap, and lets every probe find its first match. It ends early where stop says so.
func search(r io.ReaderAt, size int64, probes []*probe, stop func() bool) error {
	buffer := windows.Get().(*[windowSize + overlap]byte)
	defer windows.Put(buffer)
	kept := 0
	for at := int64(0); at < min(size, readLimit); {
		n, err := r.ReadAt(buffer[kept:kept+int(min(windowSize, size-at))], at)
		if n == 0 && err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		data := buffer[:kept+n]
		for _, p := range probes {
			if p.done || p.left <= 0 {
				continue
			}
			if p.re == nil {
				p.done = bytes.Contains(data, p.literal)
			} else {
				p.found, p.done = p.find(data, at == 0, at+int64(n) >= min(size, readLimit), &p.left)
			}
		}
		if stop() {
			return nil
		}
		at += int64(n)
		kept = copy(buffer[:], data[max(0, len(data)-overlap):])
	}
	return nil
}
