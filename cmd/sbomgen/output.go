package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/format"
)

// output is one FORMAT[=FILE] of the command line.
type output struct {
	format  format.Format
	version string
	file    string // "" or "-": standard output
}

// outputs reads the values of -o. Without any it is a table on a terminal and CycloneDX JSON otherwise.
func outputs(specs []string, tty bool) ([]output, error) {
	if len(specs) == 0 {
		specs = []string{"cyclonedx-json"}
		if tty {
			specs = []string{"table"}
		}
	}
	var list []output
	stdout := false
	for _, spec := range specs {
		name, file, _ := strings.Cut(spec, "=")
		f, v, err := format.Find(name)
		if err != nil {
			return nil, usage("sbomgen scan --help lists the formats", "%v", err)
		}
		if file == "-" {
			file = ""
		}
		if file == "" {
			if stdout {
				return nil, usage("give all but one of them a file: -o FORMAT=FILE", "two formats are to be written to standard output")
			}
			stdout = true
		}
		list = append(list, output{f, v, file})
	}
	return list, nil
}

// write writes a document in every format asked for. Files appear whole or not at all: each is written beside its place and
// renamed when all were written.
func write(list []output, d *sbom.Document, stdout io.Writer) (losses []sbom.Loss, err error) {
	type finished struct{ temporary, file string }
	var done []finished
	defer func() {
		for _, f := range done {
			if err != nil {
				os.Remove(f.temporary)
			}
		}
	}()
	for _, o := range list {
		if o.file == "" {
			b := bufio.NewWriterSize(stdout, 1<<16)
			l, err := o.format.Write(b, d, o.version)
			if err == nil {
				err = b.Flush()
			}
			if err != nil {
				return nil, err
			}
			losses = append(losses, l...)
			continue
		}
		var l []sbom.Loss
		if special(o.file) {
			l, err = writeTo(o, d, o.file, os.O_WRONLY)
		} else {
			var t *os.File
			t, err = os.CreateTemp(filepath.Dir(o.file), "."+filepath.Base(o.file)+".*")
			if err != nil {
				return nil, cannotWrite(o.file, err)
			}
			t.Close()
			done = append(done, finished{t.Name(), o.file})
			if l, err = writeTo(o, d, t.Name(), os.O_WRONLY|os.O_TRUNC); err == nil {
				err = os.Chmod(t.Name(), 0o644)
			}
		}
		if err != nil {
			return nil, cannotWrite(o.file, err)
		}
		losses = append(losses, l...)
	}
	for _, f := range done {
		if err = os.Rename(f.temporary, f.file); err != nil {
			return nil, cannotWrite(f.file, err)
		}
	}
	return losses, nil
}

// special tells whether a path is a device or pipe, which cannot be replaced by a rename.
func special(file string) bool {
	info, err := os.Stat(file)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

func writeTo(o output, d *sbom.Document, file string, flags int) ([]sbom.Loss, error) {
	f, err := os.OpenFile(file, flags, 0)
	if err != nil {
		return nil, err
	}
	b := bufio.NewWriterSize(f, 1<<16)
	losses, err := o.format.Write(b, d, o.version)
	return losses, errors.Join(err, b.Flush(), f.Close())
}

func cannotWrite(file string, err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		err = le.Err
	}
	return &exitError{code: exitFailed, err: errors.New(file + ": cannot be written: " + err.Error())}
}
