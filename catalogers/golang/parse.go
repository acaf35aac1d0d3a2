package golang

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// fault is a line that could not be understood.
type fault struct {
	line   int
	reason string
}

// Limits of what is made of one go.mod or go.work.
const (
	sizeLimit    = 1 << 20 // bytes, and
	linesLimit   = 50_000  // lines: ten times the largest known. The parser needs a kilobyte for each
	faultLimit   = 20      // told one by one
	attemptLimit = 12      // the parser names only the first of the errors that keep it from telling lines apart
)

// parseTolerant parses a go.mod or go.work with modfile's strict parser: the lax one knows no replace, exclude or tool. A line that the
// strict one refuses, as it does the directives of a newer Go, is told and taken out; the others stay and keep their numbers.
func parseTolerant[T any](text string, parse func(file string, data []byte, fix modfile.VersionFixer) (*T, error)) (*T, []fault, error) {
	if len(text) > sizeLimit {
		return nil, nil, fmt.Errorf("has %d kB, more than the %d kB that are read", len(text)>>10, sizeLimit>>10)
	}
	if n := strings.Count(text, "\n"); n > linesLimit {
		return nil, nil, fmt.Errorf("has %d lines, more than the %d that are read", n, linesLimit)
	}
	var faults []fault
	for range attemptLimit {
		f, err := parse("", []byte(text), exactly)
		if err == nil {
			return f, faults, nil
		}
		var list modfile.ErrorList
		if !errors.As(err, &list) || len(list) == 0 {
			return nil, nil, err
		}
		for _, e := range list {
			if len(faults) == faultLimit {
				faults = append(faults, fault{e.Pos.Line, "and further lines"})
			} else if len(faults) < faultLimit {
				faults = append(faults, fault{e.Pos.Line, reason(e)})
			}
		}
		text = without(text, list)
	}
	return nil, nil, errors.New(faults[0].reason)
}

// exactly accepts only whole versions. In the go.mod of a main module "v1.2" and "master" are questions that go has yet to answer.
func exactly(path, version string) (string, error) {
	if module.CanonicalVersion(version) != version {
		return "", &module.ModuleError{Path: path, Version: version, Err: fmt.Errorf("%q is no whole version", version)}
	}
	return version, nil
}

// without takes the lines out of a text that errors are about.
func without(text string, list modfile.ErrorList) string {
	lines := strings.SplitAfter(text, "\n")
	for _, e := range list {
		at := max(1, min(e.Pos.Line, len(lines))) - 1
		switch what := e.Err.Error(); {
		case strings.HasPrefix(what, "syntax error (unterminated block"):
			// The file ends within a block. A last line without its end may have lost a part of its version.
			if last := len(lines) - 1; lines[last] != "" {
				lines[last] = ""
			}
			return strings.Join(lines, "") + ")\n"
		case strings.HasPrefix(what, "unknown block type"):
			for at < len(lines)-1 && !strings.HasPrefix(strings.TrimSpace(lines[at]), ")") {
				lines[at] = blank(lines[at])
				at++
			}
		}
		lines[at] = blank(lines[at])
	}
	return strings.Join(lines, "")
}

func blank(line string) string {
	if strings.HasSuffix(line, "\n") {
		return "\n"
	}
	return ""
}

// reason is what the parser says, without the place.
func reason(e modfile.Error) string {
	var inner *modfile.Error
	if errors.As(e.Err, &inner) {
		e.Verb, e.ModPath, e.Err = inner.Verb, inner.ModPath, inner.Err
	}
	text, _, _ := strings.Cut(e.Err.Error(), " started at")
	text, _, _ = strings.Cut(text, "\n")
	if strings.HasPrefix(text, "syntax error (unterminated block") {
		text = "the file ends within a block"
	}
	if e.ModPath != "" {
		return e.Verb + " " + e.ModPath + ": " + text
	}
	return text
}
