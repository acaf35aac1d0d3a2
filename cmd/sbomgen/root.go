package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Exit codes, the same for every verb.
const (
	exitDone       = 0
	exitNo         = 1 // a policy, gate or comparison says no
	exitUsage      = 2
	exitFailed     = 3 // failed, or the input could not be read
	exitIncomplete = 4 // there are gaps, and --strict was given
)

// host is everything of the outside world that a verb may use. Only this room reads it.
type host struct {
	stdin                io.Reader
	stdout, stderr       io.Writer
	stdoutTTY, stderrTTY bool
	now                  func() time.Time
	getenv               func(string) string
	home                 func() (string, error)
}

func system() host {
	return host{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		stdoutTTY: term.IsTerminal(int(os.Stdout.Fd())), stderrTTY: term.IsTerminal(int(os.Stderr.Fd())),
		now: time.Now, getenv: os.Getenv, home: os.UserHomeDir,
	}
}

// exitError ends the program with a code other than exitFailed. A nil err says nothing on stderr.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}
func (e *exitError) Unwrap() error { return e.err }

func usage(hint, format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...), hint}
}

// ballast is memory that is allocated and never touched, so that it costs address space only. The garbage collector
// counts it, and so does not run at all before two fifths as much are in use: most runs end before that. Of what is in use beyond
// it lets less pile up than it would by default.
const (
	ballast   = 160 << 20
	gcPercent = 40
)

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, args []string, h host) int {
	defer runtime.KeepAlive(make([]byte, ballast))
	debug.SetGCPercent(gcPercent)
	root := newRoot(h)
	root.SetArgs(verb(root, args))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	var exit *exitError
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		exit = &exitError{code: exitFailed, err: errors.New("interrupted")}
	case !errors.As(err, &exit):
		exit = &exitError{code: exitFailed, err: err}
	}
	if exit.err != nil {
		fmt.Fprintf(h.stderr, "sbomgen: %s\n", printable(strings.ReplaceAll(exit.Error(), "\n", " ")))
		if exit.hint != "" {
			fmt.Fprintf(h.stderr, "hint: %s\n", exit.hint)
		}
	}
	return exit.code
}

// verb puts "scan" before arguments that begin with no verb but with something to scan.
func verb(root *cobra.Command, args []string) []string {
	if len(args) == 0 {
		return args
	}
	if strings.HasPrefix(args[0], "-") && args[0] != "-" { // flags first: of scan, if anything behind them can be scanned
		for _, a := range args[1:] {
			if target(a) {
				return append([]string{"scan"}, args...)
			}
		}
		return args
	}
	for _, c := range root.Commands() {
		if c.Name() == args[0] || c.HasAlias(args[0]) {
			return args
		}
	}
	switch args[0] {
	case "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return args
	}
	if target(args[0]) {
		return append([]string{"scan"}, args...)
	}
	return args
}

// schemes are the words before the colon of targets that are no paths.
var schemes = []string{"git", "oci", "oci-dir", "oci-archive", "docker-archive", "registry", "docker", "podman"}

// target tells whether an argument looks like something to scan.
func target(a string) bool {
	_, err := os.Lstat(a)
	scheme, _, ok := strings.Cut(a, ":")
	return err == nil || ok && slices.Contains(schemes, scheme) || strings.ContainsAny(a, `/\`)
}

func newRoot(h host) *cobra.Command {
	root := &cobra.Command{
		Use:   "sbomgen",
		Short: "sbomgen tells what software is made of, and proves it",
		Long: `sbomgen walks a source tree once, reads every lockfile, manifest, installed package and
binary that it knows, and writes one graph of components as CycloneDX or SPDX.

Nothing of the tree is executed and nothing is fetched.`,
		Example: `  sbomgen scan ./
  sbomgen scan ./ -o cyclonedx-json=bom.json -o spdx-json=bom.spdx.json
  sbomgen scan git:v1.2.0 -o table`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("sbomgen --help lists the verbs; sbomgen scan PATH scans a path", "%q is neither a verb nor a path that exists", args[0])
			}
			return nil
		},
	}
	// Not cobra's own flag: what words its answer is a template, for which the linker keeps every method there is, 3 MB of them.
	tell := root.Flags().BoolP("version", "v", false, "version for sbomgen")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if *tell {
			_, err := fmt.Fprintln(h.stdout, "sbomgen", version())
			return err
		}
		return cmd.Help()
	}
	root.SetOut(h.stdout)
	root.SetErr(h.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(cmd.CommandPath()+" --help lists the flags", "%v", err)
	})
	root.AddCommand(newScan(h), newDiff(h), newTree(h), newWhy(h), newList(h), newStats(h), newConvert(h), newLicenses(h), newNotice(h), newCatalogers(h), newVersion(h))
	return root
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("", "%s takes no arguments", cmd.Name())
	}
	return nil
}
