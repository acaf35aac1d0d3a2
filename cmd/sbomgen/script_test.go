package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the files that scripts compare with anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sbomgen": main})
}

// TestScripts runs the manual: every testdata/*.txtar is one behaviour of the command line.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SOURCE_DATE_EPOCH", "1767225600")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"digest": digest,
			"exits":  exits,
			"image":  image,
			"pack":   pack,
			"repo":   repo,
			"tag":    tag,
		},
	})
}

// exits CODE COMMAND ARGS... runs a command that must end with the exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// repo DIR [REMOTE] commits all that lies in the folder to a git repository there, made if it is none yet.
func repo(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	r, err := git.PlainOpen(dir)
	if err != nil {
		r, err = git.PlainInit(dir, false)
		ts.Check(err)
		if len(args) > 1 {
			_, err = r.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{args[1]}})
			ts.Check(err)
		}
	}
	w, err := r.Worktree()
	ts.Check(err)
	_, err = w.Add(".")
	ts.Check(err)
	who := &object.Signature{Name: "A. Author", Email: "a@example.com", When: time.Unix(1700000000, 0).UTC()}
	_, err = w.Commit("state", &git.CommitOptions{Author: who, Committer: who, All: true})
	ts.Check(err)
}

// tag DIR NAME tags the newest commit.
func tag(ts *testscript.TestScript, neg bool, args []string) {
	r, err := git.PlainOpen(ts.MkAbs(args[0]))
	ts.Check(err)
	head, err := r.Head()
	ts.Check(err)
	_, err = r.CreateTag(args[1], head.Hash(), nil)
	ts.Check(err)
}

// shared finds the corpus and the official vectors. Where they are absent it says in one line what is left out.
func shared(t *testing.T, what string) (dir string, ok bool) {
	t.Helper()
	dir = os.Getenv("SBOMGEN_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, what)); err == nil {
		return dir, true
	}
	leftOut(t, "no "+what+" beside the repository, nor in SBOMGEN_SHARED")
	return "", false
}

// leftOut says in one line that a test could not be made for want of an outside input. CI looks for such lines.
func leftOut(t *testing.T, reason string) {
	t.Helper()
	t.Logf("left out: %s", reason)
}

// TestEveryExampleIsAScript holds the help to what the manual executes.
func TestEveryExampleIsAScript(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var manual strings.Builder
	for _, file := range scripts {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		manual.Write(data)
		manual.WriteByte('\n')
	}
	for _, c := range newRoot(host{}).Commands() {
		for line := range strings.Lines(c.Example) {
			line = strings.TrimSpace(line)
			for _, shell := range []string{" < ", " | ", " && "} { // scripts know none
				line, _, _ = strings.Cut(line, shell)
			}
			if !strings.Contains(manual.String(), "exec "+line+"\n") && !strings.Contains(manual.String(), "exits 1 "+line+"\n") {
				t.Errorf("%s: no script runs %q", c.Name(), line)
			}
		}
	}
}
