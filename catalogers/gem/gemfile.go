package gem

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Gemfile reads what a Gemfile says in plain words: its gem lines, and the blocks around them. A Gemfile is a program
// (https://bundler.io/man/gemfile.5.html); what only running it would tell is left out.
var Gemfile = catalogers.Cataloger{
	Name:   "bundler-gemfile",
	Doc:    "Ruby gems that a Gemfile asks for in plain lines, with ranges, groups and sources.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Gem},
	Files:  catalogers.Named("Gemfile", "gems.rb"),
	Beside: []string{"Gemfile.lock", "gems.locked"},
	Parse:  parseGemfile,
}

func parseGemfile(f *catalogers.File, out *sbom.Facts) error {
	if installedIn(f.Dir()) {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.Contains(text, "<<<<<<< ") {
		out.Gap(0, "holds an unresolved merge conflict")
	}
	g := readGemfile(text)
	if g.unread > 0 && !f.Has("Gemfile.lock", "gems.locked") { // a lockfile says what the Gemfile does not
		out.Gap(g.unread, "asks for a gem whose name only running it would tell")
	}
	for _, a := range g.gems {
		scope := a.scope
		if a.conditional {
			scope = min(scope, sbom.Optional)
		}
		to := a.name
		switch at := path.Join(f.Dir(), a.path); {
		case a.path == "":
			if !out.Has(a.name) {
				out.AddAt(a.line, a.name, a.component())
			}
		case path.IsAbs(a.path) || at == ".." || strings.HasPrefix(at, "../"):
			continue
		default:
			to = out.Application(at, sbom.Component{})
		}
		out.Relate(sbom.Relation{From: out.Owner(), To: to, Range: strings.Join(a.requirements, ", "), Scope: scope, Line: a.line})
	}
	return nil
}

// gemfile is what a Gemfile says in plain words.
type gemfile struct {
	gems    []asked
	unread  int  // the line of the first gem whose name is an expression
	gemspec bool // the dependencies of the gemspec beside it count too
}

// asked is one gem line with the blocks around it.
type asked struct {
	name         string
	requirements []string
	scope        sbom.Scope
	conditional  bool   // for some platforms only, or under a condition
	path, git    string // where it comes from, if not from a registry
	source       string // the registry, if the line or the block says one
	line         int
}

// block is what the lines within a block share.
type block struct {
	groups                []string
	optional, conditional bool
	path, git, source     string
}

func (a *asked) component() sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.Gem, "", a.name, a.pin())}
	if a.git != "" {
		fromGit(&c, a.git, "")
	} else {
		fromRegistry(&c, []string{a.source})
	}
	return c
}

// pin is the version that the line demands, if it leaves no choice.
func (a *asked) pin() string {
	if len(a.requirements) != 1 {
		return ""
	}
	v := strings.TrimSpace(strings.TrimPrefix(a.requirements[0], "="))
	if v == "" || v[0] < '0' || v[0] > '9' {
		return ""
	}
	return v
}

func readGemfile(text string) gemfile {
	var g gemfile
	stack := []block{{}}
	statements(text, func(line int, s string) {
		verb, rest, _ := strings.Cut(s, " ")
		if call, args, ok := strings.Cut(verb, "("); ok {
			verb, rest = call, "("+args+" "+rest
		}
		top := stack[len(stack)-1]
		switch {
		case verb == "end":
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		case verb == "gem":
			if a, ok := readGem(rest, top); ok {
				a.line = line
				g.gems = append(g.gems, a)
			} else if g.unread == 0 {
				g.unread = line
			}
		case verb == "gemspec":
			g.gemspec = true
		case len(stack) >= 100: // no Gemfile nests like this
		case strings.HasSuffix(s, " do") || strings.Contains(s, " do |") && strings.HasSuffix(s, "|"):
			rest, _, _ = strings.Cut(rest, " do")
			stack = append(stack, top.within(verb, arguments(rest)))
		case slices.Contains([]string{"if", "unless", "case", "begin", "while", "until", "def"}, verb) && !strings.HasSuffix(s, " end"):
			top.conditional = top.conditional || verb != "begin"
			stack = append(stack, top)
		}
	})
	return g
}

// within is the block that a call opens in b.
func (b block) within(verb string, args []string) block {
	first, _ := literal(args[0])
	switch verb {
	case "group":
		b.groups = slices.Clip(b.groups)
		for _, a := range args {
			if key, value, ok := option(a); ok {
				b.optional = b.optional || key == "optional" && value == "true"
			} else {
				b.groups = append(b.groups, literals(a)...)
			}
		}
	case "platform", "platforms", "install_if":
		b.conditional = true
	case "source":
		b.source = first
	case "path":
		b.path = first
	case "git":
		b.git = first
	case "github":
		b.git = "https://github.com/" + first
	}
	return b
}

// readGem reads the arguments of a gem line.
func readGem(rest string, b block) (asked, bool) {
	outside(rest, func(i, _ int) bool {
		if strings.HasPrefix(rest[i:], " if ") || strings.HasPrefix(rest[i:], " unless ") {
			rest, b.conditional = rest[:i], true
			return false
		}
		return true
	})
	args := arguments(rest)
	name, ok := literal(args[0])
	if !ok || name == "" {
		return asked{}, false
	}
	a := asked{name: name, conditional: b.conditional, path: b.path, git: b.git, source: b.source}
	groups := b.groups
	for _, arg := range args[1:] {
		key, value, ok := option(arg)
		if !ok {
			a.requirements = append(a.requirements, literals(arg)...)
			continue
		}
		text, _ := literal(value)
		switch key {
		case "group", "groups":
			groups = append(slices.Clip(groups), literals(value)...)
		case "platform", "platforms", "install_if":
			a.conditional = true
		case "path":
			if a.path = text; text == "" {
				return asked{}, false // only running it tells which folder
			}
		case "git":
			a.git = text
		case "github":
			if !strings.Contains(text, "/") {
				text += "/" + text // https://bundler.io/man/gemfile.5.html#GITHUB
			}
			a.git = "https://github.com/" + text
		case "source":
			a.source = text
		}
	}
	if b.path != "" && a.path == b.path {
		a.path = path.Join(a.path, name)
	}
	a.scope = scopeOf(groups, b.optional)
	return a, true
}
