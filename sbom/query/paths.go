package query

import (
	"cmp"
	"slices"

	"github.com/sbomgen/sbomgen/sbom"
)

// Path is a way from the root to a component that holds within one application.
type Path struct {
	// Steps are the components on the way, the root first. A path in an application that nothing joins to the root begins with that application.
	Steps []sbom.Handle
	// Edges lead from each step to the next.
	Edges []sbom.Edge
	// App is the place among Steps of the application in which the path holds, whose own files ask for what follows it.
	App int
}

// Application is the application in which the path holds.
func (p *Path) Application() sbom.Handle { return p.Steps[p.App] }

// Head is the component that the application asks for itself: the one to change where the last of the path is unwanted. ok is false if the
// path ends with the application.
func (p *Path) Head() (h sbom.Handle, ok bool) {
	if p.App+1 == len(p.Steps) {
		return 0, false
	}
	return p.Steps[p.App+1], true
}

// Paths lists the ways in which a component comes in: for each application and each component that it asks for itself and that leads there, a
// shortest path. The shortest come first; of equal length they are in the order of ids. max is how many are given, 0 for all.
func Paths(g *sbom.Graph, h sbom.Handle, max int) []Path {
	f := newFinder(g, h)
	var list []Path
	if begins(g, h) {
		if p, ok := f.prefix(h); ok {
			list = append(list, p)
		}
		if h == g.Root {
			return list
		}
	}
	for _, apps := range f.resolutions() {
		list = f.within(apps, list)
	}
	slices.SortFunc(list, func(a, b Path) int {
		return cmp.Or(len(a.Steps)-len(b.Steps), slices.Compare(a.Steps, b.Steps), a.App-b.App)
	})
	if max > 0 && len(list) > max {
		list = list[:max]
	}
	return list
}

// finder finds paths to one component. What it costs is the sum of what lies between the goal and the applications, for each application.
type finder struct {
	g       *sbom.Graph
	goal    sbom.Handle
	leading []bool  // of each component: whether the goal can be reached from it, in whatever application
	begins  []bool  // of each component: begins(g, h)
	start   []int32 // the edges that leave component h are g.Edges[start[h]:start[h+1]]
	holders []int32 // of each component: the edge through which containment reaches it from the root, -1 for none

	// Of the application whose resolution is searched:
	local  []int32       // of each component: its place in members, plus one; 0 for what was not reached
	member []sbom.Handle // what the application reaches on the way to the goal
	edges  []int32       // between members
	first  []int32       // into[first[i]:first[i+1]] are the edges that lead to member i
	into   []int32
	next   []int32 // of each member: the edge that leads on to the goal, -1 for none
}

func newFinder(g *sbom.Graph, goal sbom.Handle) *finder {
	n := len(g.Components)
	f := &finder{g: g, goal: goal, leading: leading(g, goal), begins: make([]bool, n), start: make([]int32, n+1), holders: make([]int32, n), local: make([]int32, n)}
	for i := range n {
		h := sbom.Handle(i)
		f.begins[h], f.holders[h] = begins(g, h), -1
		f.start[i+1] = f.start[i] + int32(len(g.Out(h)))
	}
	within := make([]sbom.Handle, len(g.Components)) // of each component that was reached: the application around it
	within[g.Root] = g.Root
	for queue := []sbom.Handle{g.Root}; len(queue) > 0; queue = queue[1:] {
		app := within[queue[0]]
		out := g.Out(queue[0])
		for i := range out {
			e := &out[i]
			if e.Kind != sbom.Contains || e.To == g.Root || f.holders[e.To] >= 0 || !holds(g, app, e) {
				continue
			}
			f.holders[e.To] = f.start[e.From] + int32(i)
			if within[e.To] = app; f.begins[e.To] {
				within[e.To] = e.To
			}
			queue = append(queue, e.To)
		}
	}
	return f
}

// leading tells of each component whether edges lead from it to the goal.
func leading(g *sbom.Graph, goal sbom.Handle) []bool {
	first := make([]int32, len(g.Components)+2)
	for i := range g.Edges {
		if e := &g.Edges[i]; leads(e) {
			first[e.To+2]++
		}
	}
	for i := 2; i < len(first); i++ {
		first[i] += first[i-1]
	}
	from := make([]sbom.Handle, first[len(first)-1])
	for i := range g.Edges {
		if e := &g.Edges[i]; leads(e) {
			from[first[e.To+1]] = e.From
			first[e.To+1]++
		}
	}
	reached := make([]bool, len(g.Components))
	reached[goal] = true
	for stack := []sbom.Handle{goal}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, h := range from[first[at]:first[at+1]] {
			if !reached[h] {
				reached[h] = true
				stack = append(stack, h)
			}
		}
	}
	return reached
}

