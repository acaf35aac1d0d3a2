// Command bench times sbomgen as a whole process against floors that do the least that any scanner must: walk the tree and read its
// manifests, decode the lockfile. It prints the ratio of CPU time (user and system), the median of five runs in turn.
//
// It makes small targets of its own. Where TARGETS names a folder with T3, T4 and T7 (a big node_modules, 300,000 files with 2,000 lockfiles, one
// giant resolution as package-lock, pnpm-lock and yarn.lock), it takes those.
package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"go.yaml.in/yaml/v3"
)

const runs = 5

func main() {
	if len(os.Args) == 3 {
		floor(os.Args[1], os.Args[2])
		return
	}
	work, err := os.MkdirTemp("", "sbomgen-bench")
	check(err)
	defer os.RemoveAll(work)
	program := filepath.Join(work, "sbomgen")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./cmd/sbomgen")
	build.Dir = filepath.Join("..", "..", "..", "..")
	build.Stderr = os.Stderr
	check(build.Run())
	info, err := os.Stat(program)
	check(err)
	self, err := os.Executable()
	check(err)
	out := filepath.Join(work, "bom.json")
	scan := func(target string) []string {
		return []string{program, "scan", target, "-q", "-o", "cyclonedx-json=" + out}
	}

	fmt.Printf("%-44s %10s %10s %7s %8s\n", "what", "sbomgen", "floor", "ratio", "peak MB")
	cpu, _, peak, _ := measure([]string{program, "version"}, nil)
	fmt.Printf("%-44s %10s %10s %7s %8.0f\n", "version", cpu.Round(100*time.Microsecond), "", "", peak)
	fmt.Printf("%-44s %8.1f MB\n", "stripped program", float64(info.Size())/1e6)

	targets := os.Getenv("TARGETS")
	found := func(name string) (string, bool) {
		if targets == "" {
			return "", false
		}
		p := filepath.Join(targets, name)
		_, err := os.Stat(p)
		return p, err == nil
	}
	row := func(what string, ours, theirs []string) {
		a, b, peak, _ := measure(ours, theirs)
		fmt.Printf("%-44s %10s %10s %6.2fx %8.0f\n", what, a.Round(time.Millisecond), b.Round(time.Millisecond), float64(a)/float64(b), peak)
	}
	if p, ok := found("T3"); ok {
		row("T3, installed node_modules / walk", scan(p), []string{self, "walk", p})
	}
	tree, ok := found("T4")
	if !ok {
		tree = filepath.Join(work, "tree")
		makeTree(tree)
	}
	row("many files, some lockfiles / walk", scan(tree), []string{self, "walk", tree})
	npm, okN := found("T7/npm")
	pnpm, okP := found("T7/pnpm")
	yarn, okY := found("T7/yarn")
	if !okN || !okP || !okY {
		npm, pnpm, yarn = makeLocks(work)
	}
	row("package-lock / encoding/json", scan(npm), []string{self, "json", filepath.Join(npm, "package-lock.json")})
	row("pnpm-lock / yaml.v3 of it", scan(pnpm), []string{self, "yaml", filepath.Join(pnpm, "pnpm-lock.yaml")})
	row("yarn.lock / yaml.v3 of the pnpm-lock", scan(yarn), []string{self, "yaml", filepath.Join(pnpm, "pnpm-lock.yaml")})
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure runs one command, or two in turn, and gives the median CPU times and the first one's peak memory in MB.
func measure(ours, theirs []string) (a, b time.Duration, peak float64, err error) {
	var as, bs []time.Duration
	for range runs + 1 {
		t, p := once(ours)
		as, peak = append(as, t), max(peak, p)
		if theirs != nil {
			t, _ := once(theirs)
			bs = append(bs, t)
		}
	}
	median := func(list []time.Duration) time.Duration {
		if len(list) == 0 {
			return 0
		}
		list = list[1:] // the first run warms up
		slices.Sort(list)
		return list[len(list)/2]
	}
	return median(as), median(bs), peak, nil
}

func once(args []string) (cpu time.Duration, peak float64) {
	c := exec.Command(args[0], args[1:]...)
	c.Stderr = os.Stderr
	check(c.Run())
	peak = float64(c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), peak
}

// floor does the least work on a target.
func floor(what, target string) {
	switch what {
	case "walk":
		check(filepath.WalkDir(target, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && manifest(d.Name()) {
				_, err = os.ReadFile(p)
			}
			return err
		}))
	case "json":
		data, err := os.ReadFile(target)
		check(err)
		var lock struct {
			Packages map[string]struct {
				Name, Version, Resolved, Integrity, License                           string
				Dev, Optional, Peer, Link, InBundle                                   bool
				Dependencies, OptionalDependencies, PeerDependencies, DevDependencies map[string]string
			} `json:"packages"`
		}
		check(json.Unmarshal(data, &lock))
	case "yaml":
		data, err := os.ReadFile(target)
		check(err)
		var lock map[string]any
		check(yaml.Unmarshal(data, &lock))
	}
}

