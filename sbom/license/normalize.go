package license

import (
	"slices"
	"strconv"
	"strings"
)

// Limits of a name. Whole licence texts stand in some manifests' licence
// fields; to recognise these is not a matter of names.
const (
	maxName     = 1024 // bytes
	maxOptions  = 64   // readings that Candidates lists
	maxOperands = 32   // licences in one list
	maxLevel    = 8    // parentheses within parentheses
)

// Normalize reads what a manifest says of its licence in the words of its
// ecosystem ("Apache 2.0", "GPLv2+", "License :: OSI Approved :: MIT License",
// "MIT/Apache-2.0", a licence's URL) and gives the SPDX expression that it
// means, in current identifiers. ok is false where the words are unknown and
// where they have several readings, which Candidates lists: "BSD" is not a
// licence. Neither is "SEE LICENSE IN file" (npm): only the file can tell.
func Normalize(text string) (expr Expr, ok bool) {
	r := read(text)
	if len(r.options) != 1 || r.unsure {
		return Expr{}, false
	}
	return r.options[0], true
}

// Candidates lists the expressions that a text may mean, at most 64, the same
// and in the same order each time: one where Normalize is sure or the text only
// resembles a name ("MIT-style"), several where it is ambiguous, none where it
// names no known licence.
func Candidates(text string) []string {
	r := read(text)
	if len(r.options) == 0 {
		return nil
	}
	texts := make([]string, len(r.options))
	for i, option := range r.options {
		texts[i] = option.String()
	}
	return texts
}

// reading is what a text may mean.
type reading struct {
	options []Expr
	unsure  bool // even if there is but one option
}

func fixed(expressions []string) reading {
	options := make([]Expr, 0, len(expressions))
	for _, text := range expressions {
		if expr, problem := parse(text); problem.Reason == "" {
			options = append(options, expr)
		}
	}
	return reading{options: options}
}

func read(text string) reading {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if text == "" || len(text) > maxName {
		return reading{}
	}
	if expr, problem := parse(text); problem.Reason == "" {
		return reading{options: []Expr{expr.Current()}}
	}
	if text == "UNLICENSED" { // npm: no rights are granted
		return fixed([]string{"LicenseRef-scancode-proprietary-license"})
	}
	if r := spaceSeparated(text); r.options != nil {
		return r
	}
	text = clean(text)
	if i := strings.LastIndex(text, " :: "); i >= 0 { // PyPI's classifiers
		text = text[i+len(" :: "):]
	}
	d := knowledge()
	if options, ok := d.texts[scan(text, true).text]; ok {
		return fixed(options)
	}
	text, links := cutLinks(text)
	r := d.words(text)
	if len(r.options) == 1 && !r.unsure {
		return r
	}
	for _, link := range links {
		if linked := d.link(link); len(linked.options) == 1 && !linked.unsure {
			return linked
		} else if r.options == nil {
			r = linked
		}
	}
	return r
}

// spaceSeparated reads lists of identifiers with nothing between them, as old
// APKBUILDs have them. Nothing says whether all apply or one may be chosen.
func spaceSeparated(text string) reading {
	fields := strings.Fields(text)
	if len(fields) < 2 || len(fields) > maxOperands {
		return reading{}
	}
	licenses := make([]Expr, len(fields))
	for i, field := range fields {
		leaf, reason := simple(field)
		if reason != "" {
			return reading{}
		}
		licenses[i] = leaf.Current()
	}
	return reading{options: []Expr{join(And, licenses...), join(Or, licenses...)}}
}

// clean takes away what page scrapers and code generators left: character
// entities, escaped quotes, the end of a comment; and CRAN's "+ file LICENSE",
// which adds names of authors, not terms.
func clean(text string) string {
	if strings.ContainsAny(text, "&\\’") {
		text = strings.NewReplacer("&quot;", `"`, "&#39;", "'", "&apos;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">",
			"&#x3D;", "=", `\`, "", "’", "'").Replace(text)
	}
	text, _, _ = strings.Cut(text, "*/")
	if i := strings.Index(lowerASCII(text), "+ file licen"); i >= 0 {
		rest := text[i:]
		end := strings.IndexByte(rest, '|')
		if end < 0 {
			end = len(rest)
		}
		text = text[:i] + rest[end:]
	}
	return text
}

// lowerASCII lowers letters of ASCII only, so that places in the result are places in the text.
func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// cutLinks parts the URLs from the words around them.
func cutLinks(text string) (words string, links []string) {
	for {
		i := strings.Index(text, "http://")
		if j := strings.Index(text, "https://"); i < 0 || j >= 0 && j < i {
			i = j
		}
		if i < 0 {
			if strings.HasPrefix(text, "www.") {
				return words, append(links, text)
			}
			return words + text, links
		}
		end := i + strings.IndexAny(text[i:]+" ", " \t\r\n<>\"'")
		link := strings.TrimRight(text[i:end], ".,;")
		for strings.HasSuffix(link, ")") && !strings.Contains(link, "(") {
			link = strings.TrimRight(link[:len(link)-1], ".,;")
		}
		links = append(links, link)
		words += text[:i]
		text = text[i+len(link):]
	}
}

// link reads a URL as a known page, or by the words of its path where the host
// is known to name licences in it.
func (d *dictionary) link(link string) reading {
	if _, rest, ok := strings.Cut(link, "://"); ok {
		link = rest
	}
	link, _, _ = strings.Cut(link, "#")
	link = strings.TrimPrefix(strings.TrimRight(strings.ToLower(link), "/"), "www.")
	if options, ok := d.urls[link]; ok {
		return fixed(options)
	}
	link, _, _ = strings.Cut(link, "?")
	for {
		dot := strings.LastIndexByte(link, '.')
		if dot < 0 || !slices.Contains([]string{"html", "htm", "txt", "php", "md", "pdf", "rst", "shtml"}, link[dot+1:]) {
			break
		}
		link = link[:dot]
	}
	if options, ok := d.urls[link]; ok {
		return fixed(options)
	}
	host, path, _ := strings.Cut(link, "/")
	prefix, ok := d.hosts[host]
	if !ok {
		return reading{}
	}
	return d.path(prefix, unescape(path))
}

// unescape decodes %20 and the like; what is no such code stays.
func unescape(path string) string {
	var text []byte
	for i := 0; i < len(path); i++ {
		if path[i] == '%' && i+2 < len(path) {
			if code, err := strconv.ParseUint(path[i+1:i+3], 16, 8); err == nil {
				text = append(text, byte(code))
				i += 2
				continue
			}
		}
		text = append(text, path[i])
	}
	return string(text)
}

// path reads the words of a URL's path, from its last segments.
func (d *dictionary) path(prefix, path string) reading {
	segments := slices.DeleteFunc(strings.Split(path, "/"), func(segment string) bool {
		switch segment {
		case "", "licenses", "license", "licences", "legal", "org", "documents", "old-licenses", "docs", "en-us", "about",
			"legalcode", "deed", "collection", "eupl", "page", "copyleft":
			return true
		}
		return strings.HasPrefix(segment, "deed.") || strings.HasPrefix(segment, "legalcode.")
	})
	name := strings.Join(segments, " ")
	name = strings.TrimSuffix(name, "-standalone")
	if expr, problem := parse(name); problem.Reason == "" {
		return reading{options: []Expr{expr.Current()}}
	}
	return d.words(prefix + strings.NewReplacer("_", "-", "+", " + ").Replace(name))
}
