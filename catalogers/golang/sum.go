package golang

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/mod/module"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// sums holds the lines of go.sum files by "path version" and, for the hash of the go.mod alone, "path version/go.mod".
type sums map[string]string

// read adds the go.sum or go.work.sum of that name beside f, if there is one, and tells whether there was.
func (s sums) read(f *catalogers.File, name string, out *sbom.Facts) bool {
	file, err := f.Beside(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		out.GapAt(path.Join(f.Dir(), name), "%v", err)
		return false
	}
	text, err := file.Text()
	if err != nil {
		out.GapAt(file.Path, "%v", err)
		return false
	}
	bad, first := 0, 0
	for rest, line := text, 1; rest != ""; line++ {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		at := strings.LastIndexByte(l, ' ')
		if at < 0 || strings.Count(l, " ") != 2 {
			if bad++; bad == 1 {
				first = line
			}
			continue
		}
		if _, known := s[l[:at]]; !known && strings.HasPrefix(l[at+1:], "h1:") {
			s[l[:at]] = l[at+1:]
		}
	}
	if bad > 0 {
		out.GapAt(file.Path, "line %d: not a module, a version and a hash; %d such lines", first, bad)
	}
	return true
}

// of gives the property that tells a module's hash, or that there is none.
func (s sums) of(m module.Version, out *sbom.Facts) sbom.Property {
	h1, ok := s[m.Path+" "+m.Version]
	if !ok {
		return sbom.Property{Name: propertySum, Value: "missing"}
	}
	if !isH1(h1) {
		out.Gap(0, "go.sum: %s %s: %q is not the base64 of a SHA-256 sum", m.Path, m.Version, h1)
		return sbom.Property{Name: propertySum, Value: "damaged"}
	}
	return sbom.Property{Name: propertyH1, Value: h1}
}

func isH1(text string) bool {
	encoded, ok := strings.CutPrefix(text, "h1:")
	sum, err := base64.StdEncoding.DecodeString(encoded)
	return ok && err == nil && len(sum) == 32
}
