// Package scan is the one pass: it asks the catalogers which files they want, walks a tree once, opens each
// wanted file once, and collects what the catalogers claim.
//
//	Tree --walk--> wanted files --sort, group--> jobs --workers--> Facts, in the order of the jobs
//
// How the work is scheduled can never change the result.
package scan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Options is what a user may say about a scan.
type Options struct {
	Exclude   []string  // doublestar patterns of paths to leave out
	Workers   int       // 0: as many as there are processors
	Progress  *Progress // counts while the scan runs; may be nil
	AllLayers bool      // of an image, also what upper layers hide
	Files     bool      // read every file, for its digests
	Archives  bool      // look into archives that are no packages, too
	Memory    int64     // bytes of files of one archive that are held in memory, 0 for 256 MB
}

// Progress is what a running scan has done so far.
type Progress struct {
	source.Progress              // of the walk
	Components      atomic.Int64 // claimed
}

// Result is what a scan found.
type Result struct {
	Facts   []*sbom.Facts
	Gaps    []sbom.Gap
	Skipped []sbom.Skip
	Files   int64 // seen
	Matched int   // opened because a cataloger wanted them
	Bytes   int64 // read of them; what was unpacked of layers and archives does not count
	Layers  []sbom.Layer
	Digests []sbom.File // of every file, where they were asked for
}

// claimLimit bounds what one file can claim. The largest lockfile known has 25,000 packages.
const claimLimit = 1_000_000

// Run scans a tree with the catalogers. Their order decides which of several manifests names an application.
func Run(ctx context.Context, tree source.Tree, list []*catalogers.Cataloger, o Options) (*Result, error) {
	if o.Progress == nil {
		o.Progress = new(Progress)
	}
	p := &passing{index: compile(list), list: list, progress: o.Progress, done: make(map[place][]*sbom.Facts)}
	p.archives = &archives{ctx: ctx, scan: p, o: &o}
	p.archives.quota.Grant(freeExpansion)
	p.index.wantArchives(o.Archives || tree.About().Kind == "file") // whoever names an archive wants to know what is in it
	var want source.Wanted = p.index
	if o.Files {
		want, p.hashes = everything{p.index}, make(map[place][]sbom.Hash)
	}
	r := new(Result)
	found, err := tree.Walk(ctx, want, source.WalkOptions{
		Exclude: o.Exclude, Progress: &o.Progress.Progress, Workers: o.Workers, Whole: p.whole,
		Hidden: func(view source.Tree, files []source.Entry) {
			r.Facts = append(r.Facts, p.before(ctx, view, files, &o)...)
		},
	})
	if err != nil {
		return nil, err
	}
	r.Files, r.Layers = found.Count, layersAbout(tree.About().Images)
	for _, s := range found.Skipped {
		r.Skipped = append(r.Skipped, sbom.Skip(s))
	}
	for _, u := range found.Unreadable {
		r.Gaps = append(r.Gaps, sbom.Gap{Path: u.Path, Reason: reason(u.Err)})
	}
	layers := layersOf(found.Files)
	read := &counted{Tree: tree}
	if len(r.Layers) > 0 {
		read.layers = layers
	}
	jobs := plan(read, p, found.Files, r)
	run(ctx, jobs, o.Workers, p)
	r.Bytes = read.bytes.Load()
	for _, j := range jobs {
		r.take(j, nil)
	}
	for _, f := range r.Facts {
		if f.Layers == nil {
			f.Layers = layers
		}
	}
	if o.Files {
		for _, j := range jobs {
			p.digested(j, r)
		}
		r.Digests = filesOf(found.Files, p.hashes)
	}
	return r, ctx.Err()
}

// job is one file with the catalogers that want it, or one group of files with theirs.
type job struct {
	files []*catalogers.File
	dir   string // of a group
	by    []assignment
	facts []*sbom.Facts

	tree   catalogers.Tree // that holds an archive to look into
	at     string          // the path of that archive
	inside *Result
	of     *place // the file whose digests are asked for
	hashes []sbom.Hash
	err    error
}

type assignment struct {
	cataloger *catalogers.Cataloger
	order     int
}

// plan turns the files that were kept into jobs, sorted by path.
func plan(tree catalogers.Tree, p *passing, files []source.Entry, r *Result) []*job {
	type key struct {
		cataloger int
		dir       string
	}
	groups := make(map[key]*job)
	var jobs []*job
	for _, e := range files {
		if facts, done := p.done[place{e.Layer, e.Path}]; done {
			r.Matched++
			jobs = append(jobs, &job{facts: facts})
			continue
		}
		dir, name := path.Dir(e.Path), path.Base(e.Path)
		if at := (place{e.Layer, e.Path}); p.hashes != nil && !e.Folder {
			if p.hashes[at] == nil {
				jobs = append(jobs, &job{of: &at, files: []*catalogers.File{catalogers.NewFile(tree, new(catalogers.Cataloger), e.Path)}})
			}
			if p.index.Name(dir, []byte(name)) == source.No {
				continue
			}
		}
		var one *job
		matched, inner, archive := false, false, false
		for _, i := range p.index.catalogersAt(tree, e) {
			if i == archiveMark {
				if p.past {
					continue
				}
				matched, archive = true, true
				continue
			}
			c := p.list[i]
			if c.Stage < sbom.Installed && insidePackage(e.Path) {
				inner = true
				continue
			}
			if c.Group != nil {
				in, ok := c.Group(e.Path)
				if !ok {
					continue
				}
				matched = true
				k := key{i, in}
				if groups[k] == nil {
					groups[k] = &job{dir: in, by: []assignment{{c, i}}}
					jobs = append(jobs, groups[k])
				}
				groups[k].files = append(groups[k].files, catalogers.NewFile(tree, c, e.Path))
				continue
			}
			matched = true
			if one == nil {
				one = &job{files: []*catalogers.File{catalogers.NewFile(tree, c, e.Path)}}
				jobs = append(jobs, one)
			}
			one.by = append(one.by, assignment{c, i})
		}
		if archive {
			if one == nil {
				one = new(job)
				jobs = append(jobs, one)
			}
			one.tree, one.at = tree, e.Path
		}
		switch {
		case matched:
			r.Matched++
		case inner:
			r.Skipped = append(r.Skipped, sbom.Skip{Path: e.Path, Rule: "part of an installed package"})
		}
	}
	return jobs
}

