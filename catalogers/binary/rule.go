package binary

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Rule says how a program or library is known by its name, and where in its content it states its version.
type Rule struct {
	Name string // what it identifies, for messages

	// Files are patterns of base names, as path.Match has them. A name is also compared without ".exe", and a library by its stem: libz.so.1.2.13 and
	// libz.1.dylib both are "libz.so".
	Files []string

	// ByName says that the files are no programs (scripts, archives): they are looked at whatever their content is.
	ByName bool

	// Holds is a text that the content must have besides, where the name is one that others may have too.
	Holds string

	// Contents are regular expressions (RE2 syntax) of which the first that matches gives the version: in the group "version", or in "major" and
	// "minor" and "patch", which are joined by dots without leading zeros. {version} stands for a group of numbers and dots. {series} is what Series found in the name, or such
	// numbers. A match is no longer than 160 bytes; there are no beginnings and ends of lines or texts.
	Contents []string

	// Series is a regular expression on the base name whose group is the beginning of the version: "python([0-9]+\.[0-9]+)".
	Series string

	// Paths are regular expressions on the path in the tree that give the version where the content gives none.
	Paths []string

	// PURL is the package URL without a version. {name} stands for the base name up to the first dot.
	PURL string

	// CPEs are CPE 2.3 names up to the product: "cpe:2.3:a:haxx:curl".
	CPEs []string

	Kind       sbom.Kind // empty means a library for names of libraries, otherwise an application
	Confidence uint8     // in percent of the version that the content gives; 0 means 80
}

// number is what {version} stands for.
const number = `(?P<version>[0-9]+(?:\.[0-9]+){1,4})`

// Validate tells everything that is wrong with a rule.
func (r *Rule) Validate() error {
	var wrong []error
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if r.Name == "" {
		fail("has no name")
	}
	if len(r.Files) == 0 {
		fail("has no patterns of files")
	}
	for _, f := range r.Files {
		if _, err := path.Match(f, ""); err != nil || f == "" || strings.Contains(f, "/") {
			fail("file %q: is no pattern of base names", f)
		} else if strings.Trim(f, "*?.") == "" {
			fail("file %q: fits every name", f)
		}
	}
	if len(r.Contents)+len(r.Paths) == 0 {
		fail("says nowhere what the version is")
	}
	for _, c := range r.Contents {
		if _, err := newPattern(r.expand(c, "")); err != nil {
			fail("content %q: %w", c, err)
		}
	}
	for _, p := range r.Paths {
		if re, err := regexp.Compile(r.expand(p, "")); err != nil {
			fail("path %q: %w", p, err)
		} else if re.SubexpIndex("version") < 0 {
			fail("path %q: has no group called version", p)
		}
	}
	if r.Series != "" {
		if re, err := regexp.Compile(r.Series); err != nil {
			fail("series %q: %w", r.Series, err)
		} else if re.NumSubexp() != 1 {
			fail("series %q: has not exactly one group", r.Series)
		}
	}
	if p, err := purl.Parse(strings.ReplaceAll(r.PURL, "{name}", "name")); err != nil {
		fail("purl %q: %w", r.PURL, err)
	} else if !p.Type.Registered() {
		fail("purl %q: the type %s is not registered", r.PURL, p.Type)
	} else if p.Version != "" {
		fail("purl %q: has a version, which the content is to say", r.PURL)
	}
	for _, c := range r.CPEs {
		if parts := strings.Split(c, ":"); len(parts) != 5 || parts[0] != "cpe" || parts[1] != "2.3" || !strings.Contains("aoh", parts[2]) || len(parts[2]) != 1 || parts[3] == "" || parts[4] == "" || sbom.CPE(c, "") == "" {
			fail("cpe %q: is not cpe:2.3:part:vendor:product", c)
		}
	}
	if r.Confidence > 100 {
		fail("confidence %d: is more than 100 percent", r.Confidence)
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("rule %q: %w", r.Name, errors.Join(wrong...))
}

// expand fills in the placeholders of an expression, for a file with the base name.
func (r *Rule) expand(expression, base string) string {
	series := `[0-9]+\.[0-9]+`
	if r.Series != "" && base != "" && strings.Contains(expression, "{series}") {
		if re, err := regexp.Compile(r.Series); err == nil {
			if m := re.FindStringSubmatch(base); len(m) > 1 && m[1] != "" {
				series = regexp.QuoteMeta(m[1])
			}
		}
	}
	return strings.NewReplacer("{version}", number, "{series}", series).Replace(expression)
}

// component is what the rule identifies, at a version.
func (r *Rule) component(base, version string) sbom.Component {
	name, _, _ := strings.Cut(base, ".")
	p, err := purl.Parse(strings.ReplaceAll(r.PURL, "{name}", purlSafe(name)))
	if err != nil {
		return sbom.Component{}
	}
	if p.Type == purl.Golang {
		version = "v" + strings.TrimPrefix(version, "v") // as Go modules have it
	}
	at := purl.New(p.Type, p.Namespace, p.Name, version).WithSubpath(p.Subpath)
	for key, value := range p.Qualifiers() {
		at = at.With(key, value)
	}
	c := sbom.Component{PURL: at, Kind: r.Kind}
	if c.Kind == "" && !isLibrary(base) {
		c.Kind = sbom.Application
	}
	for _, cpe := range r.CPEs {
		c.CPE(cpe, strings.TrimPrefix(version, "v"))
	}
	return c
}

// purlSafe keeps of a file's name what needs no escape.
func purlSafe(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

func isLibrary(base string) bool {
	s := stem(base)
	return strings.HasSuffix(s, ".so") || strings.HasSuffix(s, ".dll")
}

// stem is a base name as rules spell it: without ".exe", and of a library without the numbers around its extension.
func stem(base string) string {
	if s, ok := strings.CutSuffix(base, ".exe"); ok {
		return s
	}
	if s, ok := strings.CutSuffix(base, ".dylib"); ok {
		return strings.TrimRight(s, ".0123456789") + ".so"
	}
	if at := strings.Index(base, ".so."); at > 0 {
		return base[:at+3]
	}
	return base
}
