package npm

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// requirement is one package that another asks for.
type requirement struct {
	name  string     // by which it is asked for and found in node_modules; the package's own unless spec is an alias
	spec  string     // a range, a tag, an alias, an address
	scope sbom.Scope // Runtime, Development, Optional or Peer; an optional peer is Optional
	peer  bool       // provided by whoever uses the package
	line  int
}

// requirements are the dependency lists of one package, or of many in a row: package.json and the lockfiles of
// npm, bun and yarn spell them alike.
type requirements struct {
	list          []requirement
	from          int      // where the current package's begin
	optionalPeers []string // of the current package
	lists         uint8    // of the current package: which kinds have members
	installed     bool     // in node_modules: what the package's own development needs is nobody's business, nor are lines
}

// begin opens the next package: settle looks only at what follows.
func (q *requirements) begin() {
	q.from, q.optionalPeers, q.lists = len(q.list), q.optionalPeers[:0], 0
}

// field reads a member of a package's object if it is one of the lists, and tells whether it was.
func (q *requirements) field(r *decode.JSONReader, key string) bool {
	switch key {
	case "dependencies":
		q.read(r, sbom.Runtime)
	case "devDependencies":
		if !q.installed {
			q.read(r, sbom.Development)
		}
	case "optionalDependencies":
		q.read(r, sbom.Optional)
	case "peerDependencies":
		q.read(r, sbom.Peer)
	case "peerDependenciesMeta":
		r.Object(func(name string) {
			r.Object(func(key string) {
				if key == "optional" && r.Bool() {
					q.optionalPeers = append(q.optionalPeers, name)
				}
			})
		})
	default:
		return false
	}
	return true
}

func (q *requirements) read(r *decode.JSONReader, scope sbom.Scope) {
	r.Object(func(name string) {
		if r.Kind() != decode.String {
			return
		}
		line := 0
		if !q.installed {
			line = r.Line()
		}
		if spec := r.Text(); plausible(name) {
			q.list = append(q.list, requirement{name, spec, scope, scope == sbom.Peer, line})
			q.lists |= 1 << scope
		}
	})
}

// settle applies what holds between the lists of the current package, and returns its requirements: where a
// name stands in several, development wins over optional, that over production, and a peer yields to all, as in
// npm (@npmcli/arborist, Node._loadDeps). The result is good until the list grows.
func (q *requirements) settle() []requirement {
	own := q.list[q.from:]
	if q.lists&(1<<sbom.Peer) != 0 && len(q.optionalPeers) > 0 {
		optional := make(map[string]bool, len(q.optionalPeers))
		for _, name := range q.optionalPeers {
			optional[name] = true
		}
		for i := range own {
			if own[i].peer && optional[own[i].name] {
				own[i].scope = sbom.Optional
			}
		}
	}
	if q.lists&(q.lists-1) == 0 { // no two kinds
		return own
	}
	at := make(map[string]int, len(own))
	kept := own[:0]
	for _, next := range own {
		i, taken := at[next.name]
		switch {
		case !taken:
			at[next.name] = len(kept)
			kept = append(kept, next)
		case next.rank() >= kept[i].rank():
			kept[i] = next
		}
	}
	q.list = q.list[:q.from+len(kept)]
	return kept
}

func (q requirement) rank() int {
	switch {
	case q.peer:
		return 0
	case q.scope == sbom.Development:
		return 3
	case q.scope == sbom.Optional:
		return 2
	}
	return 1
}

// asked is the specifier as a document may show it: without credentials, which addresses and the shorthands of hosts can hold.
func (q requirement) asked() string {
	if host, rest, ok := strings.Cut(q.spec, ":"); ok && (host == "github" || host == "gitlab" || host == "bitbucket" || host == "gist") {
		path, ref := before(rest, "#")
		return host + ":" + path[strings.LastIndexByte(path, '@')+1:] + ref
	}
	return shown(q.spec)
}