func manifest(name string) bool {
	switch name {
	case "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "go.mod", "go.sum", "Cargo.lock", "Cargo.toml", "poetry.lock", "uv.lock", "pyproject.toml", "METADATA":
		return true
	}
	return strings.HasPrefix(name, "requirements")
}

// makeTree writes 30,000 files that nobody wants and 200 small lockfiles.
func makeTree(root string) {
	for d := range 3000 {
		dir := filepath.Join(root, fmt.Sprintf("m%02d/p%02d/d%d", d%30, d/30%30, d))
		check(os.MkdirAll(dir, 0o755))
		for f, ext := range []string{".go", ".js", ".ts", ".py", ".md", ".txt", ".java", ".css", ".h", ".png"} {
			check(os.WriteFile(filepath.Join(dir, fmt.Sprintf("file%d%s", f, ext)), []byte("nothing to see"), 0o644))
		}
		if d%15 == 0 {
			var b strings.Builder
			b.WriteString("version = 3\n")
			for p := range 40 {
				fmt.Fprintf(&b, "\n[[package]]\nname = \"crate%d\"\nversion = \"1.%d.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n", p, d%50)
				if p > 0 {
					fmt.Fprintf(&b, "dependencies = [\n \"crate%d\",\n]\n", p-1)
				}
			}
			check(os.WriteFile(filepath.Join(dir, "Cargo.lock"), []byte(b.String()), 0o644))
		}
	}
}

// makeLocks writes one resolution of 8,000 packages, each with three dependencies, in three formats.
func makeLocks(work string) (npm, pnpm, yarn string) {
	const n = 8000
	integrity := "sha512-" + strings.Repeat("A", 86) + "=="
	name := func(i int) string { return fmt.Sprintf("package-%d", i) }
	deps := func(i int) []int {
		var list []int
		for _, d := range []int{i*2 + 1, i*2 + 2, i + 7} {
			if d < n {
				list = append(list, d)
			}
		}
		return list
	}
	var a, p, s, y strings.Builder
	a.WriteString("{\"name\":\"app\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"app\",\"version\":\"1.0.0\",\"dependencies\":{\"package-0\":\"^1.0.0\"}}")
	p.WriteString("lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      package-0:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n")
	s.WriteString("\nsnapshots:\n")
	y.WriteString("# yarn lockfile v1\n\n")
	for i := range n {
		fmt.Fprintf(&a, ",\n\"node_modules/%s\":{\"version\":\"1.0.0\",\"integrity\":%q,\"license\":\"MIT\",\"engines\":{\"node\":\">=14\"},\"dependencies\":{", name(i), integrity)
		fmt.Fprintf(&p, "\n  %s@1.0.0:\n    resolution: {integrity: %s}\n    engines: {node: '>=14'}\n", name(i), integrity)
		fmt.Fprintf(&s, "\n  %s@1.0.0:\n", name(i))
		fmt.Fprintf(&y, "\n%s@^1.0.0:\n  version \"1.0.0\"\n  integrity %s\n", name(i), integrity)
		for k, d := range deps(i) {
			if k == 0 {
				s.WriteString("    dependencies:\n")
				y.WriteString("  dependencies:\n")
			} else {
				a.WriteString(",")
			}
			fmt.Fprintf(&a, "%q:\"^1.0.0\"", name(d))
			fmt.Fprintf(&s, "      %s: 1.0.0\n", name(d))
			fmt.Fprintf(&y, "    %s \"^1.0.0\"\n", name(d))
		}
		a.WriteString("}}")
	}
	a.WriteString("}}\n")
	write := func(dir, file, text string) string {
		at := filepath.Join(work, dir)
		check(os.MkdirAll(at, 0o755))
		check(os.WriteFile(filepath.Join(at, file), []byte(text), 0o644))
		return at
	}
	manifest := `{"name":"app","version":"1.0.0","dependencies":{"package-0":"^1.0.0"}}`
	npm = write("npm", "package-lock.json", a.String())
	pnpm = write("pnpm", "pnpm-lock.yaml", p.String()+s.String())
	yarn = write("yarn", "yarn.lock", y.String())
	for _, dir := range []string{"npm", "pnpm", "yarn"} {
		write(dir, "package.json", manifest)
	}
	return npm, pnpm, yarn
}
