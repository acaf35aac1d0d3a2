package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built builds the program beside the test binary's links, which testscript removes in the end.
var built = sync.OnceValues(func() (string, error) {
	linked, err := exec.LookPath("sbomgen")
	if err != nil {
		return "", err
	}
	out := filepath.Join(filepath.Dir(linked), "sbomgen-built")
	if msg, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, msg)
	}
	return out, nil
})

// program builds the program once for the tests that measure a process from outside.
func program(t *testing.T) string {
	t.Helper()
	out, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type outcome struct {
	code           int
	stdout, stderr string
	peak           int64 // bytes
}

func run(t *testing.T, dir, program string, args ...string) outcome {
	t.Helper()
	c := exec.Command(program, args...)
	c.Dir = dir
	return finish(t, c)
}

// finish runs a command to its end, which must come within a minute.
func finish(t *testing.T, c *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	defer timer.Stop()
	ended := make(chan struct{})
	peak := make(chan int64)
	go func() { peak <- watch(c.Process.Pid, ended) }()
	err := c.Wait()
	close(ended)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{c.ProcessState.ExitCode(), stdout.String(), stderr.String(), <-peak}
}

// watch follows the peak of a process's memory in bytes, as Linux tells it, until it ended. What the system accounts to an ended child
// includes what its parent held when it was started.
func watch(pid int, ended <-chan struct{}) (peak int64) {
	for {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
			var kB int64
			fmt.Sscan(rest, &kB)
			peak = max(peak, kB<<10)
		}
		select {
		case <-ended:
			return peak
		case <-time.After(2 * time.Millisecond):
		}
	}
}

const goodLock = `version = 3

[[package]]
name = "libc"
version = "0.2.62"
source = "registry+https://github.com/rust-lang/crates.io-index"
`

func TestAHostileTreeHarmsNothingElse(t *testing.T) {
	dir := t.TempDir()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	put := func(name, text string) {
		t.Helper()
		p := filepath.Join(dir, name)
		check(os.MkdirAll(filepath.Dir(p), 0o755))
		check(os.WriteFile(p, []byte(text), 0o644))
	}
	put("good/Cargo.lock", goodLock)
	put("garbage/package-lock.json", "\x00\xff\xfe{{{[")
	put("garbage/yarn.lock", strings.Repeat("\x01", 5000))
	put("deep/package-lock.json", `{"lockfileVersion":1,"dependencies":`+strings.Repeat(`{"a":{"version":"1","dependencies":`, 10000))
	put("cycle/requirements.txt", "-r other.txt\nflask==1.0\n")
	put("cycle/other.txt", "-r requirements.txt\n")
	put("outside/requirements.txt", "-r ../../../../../../etc/passwd\n")
	check(os.MkdirAll(filepath.Join(dir, "sparse"), 0o755))
	sparse, err := os.Create(filepath.Join(dir, "sparse", "package-lock.json"))
	check(err)
	check(sparse.Truncate(5 << 30))
	check(sparse.Close())
	for _, name := range []string{"fifo", "socket", "loop", "away", "denied"} {
		check(os.MkdirAll(filepath.Join(dir, name), 0o755))
	}
	check(syscall.Mkfifo(filepath.Join(dir, "fifo", "package-lock.json"), 0o644))
	if l, err := net.Listen("unix", filepath.Join(dir, "socket", "go.mod")); err == nil {
		defer l.Close()
	}
	check(os.Symlink(".", filepath.Join(dir, "loop", "self")))
	check(os.Symlink("package.json", filepath.Join(dir, "loop", "package.json")))
	check(os.Symlink("/etc/passwd", filepath.Join(dir, "away", "package.json")))
	check(os.WriteFile(filepath.Join(dir, "denied", "go.mod"), []byte("module denied\n"), 0))

	p := program(t)
	got := run(t, dir, p, "scan", ".", "-o", "purls")
	if got.code != 0 {
		t.Errorf("exit code %d: %s", got.code, got.stderr)
	}
	for _, want := range []string{"pkg:cargo/libc@0.2.62", "pkg:pypi/flask@1.0"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("%s is lost", want)
		}
	}
	for _, want := range []string{"sparse/package-lock.json: has 5120 MB", "deep/package-lock.json", "garbage/package-lock.json", "garbage/yarn.lock", "outside/requirements.txt"} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("no gap tells %q:\n%s", want, got.stderr)
		}
	}
	if strings.Contains(got.stdout, "root:") || strings.Contains(got.stderr, "broke off") {
		t.Errorf("read what it must not, or broke off:\n%s%s", got.stdout, got.stderr)
	}
	if got.peak > 500<<20 {
		t.Errorf("peak memory %d MB", got.peak>>20)
	}
	if code := run(t, dir, p, "scan", ".", "-q", "--strict", "-o", "purls").code; code != 4 {
		t.Errorf("exit code %d under --strict, want 4", code)
	}
}

