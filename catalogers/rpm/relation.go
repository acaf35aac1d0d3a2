package rpm

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/purl/version"
	"github.com/sbomgen/sbomgen/sbom"
)

// relations are what a package provides or requires: three lists of the same length.
type relations struct {
	names, versions rpmdb.List
	flags           []uint32
}

func read(h *rpmdb.Header, names, flags, versions rpmdb.Tag) relations {
	r := relations{names: h.Texts(names), versions: h.Texts(versions)}
	list := h.Ints(flags)
	if list.Len() > 0 {
		r.flags = make([]uint32, list.Len())
		for i := range r.flags {
			r.flags[i] = uint32(list.At(i))
		}
	}
	return r
}

// relation is a name with a range of versions.
type relation struct {
	name, version string
	flags         uint32
}

// The bits of flags, https://github.com/rpm-software-management/rpm/blob/rpm-4.20.x/include/rpm/rpmds.h.
const (
	less      = 1 << 1
	greater   = 1 << 2
	equal     = 1 << 3
	compare   = less | greater | equal
	missingOK = 1 << 19 // how rpm 5 writes what a package recommends
	rpmlib    = 1 << 24 // asks for a feature of rpm
)

// all gives the relations.
func (r relations) all(yield func(relation) bool) {
	var x relation
	for i := 0; r.names.Cut(&x.name); i++ {
		r.versions.Cut(&x.version)
		x.flags = 0
		if i < len(r.flags) {
			x.flags = r.flags[i]
		}
		if x.name != "" && !yield(x) {
			return
		}
	}
}

// text is the range in words.
func (r *relation) text() string {
	operator := [...]string{"", "<", ">", "<>", "=", "<=", ">=", "<>="}[r.flags&compare>>1]
	if operator == "" || r.version == "" {
		return ""
	}
	return operator + " " + r.version
}

// overlaps tells whether a version satisfies both ranges, https://rpm-software-management.github.io/rpm/manual/dependencies.html. One that says no
// version is satisfied by all; releases count if both have one.
func (r *relation) overlaps(p *answer) bool {
	if r.flags&compare == 0 || p.flags&compare == 0 || r.version == "" || p.version == "" {
		return true
	}
	have, want := p.version, r.version
	order := 0
	if have != want {
		if strings.Contains(have, "-") != strings.Contains(want, "-") {
			have, _, _ = strings.Cut(have, "-")
			want, _, _ = strings.Cut(want, "-")
		}
		var ok bool
		if order, ok = version.Compare(purl.RPM, have, want); !ok {
			return false
		}
	}
	switch {
	case order < 0:
		return p.flags&greater != 0 || r.flags&less != 0
	case order > 0:
		return p.flags&less != 0 || r.flags&greater != 0
	}
	return p.flags&r.flags&compare != 0
}

// answer is a package that answers to a name: it provides it, or has a file of the name.
type answer struct {
	at      int32 // in installed
	next    int32 // of the same name, -1 at the end
	count   int32 // of the same name up to here
	flags   uint32
	version string
}

// index finds the packages that answer to names.
type index struct {
	list    []installed
	named   map[string]int32 // the first answer
	answers []answer
	related []int32 // by package: who has an edge to it already, as 1 + its place
}

// add notes an answer, of those to one name only so many as no system has: otherwise all packages could provide what all depend on.
func (x *index) add(name string, a answer) {
	const most = 32
	first, ok := x.named[name]
	a.next, a.count = -1, 1
	if ok {
		a.next, a.count = first, x.answers[first].count+1
	}
	if a.count > most {
		return
	}
	x.named[name] = int32(len(x.answers))
	x.answers = append(x.answers, a)
}

// find gives the packages that satisfy a relation, in their order.
func (x *index) find(r *relation) (list []int32) {
	names := [...]string{r.name, ""}
	if strings.HasPrefix(r.name, "/") {
		names[1] = merged(r.name)
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		at, ok := x.named[name]
		for ok && at >= 0 {
			if a := &x.answers[at]; r.overlaps(a) && !slices.Contains(list, a.at) {
				list = append(list, a.at)
			}
			at = x.answers[at].next
		}
		if len(list) > 0 {
			break
		}
	}
	slices.Sort(list)
	return list
}

