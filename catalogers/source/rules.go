package source

import (
	"bytes"
	"fmt"
	"path"
	"runtime"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// rule is why something is skipped on purpose. It travels as an error, so that every way of not reading is one path.
type rule string

func (r rule) Error() string { return string(r) }

const (
	ruleVCS      rule = "version control data"
	ruleKernel   rule = "kernel file system"
	ruleLinkOut  rule = "link that leads outside the tree"
	ruleLinkGone rule = "link that leads nowhere"
	ruleLinkLoop rule = "link that leads back to itself"
	rulePipe     rule = "named pipe"
	ruleSocket   rule = "socket"
	ruleDevice   rule = "device"
	ruleModule   rule = "git submodule, which the repository does not hold"
)

// versionControl tells folders that hold history, not the files that are in use.
func versionControl(name string) bool {
	switch name {
	case ".git", ".hg", ".svn", ".bzr", ".jj", "CVS":
		return true
	}
	return false
}

// within tells whether a path lies in version control data.
func within(p string) bool {
	for part := range strings.SplitSeq(p, "/") {
		if versionControl(part) {
			return true
		}
	}
	return false
}

// glob is a pattern for what to leave out.
type glob struct {
	rule    rule
	pattern string
	base    bool // matched against the base name
}

type globs []glob

// compile checks patterns once, so that a match cannot fail.
func compile(patterns []string) (globs, error) {
	list := make(globs, 0, len(patterns))
	for _, p := range patterns {
		pattern := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(p, "./"), "/"), "/")
		if pattern == "" || !doublestar.ValidatePattern(pattern) {
			return nil, fmt.Errorf("exclude %q: not a pattern", p)
		}
		list = append(list, glob{rule("excluded by " + p), pattern, pattern == p && !strings.Contains(p, "/")})
	}
	return list, nil
}

// match is nil or the rule of the first pattern that fits a path.
func (list globs) match(p string) error {
	for _, g := range list {
		subject := p
		if g.base {
			subject = path.Base(p)
		}
		if doublestar.MatchUnvalidated(g.pattern, subject) {
			return g.rule
		}
	}
	return nil
}

// cover is match for a path that was not reached through its folders: one of them may be left out.
func (list globs) cover(p string) error {
	for ; len(list) > 0 && p != "."; p = path.Dir(p) {
		if err := list.match(p); err != nil {
			return err
		}
	}
	return nil
}

// needsMode tells names that are worth a look inside only if the file is executable: a program has no extension,
// or one that is its version (python3.11). Shared objects need not be executable.
func needsMode(name []byte) bool {
	if runtime.GOOS == "windows" { // has no such mode
		return false
	}
	dot := bytes.LastIndexByte(name, '.')
	if dot <= 0 {
		return true
	}
	for _, c := range name[dot+1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return !bytes.Contains(name, []byte(".so."))
}
