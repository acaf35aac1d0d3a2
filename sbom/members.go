package sbom

import "path"

// members joins every application to the root: those that a lockfile or manifest lists as members of its workspace through
// its owner, all others at once, through the image that they are in where there are several. An application that nothing names is called after its folder.
func (r *resolver) members() {
	inside := make(map[Handle][]Handle)
	add := func(from, to Handle, f string) {
		r.edges = append(r.edges, Edge{From: from, To: to, Kind: Contains, Scope: Runtime, Rule: "members", Path: f})
		inside[from] = append(inside[from], to)
	}
	listed := make(map[[2]Handle]bool)
	for _, e := range r.edges {
		if e.Kind == Contains && r.components[e.From].IsApplication() && r.components[e.To].IsApplication() {
			listed[[2]Handle{e.From, e.To}] = true
			inside[e.From] = append(inside[e.From], e.To)
		}
	}
	for i, f := range r.facts {
		if f.Stage == Declared {
			continue // a manifest also claims what it reaches by path; its members it relates itself
		}
		for j := range f.claims {
			h := r.placed[i][j]
			if pair := [2]Handle{r.owners[i], h}; h != r.owners[i] && r.components[h].IsApplication() && !listed[pair] {
				listed[pair] = true
				add(r.owners[i], h, f.Path)
			}
		}
	}
	reached := make([]bool, len(r.components))
	reach := func(h Handle) {
		for stack := []Handle{h}; len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !reached[at] {
				reached[at] = true
				stack = append(stack, inside[at]...)
			}
		}
	}
	reach(r.root)
	images := r.images()
	for h := range r.components {
		c := &r.components[h]
		if !c.IsApplication() {
			continue
		}
		if c.Name == "" {
			c.Name = path.Base(c.Path)
			if c.Path == "." {
				c.Name = "root"
			}
		}
		if !reached[h] {
			from := r.root
			for dir := path.Dir(c.Path); dir != "." && from == r.root && len(images) > 0; dir = path.Dir(dir) {
				if image, ok := images[dir]; ok {
					from = image
				}
			}
			add(from, Handle(h), "")
			reach(Handle(h))
		}
	}
}

// images finds the images of several platforms by the folders in which their files stand.
func (r *resolver) images() map[string]Handle {
	var images map[string]Handle
	for h := range r.components {
		if c := &r.components[h]; c.Kind == Container && c.IsApplication() && Handle(h) != r.root {
			if images == nil {
				images = make(map[string]Handle)
			}
			images[c.Path] = Handle(h)
		}
	}
	return images
}