// prefer leaves those of several that are meant: those of the name come before those that provide it, and those of the same architecture before
// others.
func (x *index) prefer(from *installed, r *relation, list []int32) []int32 {
	for _, better := range [...]func(*installed) bool{
		func(p *installed) bool { return p.name == r.name },
		func(p *installed) bool { return p.arch == from.arch || p.arch == "noarch" },
	} {
		var some []int32
		for _, i := range list {
			if better(&x.list[i]) {
				some = append(some, i)
			}
		}
		if len(some) > 0 {
			list = some
		}
	}
	return list
}

// relate claims the edges between the packages. What a package provides itself, and what nothing installed answers to, is left out: who builds an
// image may drop packages on purpose.
func (d *database) relate() {
	x := &index{list: d.installed, named: make(map[string]int32), related: make([]int32, len(d.installed))}
	for i := range d.installed {
		for r := range d.installed[i].provides.all {
			x.add(r.name, answer{at: int32(i), flags: r.flags, version: r.version})
		}
	}
	x.addFiles(len(d.root))
	for i := range d.installed {
		from, scope := &d.installed[i], sbom.ScopeUnset
		edge := func(r *relation, to []int32) {
			if slices.Contains(to, int32(i)) {
				return
			}
			for _, at := range x.prefer(from, r, to) {
				if x.related[at] != int32(i)+1 {
					x.related[at] = int32(i) + 1
					d.out.Relate(sbom.Relation{From: from.key, To: d.installed[at].key, Range: r.text(), Scope: scope})
				}
			}
		}
		for r := range from.requires.all {
			if scope = sbom.ScopeUnset; r.flags&missingOK != 0 {
				scope = sbom.Optional
			}
			switch {
			case r.flags&rpmlib != 0, strings.HasPrefix(r.name, "rpmlib("):
			case r.name[0] == '(':
				if e, ok := parseRich(r.name); ok {
					e.resolve(x, edge)
				}
			default:
				edge(&r, x.find(&r))
			}
		}
	}
}

// addFiles adds as answers the files that relations ask for.
func (x *index) addFiles(root int) {
	wanted := make(map[string]map[string]struct{}) // by folder
	want := func(name string) {
		for _, dir := range spellings(path.Dir(name)) {
			if wanted[dir] == nil {
				wanted[dir] = make(map[string]struct{})
			}
			wanted[dir][path.Base(name)] = struct{}{}
		}
	}
	for i := range x.list {
		for r := range x.list[i].requires.all {
			if r.name[0] == '/' {
				want(r.name)
			} else if r.name[0] == '(' && strings.Contains(r.name, "/") {
				for _, word := range strings.FieldsFunc(r.name, func(c rune) bool { return c == ' ' || c == '(' || c == ')' }) {
					if word[0] == '/' {
						want(word)
					}
				}
			}
		}
	}
	for i := range x.list {
		last, inside := "", map[string]struct{}(nil)
		for file := range x.list[i].paths.All() {
			slash := strings.LastIndexByte(file, '/')
			if slash < root-1 || slash < 0 {
				continue
			}
			if dir := file[min(root, slash):slash]; dir != last || inside == nil {
				last, inside = dir, wanted[dir]
			}
			if _, ok := inside[file[slash+1:]]; ok {
				name := "/" + file[root:]
				x.add(name, answer{at: int32(i)})
				x.add(merged(name), answer{at: int32(i)})
			}
		}
	}
}

// merged is the one name of a file whose folder is another's by a link: /bin and /sbin are folders of /usr, and the second is the first in Fedora 42.
// It is no name of a file.
func merged(name string) string {
	dir := path.Dir(name)
	return "merged " + spellings(dir)[0] + "/" + path.Base(name)
}

// spellings are the folders that a folder may be, in a fixed order, without a slash at the front.
func spellings(dir string) []string {
	switch dir {
	case "/bin", "/usr/bin", "/sbin", "/usr/sbin":
		return []string{"bin", "usr/bin", "sbin", "usr/sbin"}
	case "/lib", "/usr/lib":
		return []string{"lib", "usr/lib"}
	case "/lib64", "/usr/lib64":
		return []string{"lib64", "usr/lib64"}
	}
	return []string{strings.TrimPrefix(dir, "/")}
}
