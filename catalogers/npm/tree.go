package npm

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// tree is what stands in the folders of one project: the packages in its node_modules, its workspace members and other
// folders that are linked. It finds a package as node does (https://nodejs.org/api/modules.html#loading-from-node_modules-folders),
// so that every edge leads to the one instance that would be loaded.
//
// Folders and names are numbered: to look for a package costs a step per node_modules on the way up, however long
// their paths are.
type tree struct {
	places  []place
	links   []link
	wants   requirements // of all places, one after the other
	targets []int32      // of each of them: the place that is found; see connect

	// follow, where set, finds what stands in a folder that holds no place: it adds one, or gives that to which the folder is a
	// link, or nowhere. It is asked about loose shelves at once, about others only when nothing was found anywhere.
	follow    func(folder string) int32
	installed bool // what development needs may be missing

	folders []string         // of the shelves
	loose   []bool           // of the shelves: links may stand there
	shelves map[string]int32 // folder that has a node_modules -> its number
	above   []int32          // of a shelf: the next one up that node looks in, -1 if none; see connect
	names   map[string]int32 // of packages -> their number
	stands  map[spot]int32   // what stands in the node_modules of a shelf under a name -> its place
	outside map[string]int32 // folder outside of any node_modules -> its place
	last    string           // the folder of the shelf that was used last, and its number
	lastAt  int32
}

// spot is a name in the node_modules of a shelf.
type spot struct{ shelf, name int32 }

// place is a folder that holds a package or an application.
type place struct {
	folder   string // relative to the project; "" is the project
	key      string // in the Facts
	from, to int32  // its part of tree.wants
	optional bool   // only optional dependencies lead to it
	lenient  bool   // what it asks for may be missing
}

type link struct {
	folder, target string
	line           int
}

func newTree(size int) *tree {
	return &tree{
		places:  make([]place, 0, size),
		wants:   requirements{list: make([]requirement, 0, size)},
		shelves: make(map[string]int32, size/8),
		names:   make(map[string]int32, size/2),
		stands:  make(map[spot]int32, size),
		outside: make(map[string]int32),
		lastAt:  -1,
	}
}

// divide splits the folder of a package into the folder around its node_modules and the name by which code asks for it.
// The name is "" for other folders.
func divide(folder string) (around, name string) {
	const modules = "node_modules"
	slash := strings.LastIndexByte(folder, '/')
	if slash < 0 {
		return "", ""
	}
	if !strings.HasSuffix(folder[:slash], modules) { // a scope is in between
		if slash = strings.LastIndexByte(folder[:slash], '/'); slash < 0 || folder[slash+1] != '@' {
			return "", ""
		}
	}
	name = folder[slash+1:]
	if around = folder[:slash]; around == modules {
		around = ""
	} else if around = strings.TrimSuffix(around, "/"+modules); len(around) == slash {
		return "", ""
	}
	if !plausible(name) {
		return "", ""
	}
	return around, name
}

// shelf numbers a folder that has a node_modules.
func (t *tree) shelf(folder string) int32 {
	if t.lastAt >= 0 && t.last == folder { // lockfiles are sorted
		return t.lastAt
	}
	at, ok := t.shelves[folder]
	if !ok {
		around := path.Dir(folder)
		store := strings.HasSuffix(around, "node_modules/.pnpm") || strings.HasSuffix(around, "node_modules/.store")
		at = int32(len(t.folders))
		t.folders = append(t.folders, folder)
		t.loose = append(t.loose, store)
		t.shelves[folder] = at
		if store { // pnpm's own node_modules holds links for those who ask for what they do not declare
			t.loosen(around)
		}
	}
	t.last, t.lastAt = folder, at
	return at
}

func (t *tree) spot(around, name string) spot {
	n, ok := t.names[name]
	if !ok {
		n = int32(len(t.names))
		t.names[name] = n
	}
	return spot{t.shelf(around), n}
}

// put notes that a folder, which divide has divided, holds a place, unless it holds one already.
func (t *tree) put(folder, around, name string, at int32) bool {
	if name == "" {
		if _, taken := t.outside[folder]; taken {
			return false
		}
		t.outside[folder] = at
		return true
	}
	s := t.spot(around, name)
	if _, taken := t.stands[s]; taken {
		return false
	}
	t.stands[s] = at
	return true
}

// get is the place that a folder holds.
func (t *tree) get(folder string) (int32, bool) {
	around, name := divide(folder)
	if name == "" {
		at, ok := t.outside[folder]
		return at, ok
	}
	shelf, ok := t.shelves[around]
	if !ok {
		return 0, false
	}
	number, ok := t.names[name]
	if !ok {
		return 0, false
	}
	at, ok := t.stands[spot{shelf, number}]
	return at, ok
}