// insidePackage tells whether a path belongs to a package that a package manager put there, or to one in an archive. What such a package would need
// for its own development says nothing about the project.
func insidePackage(p string) bool {
	for _, dir := range [...]string{"node_modules/", "site-packages/", "dist-packages/", ".vscode/extensions/", ".vscode-server/extensions/", "chocolatey/lib/"} {
		if at := strings.Index(p, dir); at == 0 || at > 0 && p[at-1] == '/' {
			return true
		}
	}
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if _, pack := isArchive(dir, false); pack {
			return true
		}
	}
	return false
}

func head(tree catalogers.Tree, p string) []byte {
	blob, err := tree.Open(p)
	if err != nil {
		return nil
	}
	defer blob.Close()
	return start(blob)
}

func run(ctx context.Context, jobs []*job, workers int, p *passing) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, len(jobs)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(jobs) {
					return
				}
				jobs[i].run(p, nil)
			}
		})
	}
	wg.Wait()
}

// run does what a job is for. chain are the archives in which its file lies.
func (j *job) run(p *passing, chain []string) {
	if j.of != nil {
		j.digest()
	}
	if len(j.by) > 0 { // others were done while they streamed by
		j.do()
		for _, f := range j.facts {
			p.progress.Components.Add(int64(f.Len()))
		}
	}
	if j.tree != nil {
		j.inside = p.archives.look(j.tree, j.at, chain, j.facts)
	}
}

func (j *job) do() {
	defer func() { j.files = nil }() // with the texts of those that nothing was found in
	for n, a := range j.by {
		c := a.cataloger
		if c.Group != nil {
			out := sbom.NewFacts(c.Name, c.Stage, path.Join(j.dir, "."))
			out.Own(j.dir)
			j.claim(out, a, func() error { return c.ParseGroup(j.dir, j.files, out) })
			continue
		}
		f := j.files[0]
		if n > 0 {
			f = f.As(c)
		}
		out := sbom.NewFacts(c.Name, c.Stage, f.Path)
		if c.Stage == sbom.Built {
			out.Own(".") // an artifact is no project of its folder
		}
		j.claim(out, a, func() error { return c.Parse(f, out) })
	}
	for _, f := range j.files {
		f.Close()
	}
}

// claim runs a parser. Its panic is a Gap at the file, as its error is.
func (j *job) claim(out *sbom.Facts, a assignment, parse func() error) {
	out.Order = a.order
	out.Limit = claimLimit
	defer func() {
		if p := recover(); p != nil {
			out.BreakOff()
			out.Gap(0, "the cataloger broke off: %v (%s)", p, where(debug.Stack()))
		}
		for _, f := range append([]*sbom.Facts{out}, out.Parts()...) {
			f.Compact()
			j.facts = append(j.facts, f)
		}
	}()
	err := parse()
	if err != nil {
		out.BreakOff()
	}
	if at, ok := err.(*decode.LineError); ok {
		out.Gap(at.Line, "%s", reason(at.Err))
	} else if err != nil {
		out.Gap(0, "%s", reason(err))
	}
}

// where names the place of a panic: the first line of ours in the stack.
func where(stack []byte) string {
	for _, line := range strings.Split(string(stack), "\n") {
		if at := strings.Index(line, "/catalogers/"); at >= 0 && strings.Contains(line, ".go:") && !strings.Contains(line, "/catalogers/scan/") {
			line, _, _ = strings.Cut(line[at+1:], " ")
			return line
		}
	}
	return "unknown place"
}

// reason is what an error says without the path of the host, which a Gap never shows.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Sprintf("%s: %v", pe.Op, pe.Err)
	}
	return err.Error()
}

// Select keeps of a list the catalogers of the stages, and of those the ones that only and skip leave. A word of only or skip is a
// cataloger's name, or a purl type for all that emit it. An unknown word is an error.
func Select(list []*catalogers.Cataloger, stages []sbom.Stage, only, skip []string) ([]*catalogers.Cataloger, error) {
	for _, word := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(list, func(c *catalogers.Cataloger) bool { return named(c, word) }) {
			return nil, fmt.Errorf("no cataloger is called %q, and none reports packages of that type", word)
		}
	}
	var kept []*catalogers.Cataloger
	for _, c := range list {
		is := func(word string) bool { return named(c, word) }
		if (len(stages) == 0 || slices.Contains(stages, c.Stage)) && (len(only) == 0 || slices.ContainsFunc(only, is)) && !slices.ContainsFunc(skip, is) {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

func named(c *catalogers.Cataloger, word string) bool {
	if c.Name == word {
		return true
	}
	if len(c.Emits) == len(purl.Types()) {
		return false // reads documents, which may hold anything: not what a type asks for
	}
	for _, t := range c.Emits {
		if string(t) == word {
			return true
		}
	}
	return false
}