// prefix is the way from the root to an application, over what contains it. ok is false if there is none: it is then the application
// alone.
func (f *finder) prefix(app sbom.Handle) (Path, bool) {
	p := Path{Steps: []sbom.Handle{app}}
	for at := app; at != f.g.Root; {
		if f.holders[at] < 0 {
			return Path{Steps: []sbom.Handle{app}}, false
		}
		e := f.g.Edges[f.holders[at]]
		at = e.From
		p.Steps, p.Edges = append(p.Steps, at), append(p.Edges, e)
	}
	slices.Reverse(p.Steps)
	slices.Reverse(p.Edges)
	p.App = len(p.Steps) - 1
	return p, true
}

// resolutions lists the applications that lead to the goal by the application whose resolution holds for them.
func (f *finder) resolutions() map[sbom.Handle][]sbom.Handle {
	apps := make(map[sbom.Handle][]sbom.Handle)
	for h, leads := range f.leading {
		if app := sbom.Handle(h); leads && f.begins[app] {
			owner := f.g.Context(app)
			apps[owner] = append(apps[owner], app)
		}
	}
	return apps
}

// within appends the paths that hold in one resolution, that of the applications. Where a path meets one of them it ends: it is told from there.
// Other applications, which these only depend on, lie on the way.
func (f *finder) within(apps []sbom.Handle, list []Path) []Path {
	f.reach(apps)
	f.search()
	for _, app := range apps {
		if app == f.goal {
			continue
		}
		told := sbom.Handle(-1)
		out := f.g.Out(app)
		for i := range out {
			e := &out[i]
			if e.To == told || !f.follows(app, e) || e.To != f.goal && (f.local[e.To] == 0 || f.next[f.local[e.To]-1] < 0) {
				continue
			}
			told = e.To // the edge that contains it as well comes behind the one that asks for it
			list = append(list, f.path(e))
		}
	}
	for _, h := range f.member {
		f.local[h] = 0
	}
	return list
}

// follows tells whether an edge may be part of a path within the application.
func (f *finder) follows(app sbom.Handle, e *sbom.Edge) bool {
	return leads(e) && f.leading[e.To] && !(e.Kind == sbom.Contains && f.begins[e.To]) && holds(f.g, app, e)
}

// reach collects what the applications of one resolution reach on the way to the goal, and the edges on that way. The applications
// themselves are no members: paths begin there.
func (f *finder) reach(apps []sbom.Handle) {
	g, owner := f.g, f.g.Context(apps[0])
	f.member, f.edges = f.member[:0], f.edges[:0]
	add := func(h sbom.Handle) {
		if f.local[h] == 0 {
			f.member = append(f.member, h)
			f.local[h] = int32(len(f.member))
		}
	}
	add(f.goal)
	for _, app := range apps {
		out := g.Out(app)
		for i := range out {
			if e := &out[i]; f.follows(app, e) && !f.stops(owner, e.To) {
				add(e.To)
			}
		}
	}
	for i := 1; i < len(f.member); i++ { // the goal leads no further
		for at := f.start[f.member[i]]; at < f.start[f.member[i]+1]; at++ {
			if e := &g.Edges[at]; f.follows(apps[0], e) && (e.To == f.goal || !f.stops(owner, e.To)) {
				add(e.To)
				f.edges = append(f.edges, at)
			}
		}
	}
}

// stops tells whether a component is an application whose paths begin in the resolution.
func (f *finder) stops(owner, h sbom.Handle) bool { return f.begins[h] && f.g.Context(h) == owner }

// search finds for each member the edge that is first on a shortest way to the goal.
func (f *finder) search() {
	g := f.g
	f.first = append(f.first[:0], make([]int32, len(f.member)+2)...)
	for _, i := range f.edges {
		f.first[f.local[g.Edges[i].To]+1]++
	}
	for i := 2; i < len(f.first); i++ {
		f.first[i] += f.first[i-1]
	}
	f.into = append(f.into[:0], make([]int32, len(f.edges))...)
	for _, i := range f.edges {
		to := f.local[g.Edges[i].To]
		f.into[f.first[to]] = i
		f.first[to]++
	}
	f.next = f.next[:0]
	for range f.member {
		f.next = append(f.next, -1)
	}
	for queue := []int32{0}; len(queue) > 0; queue = queue[1:] {
		for _, i := range f.into[f.first[queue[0]]:f.first[queue[0]+1]] {
			from := f.local[g.Edges[i].From] - 1
			if from != 0 && f.next[from] < 0 {
				f.next[from] = i
				queue = append(queue, from)
			}
		}
	}
}

// path is that from the root through an edge of an application to the goal.
func (f *finder) path(e *sbom.Edge) Path {
	p, _ := f.prefix(e.From)
	p.App = len(p.Steps) - 1
	p.Steps, p.Edges = append(p.Steps, e.To), append(p.Edges, *e)
	for at := e.To; at != f.goal; {
		next := f.g.Edges[f.next[f.local[at]-1]]
		at = next.To
		p.Steps, p.Edges = append(p.Steps, at), append(p.Edges, next)
	}
	return p
}