// TestNoSecretLeavesInAnyDocument plants credentials, a user name and paths of the machine in every format that has addresses.
func TestNoSecretLeavesInAnyDocument(t *testing.T) {
	const secret = "s3cr3t"
	address := func(host string) string {
		return "https://alice:" + secret + "@" + host + "/x-1.0.0.tgz?token=" + secret
	}
	files := map[string]string{
		"npm/package.json": fmt.Sprintf(`{"name":"npm","version":"1.0.0","repository":"git+https://alice:%[1]s@example.com/r.git","homepage":"https://alice:%[1]s@example.com",
			"dependencies":{"x":%[2]q,"g":"git+https://alice:%[1]s@example.com/g.git#v1","f":"file:/home/alice/f"}}`, secret, address("example.com")),
		"npm/package-lock.json": fmt.Sprintf(`{"name":"npm","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"npm","version":"1.0.0","dependencies":{"x":"1","g":"1","f":"1"}},
			"node_modules/x":{"version":"1.0.0","resolved":%[2]q},"node_modules/g":{"version":"1.0.0","resolved":"git+ssh://alice:%[1]s@example.com/g.git#0123456789abcdef0123456789abcdef01234567"},
			"node_modules/f":{"version":"1.0.0","resolved":"file:/home/alice/f.tgz"}}}`, secret, address("example.com")),
		"yarn1/package.json": `{"name":"y","dependencies":{"x":"^1"}}`,
		"yarn1/yarn.lock":    fmt.Sprintf("# yarn lockfile v1\n\nx@^1:\n  version \"1.0.0\"\n  resolved %q\n", address("example.com")),
		"berry/yarn.lock": fmt.Sprintf("__metadata:\n  version: 8\n\n\"x@%[1]s\":\n  version: 1.0.0\n  resolution: \"x@%[1]s\"\n  languageName: node\n  linkType: hard\n",
			address("example.com")),
		"pnpm/pnpm-lock.yaml": fmt.Sprintf("lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      x:\n        specifier: %[1]s\n        version: %[1]s\n\npackages:\n\n  x@%[1]s:\n    resolution: {tarball: %[1]s}\n    version: 1.0.0\n\nsnapshots:\n\n  x@%[1]s: {}\n", address("example.com")),
		"bun/bun.lock":        fmt.Sprintf(`{"lockfileVersion":1,"workspaces":{"":{"name":"b","dependencies":{"x":%[1]q}}},"packages":{"x":["x@%[2]s",{},""]}}`, address("example.com"), address("example.com")),
		"deno/deno.lock":      fmt.Sprintf(`{"version":"4","specifiers":{"npm:x@1":"1.0.0"},"npm":{"x@1.0.0":{"integrity":"","tarball":%[1]q}},"remote":{%[1]q:"00"}}`, address("example.com")),
		"cargo/Cargo.lock":    goodLock + fmt.Sprintf("\n[[package]]\nname = \"g\"\nversion = \"1.0.0\"\nsource = \"git+https://alice:%s@example.com/g?branch=b#0123456789abcdef\"\n\n[[package]]\nname = \"r\"\nversion = \"1.0.0\"\nsource = \"registry+https://alice:%[1]s@example.com/index\"\n", secret),
		"cargo/Cargo.toml":    fmt.Sprintf("[package]\nname = \"c\"\nversion = \"1.0.0\"\nrepository = \"https://alice:%[1]s@example.com/c\"\n[dependencies]\ng = { git = \"https://alice:%[1]s@example.com/g\" }\np = { path = \"/home/alice/p\" }\n", secret),
		"go/go.mod":           "module example.com/m\n\ngo 1.24\n\nrequire example.com/x v1.0.0\n\nreplace example.com/x => /home/alice/x\n",
		"pip/requirements.txt": fmt.Sprintf("--index-url https://alice:%[1]s@example.com/simple\n--extra-index-url https://example.com/simple?token=%[1]s\nx==1.0.0\ny @ %[2]s\n-e git+https://alice:%[1]s@example.com/z.git@main#egg=z\n-e /home/alice/w\nv @ file:///home/alice/v.whl\n",
			secret, address("example.com")),
		"pipenv/Pipfile.lock": fmt.Sprintf(`{"_meta":{"sources":[{"name":"pypi","url":"https://alice:%[1]s@example.com/simple"}]},"default":{"x":{"version":"==1.0.0","index":"pypi"},"z":{"git":"https://alice:%[1]s@example.com/z.git","ref":"0123"},"y":{"file":%[2]q},"w":{"path":"/home/alice/w"}}}`,
			secret, address("example.com")),
		"pipenv/Pipfile": fmt.Sprintf("[[source]]\nurl = \"https://alice:%[1]s@example.com/simple\"\nname = \"pypi\"\n[packages]\nx = \"*\"\nz = {git = \"https://alice:%[1]s@example.com/z.git\"}\n", secret),
		"poetry/poetry.lock": fmt.Sprintf("[[package]]\nname = \"x\"\nversion = \"1.0.0\"\n[package.source]\ntype = \"legacy\"\nurl = \"https://alice:%[1]s@example.com/simple\"\n\n[[package]]\nname = \"z\"\nversion = \"1.0.0\"\n[package.source]\ntype = \"git\"\nurl = \"https://alice:%[1]s@example.com/z.git\"\nresolved_reference = \"0123\"\n\n[[package]]\nname = \"y\"\nversion = \"1.0.0\"\n[package.source]\ntype = \"url\"\nurl = %[2]q\n\n[metadata]\nlock-version = \"2.0\"\n",
			secret, address("example.com")),
		"pdm/pdm.lock": fmt.Sprintf("[metadata]\nlock_version = \"4.5\"\n\n[[package]]\nname = \"x\"\nversion = \"1.0.0\"\nfiles = [{url = %[2]q, hash = \"sha256:%[3]s\"}]\n\n[[package]]\nname = \"z\"\nversion = \"1.0.0\"\ngit = \"https://alice:%[1]s@example.com/z.git\"\nrevision = \"0123\"\n",
			secret, address("example.com"), strings.Repeat("0", 64)),
		"uv/uv.lock": fmt.Sprintf("version = 1\n\n[[package]]\nname = \"x\"\nversion = \"1.0.0\"\nsource = { registry = \"https://alice:%[1]s@example.com/simple\" }\nsdist = { url = %[2]q, hash = \"sha256:%[3]s\" }\n\n[[package]]\nname = \"z\"\nversion = \"1.0.0\"\nsource = { git = \"https://alice:%[1]s@example.com/z.git?rev=main#0123\" }\n\n[[package]]\nname = \"w\"\nversion = \"1.0.0\"\nsource = { directory = \"/home/alice/w\" }\n",
			secret, address("example.com"), strings.Repeat("0", 64)),
		"pylock/pylock.toml": fmt.Sprintf("lock-version = \"1.0\"\ncreated-by = \"t\"\n[[packages]]\nname = \"x\"\nversion = \"1.0.0\"\nindex = \"https://alice:%[1]s@example.com/simple\"\n[packages.sdist]\nurl = %[2]q\nhashes = {sha256 = \"%[3]s\"}\n[[packages]]\nname = \"z\"\n[packages.vcs]\ntype = \"git\"\nurl = \"https://alice:%[1]s@example.com/z.git\"\ncommit-id = \"0123\"\n",
			secret, address("example.com"), strings.Repeat("0", 64)),
		"py/pyproject.toml":                                  fmt.Sprintf("[project]\nname = \"p\"\nversion = \"1\"\ndependencies = [\"y @ %[2]s\"]\n[project.urls]\nHomepage = \"https://alice:%[1]s@example.com\"\n[tool.poetry.dependencies]\nz = {git = \"https://alice:%[1]s@example.com/z.git\"}\n", secret, address("example.com")),
		"venv/site-packages/x-1.0.dist-info/METADATA":        fmt.Sprintf("Metadata-Version: 2.1\nName: x\nVersion: 1.0\nHome-page: https://alice:%s@example.com\n", secret),
		"venv/site-packages/x-1.0.dist-info/direct_url.json": fmt.Sprintf(`{"url":"https://alice:%s@example.com/x.git","vcs_info":{"vcs":"git","commit_id":"0123"}}`, secret),
		"venv/site-packages/e-1.0.dist-info/METADATA":        "Metadata-Version: 2.1\nName: e\nVersion: 1.0\n",
		"venv/site-packages/e-1.0.dist-info/direct_url.json": `{"url":"file:///home/alice/e","dir_info":{"editable":true}}`,
		"inst/node_modules/x/package.json":                   fmt.Sprintf(`{"name":"x","version":"1.0.0","repository":"https://alice:%s@example.com/x","_resolved":%q}`, secret, address("example.com")),
		"inst/node_modules/.package-lock.json":               fmt.Sprintf(`{"lockfileVersion":3,"packages":{"node_modules/x":{"version":"1.0.0","resolved":%q}}}`, address("example.com")),
	}
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := program(t)
	for _, format := range []string{"cyclonedx-json", "cyclonedx-xml", "cyclonedx-json@1.2", "spdx-json", "spdx-tag-value", "spdx-json@3.0", "json", "purls", "table"} {
		got := run(t, dir, p, "scan", ".", "-o", format)
		if got.code != 0 || len(got.stdout) < 500 {
			t.Fatalf("%s: exit code %d, %d bytes: %s", format, got.code, len(got.stdout), got.stderr)
		}
		host, _ := os.Hostname()
		for _, word := range []string{secret, "alice", dir, host} {
			for what, text := range map[string]string{"the document": got.stdout, "the summary": got.stderr} {
				if at := strings.Index(text, word); at >= 0 && word != "" {
					t.Errorf("%s: %q stands in %s: ...%s...", format, word, what, text[max(0, at-80):min(len(text), at+40)])
				}
			}
		}
	}
}
