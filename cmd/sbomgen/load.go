package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/format"
)

const (
	sniffed   = 256 << 10 // bytes that nearly always tell whether a file is an SBOM, also of one that is compressed
	sniffedAt = 64 << 20  // bytes of a file that are looked at where those do not
)

// load gives the document that a target is, or that a scan of it makes: "-" is an SBOM on standard input; a file that is an SBOM by its content
// is read; anything else is scanned.
func load(ctx context.Context, h host, target string, f scanFlags) (*sbom.Document, error) {
	if target == "-" {
		return read(h.stdin, "standard input")
	}
	file, ok := openFile(target)
	if !ok {
		return scanDocument(ctx, h, target, f)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() { // a pipe can be read only once
		return read(file, target)
	}
	is, err := isSBOM(file)
	if err != nil {
		return nil, cannotOpen(target, err)
	}
	if !is {
		return scanDocument(ctx, h, target, f)
	}
	return read(file, target)
}

// loadSBOM is load for verbs that make no sense of anything else but an SBOM.
func loadSBOM(h host, target string) (*sbom.Document, error) {
	if target == "-" {
		return read(h.stdin, "standard input")
	}
	file, err := os.Open(target)
	if err != nil {
		return nil, cannotOpen(target, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, &exitError{exitFailed, fmt.Errorf("%s: is a folder, not an SBOM", target), "sbomgen scan " + target + " -o FORMAT=FILE makes one"}
	}
	return read(file, target)
}

// openFile opens what is there and no folder.
func openFile(target string) (*os.File, bool) {
	info, err := os.Stat(target)
	if err != nil || info.IsDir() {
		return nil, false
	}
	file, err := os.Open(target)
	return file, err == nil
}

// isSBOM tells whether the content of a file is an SBOM, or something that says it is, and leaves the file at its beginning.
func isSBOM(file *os.File) (bool, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, err
	}
	name, _ := format.Sniff(head[:n])
	if name == "" && n == sniffed && bytes.HasPrefix(bytes.TrimLeft(head[:n], "\ufeff \t\r\n"), []byte("{")) { // what tells may stand at the end
		rest, err := io.ReadAll(io.LimitReader(file, sniffedAt))
		if err != nil {
			return false, err
		}
		name, _ = format.Sniff(append(head, rest...))
	}
	_, err = file.Seek(0, io.SeekStart)
	return name != "", err
}

// read reads an SBOM; the name is what errors call it.
func read(r io.Reader, name string) (*sbom.Document, error) {
	d, err := format.Read(r)
	if err == nil {
		return d, nil
	}
	hint := ""
	if errors.Is(err, format.ErrNone) {
		hint = "sbomgen reads CycloneDX (JSON, XML) and SPDX (JSON, tag-value, YAML), also compressed or in an attestation"
	}
	return nil, &exitError{exitFailed, fmt.Errorf("%s: %w", name, err), hint}
}

// scanDocument makes the document of a scan.
func scanDocument(ctx context.Context, h host, target string, f scanFlags) (*sbom.Document, error) {
	d, err := describe(h, f)
	if err != nil {
		return nil, err
	}
	seen, err := scanTarget(ctx, h, target, f)
	if err != nil {
		return nil, err
	}
	d.Graph = seen.graph
	if d.Created.IsZero() {
		d.Created = cmp.Or(seen.about.Created, h.now().UTC().Truncate(time.Second))
	}
	return d, nil
}

// asking is what the verbs that ask an SBOM or a tree have in common.
type asking struct {
	target string
	strict bool
	quiet  bool
}

func (a *asking) register(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().BoolVar(&a.strict, "strict", false, "exit 4 if anything could not be understood; the answer is given all the same")
	c.Flags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no notes")
}

// one takes the target of a verb: at most one, the folder here if there is none.
func (a *asking) one(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage("sbomgen "+c.Name()+" --help shows examples", "%s takes one target, not %d", c.Name(), len(args))
	}
	a.target = "."
	if len(args) == 1 {
		a.target = args[0]
	}
	return nil
}

// graph loads the graph to ask.
func (a *asking) graph(ctx context.Context, h host) (*sbom.Graph, error) {
	f, err := scanSettings(h)
	if err != nil {
		return nil, err
	}
	f.quiet = a.quiet
	d, err := load(ctx, h, a.target, f)
	if err != nil {
		return nil, err
	}
	if gaps := len(d.Graph.Gaps); gaps > 0 && !a.quiet && !a.strict {
		fmt.Fprintf(h.stderr, "%s: what could not be understood is missing here; --strict tells more\n", count(gaps, "gap"))
	}
	return d.Graph, nil
}

// end is the error of an answered question: under --strict, that there are gaps.
func (a *asking) end(h host, g *sbom.Graph) error {
	if !a.strict || len(g.Gaps) == 0 {
		return nil
	}
	if !a.quiet {
		for _, gap := range g.Gaps[:min(len(g.Gaps), shownGaps)] {
			fmt.Fprintf(h.stderr, "  %s\n", gapText(gap))
		}
	}
	return &exitError{code: exitIncomplete, err: gapsError(g.Gaps, a.quiet)}
}

// scanSettings is what the environment and the configuration file say of scans.
func scanSettings(h host) (scanFlags, error) {
	var f scanFlags
	c := newScan(h)
	if err := configure(c, h, ""); err != nil {
		return f, err
	}
	flags := c.Flags()
	lists := map[string]*[]string{"stage": &f.stages, "only": &f.only, "skip": &f.skip, "exclude": &f.exclude, "enrich": &f.enrich}
	for name, list := range lists {
		var err error
		if *list, err = flags.GetStringSlice(name); err != nil {
			return f, err
		}
	}
	texts := map[string]*string{"git-ref": &f.gitRef, "source-name": &f.sourceName, "source-version": &f.sourceVersion, "created": &f.created,
		"platform": &f.platform, "scope": &f.scope, "base": &f.base, "files": &f.files, "memory": &f.memory}
	for name, text := range texts {
		var err error
		if *text, err = flags.GetString(name); err != nil {
			return f, err
		}
	}
	switches := map[string]*bool{"include-dev": &f.includeDev, "only-app": &f.onlyApp, "verify": &f.verify, "insecure": &f.insecure, "archives": &f.archives}
	for name, on := range switches {
		var err error
		if *on, err = flags.GetBool(name); err != nil {
			return f, err
		}
	}
	var err error
	f.workers, err = flags.GetInt("workers")
	return f, err
}
