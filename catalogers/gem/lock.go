// Package gem reads what Bundler and RubyGems write.
package gem

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Lock reads the lockfile of Bundler 1 to 4.
//
// Source: Bundler's lockfile_parser.rb and lockfile_generator.rb, https://github.com/rubygems/rubygems/tree/master/bundler/lib/bundler.
// Indentation tells what a line is: a section, an option of a source, a gem of it (4), what that needs (6). The groups stand in
// the Gemfile only.
var Lock = catalogers.Cataloger{
	Name:   "bundler-lock",
	Doc:    "Ruby gems pinned in Gemfile.lock or gems.locked, with edges, sources, platforms and checksums; the Gemfile beside it tells the groups.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Gem},
	Files:  append(catalogers.Named("Gemfile.lock", "gems.locked", "Gemfile.next.lock"), catalogers.Glob("*.gemfile.lock")...),
	Beside: []string{"Gemfile", "gems.rb", "*.gemfile", "**/*.gemspec"},
	Parse:  parseLock,
}

// lock is a lockfile while it is read.
type lock struct {
	file    *catalogers.File
	out     *sbom.Facts
	section string
	source  lockSource
	current string              // the key of the gem whose needs follow
	keys    map[string][]string // a gem's name -> its versions, of which platforms may have different ones
	wants   []want
	builds  map[string][]string          // a gem -> the platforms that it is built for, "" for all
	sums    map[string][]sbom.Hash       // a gem, followed by "-" and the platform -> the digests of that build
	folders map[string]map[string]string // the folder of a source -> its gems -> where their gemspecs lie
}

// lockSource is where the gems of a section come from.
type lockSource struct {
	kind, revision, plugin string
	remotes                []string
	specs                  bool
}

// want is what a gem needs, or the project where from is the owner.
type want struct {
	from, name, version string
	line                int
}

// variants bounds how many versions of one gem a lockfile may hold for its platforms.
const variants = 8

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	if installedIn(f.Dir()) {
		return nil // what a gem was developed with
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	if f.Base() != "Gemfile.lock" && f.Base() != "gems.locked" { // a further resolution beside the project's own
		out.Own(f.Path)
	}
	l := lock{file: f, out: out, keys: make(map[string][]string), builds: make(map[string][]string), sums: make(map[string][]sbom.Hash), folders: make(map[string]map[string]string)}
	n, known := 0, false
	for s := range strings.Lines(text) {
		n++
		s = strings.TrimRight(s, " \r\n")
		trimmed := strings.TrimLeft(s, " ")
		switch indent := len(s) - len(trimmed); {
		case s == "":
		case strings.HasPrefix(s, "<<<<<<<"):
			out.Gap(n, "holds an unresolved merge conflict")
		case strings.HasPrefix(s, "=======") || strings.HasPrefix(s, ">>>>>>>"):
		case indent == 0:
			l.section = s
			l.source, l.current = lockSource{kind: s}, ""
			known = known || s == "GEM" || s == "GIT" || s == "PATH" || s == "DEPENDENCIES"
		case l.section == "GEM" || l.section == "GIT" || l.section == "PATH" || l.section == "PLUGIN SOURCE":
			l.sourceLine(n, indent, trimmed)
		default:
			l.line(n, trimmed)
		}
	}
	l.relate()
	l.distribute()
	out.Edges(sbom.Complete)
	if !known {
		return errors.New("is no lockfile of Bundler: it has no section GEM or DEPENDENCIES")
	}
	return nil
}

// entry divides "name (inside)!" and what may follow.
func entry(s string) (name, inside, rest string) {
	name, inside, _ = strings.Cut(s, " (")
	inside, rest, _ = strings.Cut(inside, ")")
	return strings.TrimSuffix(name, "!"), inside, strings.TrimSpace(rest)
}

func (l *lock) sourceLine(n, indent int, s string) {
	switch {
	case indent == 2:
		key, value, _ := strings.Cut(s, ":")
		value = strings.TrimSpace(value)
		switch key {
		case "remote":
			l.source.remotes = append(l.source.remotes, value)
		case "revision":
			l.source.revision = value
		case "type":
			l.source.plugin = value
		case "specs":
			l.source.specs = true
		}
	case indent == 4 && l.source.specs:
		l.gem(n, s)
	case indent == 6 && l.current != "":
		name, version, _ := entry(s)
		l.wants = append(l.wants, want{l.current, name, version, n})
	}
}

// gem reads a gem of a source: "name (version-platform)".
func (l *lock) gem(n int, s string) {
	name, version, _ := entry(s)
	version, platform, _ := strings.Cut(version, "-")
	l.current = ""
	if name == "" || version == "" {
		l.out.Gap(n, "%.80q names no gem and version", s)
		return
	}
	c := sbom.Component{PURL: purl.New(purl.Gem, "", name, version)}
	key := name + " " + version
	switch l.source.kind {
	case "PATH":
		key = l.local(n, name, c.PURL)
	case "GIT":
		if len(l.source.remotes) > 0 {
			fromGit(&c, l.source.remotes[0], l.source.revision)
		}
	case "PLUGIN SOURCE":
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:gem:plugin-source", Value: l.source.plugin})
		fallthrough
	default:
		fromRegistry(&c, l.source.remotes)
		l.builds[key] = append(l.builds[key], platform)
	}
	l.current = key
	if !l.out.Has(key) {
		l.out.AddAt(n, key, c)
	}
	if have := l.keys[name]; len(have) == 0 || have[len(have)-1] != key && len(have) < variants {
		l.keys[name] = append(have, key)
	}
}

// line reads a line of a section that is no source.
func (l *lock) line(n int, s string) {
	name, inside, rest := entry(s)
	switch l.section {
	case "DEPENDENCIES":
		l.wants = append(l.wants, want{l.out.Owner(), name, inside, n})
	case "CHECKSUMS":
		l.checksum(n, name, inside, rest)
	case "RUBY VERSION":
		l.toolchain("ruby", strings.TrimPrefix(s, "ruby "))
	case "BUNDLED WITH":
		l.toolchain("bundler", s)
	}
}

func (l *lock) toolchain(name, version string) {
	l.out.Application(strings.TrimPrefix(l.out.Owner(), "app:"), sbom.Component{Properties: []sbom.Property{{Name: "sbomgen:gem:" + name, Value: version}}})
}

// relate writes the edges once all gems are known. Bundler itself is never locked, and what the project asks for may be for
// platforms that the lockfile is not resolved for.
func (l *lock) relate() {
	scopes := l.groups()
	for _, w := range l.wants {
		r := sbom.Relation{From: w.from, Range: w.version, Line: w.line, MayMiss: w.name == "bundler" || w.from == l.out.Owner()}
		if w.from == l.out.Owner() {
			r.Scope = scopes[w.name]
		}
		for _, r.To = range l.keys[w.name] {
			l.out.Relate(r)
		}
		if len(l.keys[w.name]) == 0 {
			r.To = w.name
			l.out.Relate(r)
		}
	}
}