// holds tells whether a folder outside of any node_modules is a place.
func (t *tree) holds(folder string) bool { _, ok := t.outside[folder]; return ok }

// add puts a place into the tree, with the requirements that were read since wants.begin. A folder holds one.
func (t *tree) add(p place) {
	around, name := divide(p.folder)
	if !t.put(p.folder, around, name, int32(len(t.places))) {
		return
	}
	p.from = int32(t.wants.from)
	p.to = p.from + int32(len(t.wants.settle()))
	t.places = append(t.places, p)
}

// link says that a folder is a link to another one, which may be added later.
func (t *tree) link(l link) { t.links = append(t.links, l) }

// connect follows the links, and finds what every place asks for. It returns the links that lead to no place.
func (t *tree) connect() (dangling []link) {
	for _, l := range t.links {
		if to, ok := t.get(l.target); ok {
			around, name := divide(l.folder)
			t.put(l.folder, around, name, to)
		} else {
			dangling = append(dangling, l)
		}
	}
	t.links = nil
	t.above = make([]int32, len(t.folders))
	for at, folder := range t.folders {
		t.above[at] = t.upward(folder)
	}
	t.targets = make([]int32, len(t.wants.list))
	for i := range t.places {
		p := t.places[i] // follow adds places, which ask for nothing
		if p.from == p.to {
			continue
		}
		shelf, ok := t.shelves[p.folder]
		if !ok {
			shelf = t.upward(p.folder)
		}
		for j := p.from; j < p.to; j++ {
			t.targets[j] = t.find(shelf, t.wants.list[j].name)
		}
	}
	return dangling
}

// upward is the nearest shelf above a folder, -1 if there is none. What lies above a folder outside of the project is not
// the project.
func (t *tree) upward(folder string) int32 {
	for folder != "" {
		around, name := divide(folder)
		if name == "" {
			slash := strings.LastIndexByte(folder, '/')
			if folder[slash+1:] == ".." {
				return -1
			}
			around = folder[:max(slash, 0)]
		}
		folder = around
		if at, ok := t.shelves[folder]; ok {
			return at
		}
	}
	return -1
}

// nowhere and elsewhere stand for places: there is none, and there is one that others have an eye on.
const (
	nowhere   int32 = -1
	elsewhere int32 = -2
)

// find gives the place of the package that code below a shelf gets when it asks for the name.
func (t *tree) find(shelf int32, name string) int32 {
	number, ok := t.names[name]
	if !ok && t.follow == nil {
		return nowhere
	}
	for s := shelf; s >= 0; s = t.above[s] {
		if ok {
			if at, here := t.stands[spot{s, number}]; here {
				return at
			}
		}
		if t.follow != nil && t.loose[s] {
			if at := t.follow(join(t.folders[s], name)); at != nowhere {
				return at
			}
		}
	}
	for s := shelf; s >= 0 && t.follow != nil; s = t.above[s] {
		if !t.loose[s] {
			if at := t.follow(join(t.folders[s], name)); at != nowhere {
				return at
			}
		}
	}
	return nowhere
}

// join is the folder of a package in the node_modules of another folder.
func join(around, name string) string {
	if around == "" {
		return "node_modules/" + name
	}
	return around + "/node_modules/" + name
}

// loosen says that links may stand in the node_modules of a folder.
func (t *tree) loosen(folder string) { t.loose[t.shelf(folder)] = true }

// relate claims the edges that the tree determines. legacy is for lockfiles that do not tell optional requirements from others.
func (t *tree) relate(out *sbom.Facts, legacy bool) {
	out.Grow(0, len(t.wants.list))
	for i := range t.places {
		p := &t.places[i]
		for j := p.from; j < p.to; j++ {
			q, at := &t.wants.list[j], t.targets[j]
			r := sbom.Relation{From: p.key, To: q.name, Range: q.asked(), Scope: q.scope, Line: q.line, MayMiss: p.lenient || legacy}
			switch {
			case at >= 0:
				to := &t.places[at]
				r.To = to.key
				if legacy && to.optional && !p.optional && q.scope == sbom.Runtime {
					r.Scope = sbom.Optional
				}
			case at == elsewhere, r.MayMiss, q.peer, q.scope == sbom.Optional, t.installed && q.scope == sbom.Development:
				continue
			}
			out.Relate(r)
		}
	}
}
