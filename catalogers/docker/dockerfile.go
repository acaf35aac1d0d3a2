// Package docker reads the files that container images are built and run by.
package docker

import (
	"errors"
	"path"
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Dockerfile reads the images that a Dockerfile or Containerfile builds on, https://docs.docker.com/reference/dockerfile/: those of
// FROM, and those that files are copied or mounted from. What the last stage is made of is shipped; all else is for the build. Variables have
// the defaults of the file; an image that only the command line names is left out.
var Dockerfile = catalogers.Cataloger{
	Name:  "dockerfile",
	Doc:   "Container images that a Dockerfile or Containerfile builds on, with its ARG defaults applied and what only build stages use told apart.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Docker},
	Files: append(append(catalogers.Named("Dockerfile", "Containerfile"), catalogers.Glob("*.Dockerfile", "*.dockerfile", "*.Containerfile")...),
		catalogers.Begins("dockerfile.", "dockerfile-", "containerfile.", "containerfile-")...),
	Parse: parseDockerfile,
}

// stage is what stands between two FROMs.
type stage struct {
	base     string // the image that it begins with, "" if it begins with a stage
	parent   int    // the stage that it begins with, -1 if it begins with an image
	platform string
	line     int
	copies   []source
	shipped  bool
}

// source is an image that files are copied or mounted from.
type source struct {
	from  string
	line  int
	mount bool // only while the stage is built
}

// stages are those of a file.
type stages struct {
	list    []stage
	names   map[string]int    // in lower case; the last of a name counts
	globals map[string]string // the arguments before the first FROM
}

// find is the stage with a name or number, -1 if there is none.
func (s *stages) find(name string) int {
	if i, ok := s.names[strings.ToLower(name)]; ok {
		return i
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < len(s.list) {
		return n
	}
	return -1
}

func parseDockerfile(f *catalogers.File, out *sbom.Facts) error {
	if ignored(f.Base()) {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	named := f.Base() == "Dockerfile" || f.Base() == "Containerfile"
	all := stages{names: make(map[string]int), globals: make(map[string]string)}
	instructions(text, func(word, rest string, line int) bool {
		switch word = strings.ToUpper(word); {
		case word == "FROM":
			all.from(rest, line, out)
		case word == "ARG" && len(all.list) == 0:
			arguments(rest, all.globals)
		case len(all.list) == 0:
			return false
		case word == "COPY", word == "ADD", word == "RUN":
			all.sources(word, rest, line)
		}
		return true
	})
	if len(all.list) == 0 {
		switch {
		case !named, strings.Contains(text, "{{"), strings.Contains(text, "{%"):
			return nil // a file of another kind, or a template
		case strings.TrimSpace(text) == "":
			return errors.New("is empty")
		}
		return errors.New("has no FROM")
	}
	for i := len(all.list) - 1; i >= 0; i = all.list[i].parent {
		all.list[i].shipped = true
	}
	for i := range all.list {
		s := &all.list[i]
		scope := sbom.Build
		if s.shipped {
			scope = sbom.Runtime
		}
		key := claim(s.base, sbom.Relation{Scope: scope, Line: s.line}, out)
		if c := out.Component(key); c != nil && s.platform != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:docker:platform", Value: s.platform})
		}
		for _, c := range s.copies {
			r := sbom.Relation{Scope: scope, Line: c.line}
			if c.mount {
				r.Scope = sbom.Build
			}
			claim(c.from, r, out)
		}
	}
	return nil
}

// claim claims an image and gives its key. One with a variable that is left is the command line's.
func claim(from string, r sbom.Relation, out *sbom.Facts) (key string) {
	if from == "" || from == "scratch" || image.Variable(from) {
		return ""
	}
	key, ok := image.Claim(out, from, r)
	if !ok {
		out.Gap(r.Line, "%.80q names no image", from)
	}
	return key
}

// from reads a FROM.
func (s *stages) from(rest string, line int, out *sbom.Facts) {
	next := stage{line: line, parent: -1}
	words := strings.Fields(rest)
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		if platform, ok := strings.CutPrefix(words[0], "--platform="); ok && !image.Variable(platform) {
			next.platform = platform
		}
		words = words[1:]
	}
	if len(words) == 0 {
		out.Gap(line, "FROM without an image")
	} else {
		base := expand(strings.Trim(words[0], `"'`), s.globals)
		if i, ok := s.names[strings.ToLower(base)]; ok {
			next.parent = i
		} else {
			next.base = base
		}
	}
	if len(words) >= 3 && strings.EqualFold(words[1], "AS") {
		s.names[strings.ToLower(words[2])] = len(s.list)
	}
	s.list = append(s.list, next)
}

// arguments reads the defaults of ARG, which may name several variables.
func arguments(rest string, globals map[string]string) {
	for _, word := range words(rest) {
		if name, value, ok := strings.Cut(word, "="); ok && len(value) <= maxExpanded {
			globals[name] = expand(value, globals)
		}
	}
}

// sources finds the images in the flag --from of COPY and ADD, and in the field from of mounts.
func (s *stages) sources(word, rest string, line int) {
	current := &s.list[len(s.list)-1]
	add := func(from string, mount bool) {
		if s.find(from) < 0 {
			current.copies = append(current.copies, source{from, line, mount})
		}
	}
	for rest = strings.TrimSpace(rest); strings.HasPrefix(rest, "--"); rest = strings.TrimSpace(rest) {
		flag := rest
		if blank := strings.IndexAny(rest, " \t"); blank >= 0 {
			flag, rest = rest[:blank], rest[blank:]
		} else {
			rest = ""
		}
		if from, ok := strings.CutPrefix(flag, "--from="); ok && word != "RUN" {
			add(from, false)
		}
		if mount, ok := strings.CutPrefix(flag, "--mount="); ok {
			for field := range strings.SplitSeq(mount, ",") {
				if from, ok := strings.CutPrefix(field, "from="); ok {
					add(from, true)
				}
			}
		}
	}
}

// ignored tells whether a file that only begins like a Dockerfile is none by its extension.
func ignored(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".dockerignore", ".md", ".go", ".py", ".js", ".ts", ".sh", ".yml", ".yaml", ".json":
		return true
	}
	return false
}
