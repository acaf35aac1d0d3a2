package wordpress

import (
	"io"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
)

// header is the fields of the comment at the head of a file, by their names in lower case.
type header map[string]string

// readHeader reads the lines "Name: value" as WordPress does in get_file_data: whatever of a comment stands before the name, and the first
// line of a name counts.
func readHeader(text string) header {
	h := make(header)
	for line := range strings.Lines(strings.ReplaceAll(text, "\r", "\n")) {
		line = strings.TrimPrefix(strings.TrimLeft(line, " \t"), "<?php")
		name, value, ok := strings.Cut(strings.TrimLeft(line, " \t/*#@"), ":")
		if !ok {
			continue
		}
		for _, end := range [...]string{"*/", "?>"} {
			value, _, _ = strings.Cut(value, end)
		}
		switch name = strings.ToLower(name); name {
		case "plugin name", "theme name", "plugin uri", "theme uri", "update uri", "version", "description", "author", "license", "template", "requires plugins":
			if h[name] == "" {
				h[name] = strings.TrimSpace(value)
			}
		}
	}
	return h
}

// head is as much of a file as WordPress looks for its header in.
func head(f *catalogers.File) (string, error) {
	blob, err := f.Blob()
	if err != nil {
		return "", err
	}
	defer f.Close()
	b := make([]byte, min(blob.Size(), 8<<10))
	n, err := blob.ReadAt(b, 0)
	if err == io.EOF {
		err = nil
	}
	return strings.ToValidUTF8(string(b[:n]), "\uFFFD"), err
}
