// Package binary tells what programs and libraries are that no package manager put there, from what they say themselves: version strings
// of well-known programs, and the notes that distributions link in.
package binary

import (
	"debug/buildinfo"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
	"github.com/sbomgen/sbomgen/catalogers/internal/segment"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Classifier knows the programs and libraries of the table.
var Classifier = catalogers.Cataloger{
	Name:  "binary-classifier",
	Doc:   "Well-known programs and libraries by their names and the version strings in them, with the shared libraries that they need.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Generic, purl.Golang, purl.Composer, purl.Hackage},
	Files: append(catalogers.Magic(section.Magics...), catalogers.Named(scripts...)...),
	Parse: func(f *catalogers.File, out *sbom.Facts) error { return table().parse(f, out) },
}

// table is built when the first program is met, not when sbomgen starts.
var table = sync.OnceValue(func() *rules { return newRules(programs, libraries, runtimes) })

// New gives the Classifier with further rules, which come before its own: where two know a file, the first that finds a version
// is right. Its error tells everything that is wrong with them.
func New(extra []Rule) (catalogers.Cataloger, error) {
	var wrong []error
	c := Classifier
	c.Emits, c.Files = slices.Clone(c.Emits), slices.Clone(c.Files)
	for i := range extra {
		r := &extra[i]
		if err := r.Validate(); err != nil {
			wrong = append(wrong, err)
			continue
		}
		p, _ := purl.Parse(strings.ReplaceAll(r.PURL, "{name}", "name"))
		if !slices.Contains(c.Emits, p.Type) {
			c.Emits = append(c.Emits, p.Type)
		}
		if r.ByName {
			c.Files = append(c.Files, catalogers.Glob(r.Files...)...)
		}
	}
	own := sync.OnceValue(func() *rules { return newRules(extra, programs, libraries, runtimes) })
	c.Parse = func(f *catalogers.File, out *sbom.Facts) error { return own().parse(f, out) }
	return c, errors.Join(wrong...)
}

// rules is a list of rules, found by the names of files.
type rules struct {
	list  []*Rule
	names map[string][]int // of patterns without a wildcard
	globs []glob
	ready sync.Map // *pattern by its expression
}

type glob struct {
	prefix, pattern string
	rule            int
}

func newRules(lists ...[]Rule) *rules {
	x := &rules{names: make(map[string][]int, 512)}
	for _, list := range lists {
		for i := range list {
			n := len(x.list)
			x.list = append(x.list, &list[i])
			for _, f := range list[i].Files {
				if wild := strings.IndexAny(f, `*?[\`); wild >= 0 {
					x.globs = append(x.globs, glob{f[:wild], f, n})
				} else {
					x.names[f] = append(x.names[f], n)
				}
			}
		}
	}
	return x
}

// of lists the rules for a base name, in their order.
func (x *rules) of(base string) (found []int) {
	s := stem(base)
	for _, name := range [...]string{base, s} {
		found = append(found, x.names[name]...)
		for _, g := range x.globs {
			if strings.HasPrefix(name, g.prefix) {
				if ok, _ := path.Match(g.pattern, name); ok {
					found = append(found, g.rule)
				}
			}
		}
		if s == base {
			break
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// patterns are the expressions of a rule for a file. Each is compiled when the first file needs it, and once.
func (x *rules) patterns(r *Rule, base string) []*pattern {
	list := make([]*pattern, 0, len(r.Contents))
	for _, c := range r.Contents {
		expression := r.expand(c, base)
		known, ok := x.ready.Load(expression)
		if !ok {
			p, err := newPattern(expression)
			if err != nil {
				continue // New has said so
			}
			known, _ = x.ready.LoadOrStore(expression, p)
		}
		list = append(list, known.(*pattern))
	}
	return list
}

// trial is a rule in the search through one file.
type trial struct {
	*Rule
	holds  *probe
	probes []*probe
}

// version is that of the first expression that matched; sure says that no earlier one can match any more.
func (t *trial) version(ended bool) (v string, sure bool) {
	if t.holds != nil && !t.holds.done {
		return "", ended
	}
	for _, p := range t.probes {
		if p.done {
			return p.found, true
		}
		if !ended {
			return "", false
		}
	}
	return "", ended
}

func (x *rules) parse(f *catalogers.File, out *sbom.Facts) error {
	base := f.Base()
	candidates := x.of(base)
	if len(candidates) == 0 {
		return nil
	}
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	var trials []*trial
	var probes []*probe
	probing := make(map[*pattern]*probe) // rules that differ only in what else the file holds ask for the same
	module := sync.OnceValues(func() (string, bool) { return goModule(blob) })
	for _, i := range candidates {
		t := &trial{Rule: x.list[i]}
		if strings.HasPrefix(t.PURL, "pkg:golang/") {
			if _, known := module(); known {
				continue
			}
		}
		if t.Holds != "" {
			t.holds = &probe{pattern: &pattern{literal: []byte(t.Holds)}, left: 1}
			probes = append(probes, t.holds)
		}
		for _, p := range x.patterns(t.Rule, base) {
			if probing[p] == nil {
				probing[p] = &probe{pattern: p, left: regexpLimit}
				probes = append(probes, probing[p])
			}
			t.probes = append(t.probes, probing[p])
		}
		trials = append(trials, t)
	}
	first := func(ended bool) (*trial, string, bool) {
		for _, t := range trials {
			if v, sure := t.version(ended); v != "" || !sure {
				return t, v, sure
			}
		}
		return nil, "", true
	}
	if len(probes) > 0 {
		err = search(blob, blob.Size(), probes, func() bool { _, v, sure := first(false); return sure && v != "" })
	}
	t, version, _ := first(true)
	technique, confidence := sbom.BinaryAnalysis, uint8(80)
	if t == nil {
		technique, confidence = sbom.FileName, 60
		t, version = named(trials, f.Path)
	} else if t.Confidence != 0 {
		confidence = t.Confidence
	}
	if t == nil {
		return err
	}
	c := t.component(base, version)
	if path, _ := module(); path != "" && c.PURL.Type == purl.Golang {
		c.PURL = purl.New(purl.Golang, "", path, c.PURL.Version) // as go-binary names the program, which knows no version
	}
	if c.PURL.Type == purl.Golang {
		c.Name = strings.TrimPrefix(c.PURL.Namespace+"/"+c.PURL.Name, "/") // people know a module by its whole path
	}
	out.Technique, out.Confidence = technique, confidence
	const key = "program"
	out.Add(key, c)
	segment.Needs(out, key, blob)
	return err
}

// named looks for the version in the path of the file.
func named(trials []*trial, file string) (*trial, string) {
	for _, t := range trials {
		if t.holds != nil && !t.holds.done {
			continue
		}
		for _, p := range t.Paths {
			re, err := regexp.Compile(t.expand(p, ""))
			if err != nil {
				continue
			}
			if m := re.FindStringSubmatch(file); m != nil {
				if v := m[re.SubexpIndex("version")]; v != "" && printable(v) {
					return t, v
				}
			}
		}
	}
	return nil, ""
}

// goModule gives the path of the main module of a Go program, and whether the program's build information also tells its version: then the cataloger
// of Go programs says all there is to say, and a rule would only repeat it.
func goModule(r io.ReaderAt) (module string, known bool) {
	defer func() {
		if recover() != nil { // the packages below debug are not made for hostile input
			module, known = "", false
		}
	}()
	info, err := buildinfo.Read(io.NewSectionReader(r, 0, readLimit))
	if err != nil || info.Main.Path == "" || info.Main.Path == "command-line-arguments" {
		return "", false
	}
	known = info.Main.Version != "" && info.Main.Version != "(devel)"
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" || s.Key == "-ldflags" && strings.Contains(strings.ToLower(s.Value), "version=") {
			known = true
		}
	}
	return info.Main.Path, known
}
