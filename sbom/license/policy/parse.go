package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
	"github.com/sbomgen/sbomgen/sbom/license"
)

// Parse reads a policy. docs/policy.md describes the file. What it does not know is an error: a policy in which a key is
// misspelt would silently allow too much.
func Parse(text string) (*Policy, error) {
	file := map[string]any{}
	if err := decode.YAML(text, &file); err != nil {
		return nil, err
	}
	p := &Policy{fallback: Review}
	own := rule{unknown: Review}
	r := reader{}
	for _, key := range sorted(file) {
		value := file[key]
		r.at = key
		switch key {
		case "version":
			if value != 1 && value != int64(1) && value != uint64(1) {
				r.fail("is %v; this program reads version 1", value)
			}
		case "default":
			p.fallback = r.decision(value)
		case "rules":
			r.each(value, func(fields map[string]any) { p.rules = append(p.rules, r.rule(fields)) })
		case "exceptions":
			r.each(value, func(fields map[string]any) { p.exceptions = append(p.exceptions, r.exception(fields)) })
		case "conclude":
			r.each(value, func(fields map[string]any) { p.concluded = append(p.concluded, r.conclusion(fields)) })
		default:
			if !r.lists(&own, key, value) {
				r.fail("is no key of a policy: they are allow, review, deny, unknown, default, rules, exceptions, conclude, version")
			}
		}
	}
	p.rules = append(p.rules, own)
	return p, r.err
}

func sorted(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// reader turns decoded YAML into a policy, and keeps the first error.
type reader struct {
	at  string // the place in the file, as a path of keys
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %s", r.at, fmt.Sprintf(format, args...))
	}
}

// within does something at a key below the place.
func (r *reader) within(key string, do func()) {
	at := r.at
	r.at = at + ": " + key
	do()
	r.at = at
}

func (r *reader) each(value any, do func(fields map[string]any)) {
	list, ok := value.([]any)
	if !ok {
		r.fail("is no list")
		return
	}
	for i, one := range list {
		r.within(fmt.Sprint(i+1), func() {
			fields, ok := one.(map[string]any)
			if !ok {
				r.fail("has no keys")
				return
			}
			do(fields)
		})
	}
}

// lists reads the keys that a rule and the file itself share, and tells whether the key is one of them.
func (r *reader) lists(to *rule, key string, value any) bool {
	switch key {
	case "allow":
		to.lists[Allow] = r.items(value)
	case "review":
		to.lists[Review] = r.items(value)
	case "deny":
		to.lists[Deny] = r.items(value)
	case "unknown":
		to.unknown = r.decision(value)
	default:
		return false
	}
	return true
}

func (r *reader) rule(fields map[string]any) rule {
	to := rule{name: strings.Replace(r.at, "rules: ", "rule ", 1)}
	conditions := 0
	for _, key := range sorted(fields) {
		r.within(key, func() {
			switch value := fields[key]; key {
			case "name":
				to.name = r.text(value)
			case "scope":
				conditions++
				to.scopes = r.texts(value)
				for _, s := range to.scopes {
					if sbom.ParseScope(s) == sbom.ScopeUnset {
						r.fail("%q is no scope: they are runtime, peer, optional, build, test, development", s)
					}
				}
			case "purl":
				conditions++
				to.purls = r.patterns(value)
			case "path":
				conditions++
				to.paths = r.patterns(value)
			default:
				if !r.lists(&to, key, value) {
					r.fail("is no key of a rule: they are name, scope, purl, path, allow, review, deny, unknown")
				}
			}
		})
	}
	if conditions == 0 {
		r.fail("has neither scope, purl nor path: put its lists at the top of the file")
	}
	return to
}

func (r *reader) exception(fields map[string]any) exception {
	var x exception
	for _, key := range sorted(fields) {
		r.within(key, func() {
			switch value := fields[key]; key {
			case "purl":
				x.purls = r.patterns(value)
			case "path":
				x.paths = r.patterns(value)
			case "license":
				x.license = r.expression(value)
			case "reason":
				x.reason = r.text(value)
			case "expires":
				x.expires = r.day(value).AddDate(0, 0, 1)
			default:
				r.fail("is no key of an exception: they are purl, path, license, reason, expires")
			}
		})
	}
	if len(x.purls)+len(x.paths) == 0 {
		r.fail("has neither purl nor path")
	}
	if x.reason == "" {
		r.fail("has no reason")
	}
	return x
}

func (r *reader) conclusion(fields map[string]any) conclusion {
	var c conclusion
	for _, key := range sorted(fields) {
		r.within(key, func() {
			switch value := fields[key]; key {
			case "purl":
				c.purls = r.patterns(value)
			case "license":
				c.license = r.expression(value)
			case "reason":
				c.reason = r.text(value)
			default:
				r.fail("is no key of a conclusion: they are purl, license, reason")
			}
		})
	}
	if len(c.purls) == 0 || c.license == "" || c.reason == "" {
		r.fail("needs purl, license and reason")
	}
	return c
}

func (r *reader) decision(value any) Decision {
	for d := Allow; d <= Deny; d++ {
		if value == d.String() {
			return d
		}
	}
	r.fail("is %v; it may be allow, review or deny", value)
	return Undecided
}

func (r *reader) text(value any) string {
	s, ok := value.(string)
	if !ok || strings.TrimSpace(s) == "" {
		r.fail("is no text")
	}
	return strings.TrimSpace(s)
}

// texts reads a list of texts, or one alone.
func (r *reader) texts(value any) []string {
	list, ok := value.([]any)
	if !ok {
		return []string{r.text(value)}
	}
	var texts []string
	for _, one := range list {
		texts = append(texts, r.text(one))
	}
	return texts
}

func (r *reader) patterns(value any) []string {
	list := r.texts(value)
	for _, p := range list {
		if !doublestar.ValidatePattern(p) {
			r.fail("%q is no valid pattern", p)
		}
	}
	return list
}

func (r *reader) expression(value any) string {
	e, err := license.Parse(r.text(value))
	if err != nil {
		r.fail("%v", err)
		return ""
	}
	return e.Current().String()
}

func (r *reader) day(value any) time.Time {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Truncate(24 * time.Hour)
	case string:
		if t, err := time.Parse(time.DateOnly, v); err == nil {
			return t
		}
	}
	r.fail("is %v; write a day as 2026-12-31", value)
	return time.Time{}
}

// items reads a list of licences: identifiers and expressions with an exception, patterns of them, categories, or "any".
func (r *reader) items(value any) []item {
	var list []item
	for _, text := range r.texts(value) {
		list = append(list, r.item(text))
	}
	return list
}

func (r *reader) item(text string) item {
	if text == "any" {
		return item{text: text, kind: everything}
	}
	for c := license.Unstated + 1; c.String() != license.Unstated.String(); c++ {
		if c.String() == text {
			return item{text: text, kind: category}
		}
	}
	if strings.ContainsAny(text, "*?[{") {
		if !doublestar.ValidatePattern(text) {
			r.fail("%q is no valid pattern", text)
		}
		return item{text: text, kind: pattern}
	}
	e, err := license.Parse(text)
	if err != nil {
		r.fail("%q is neither a licence of the SPDX list nor a category", text)
		return item{text: text}
	}
	if e.Op != license.Leaf {
		r.fail("%q holds several licences: list each", text)
	}
	i := item{text: text, ids: []string{e.Current().String()}}
	// GPL-2.0 alone is deprecated because it does not say which: here it stands for both.
	if stem, ok := strings.CutSuffix(i.ids[0], "-only"); ok && strings.EqualFold(stem, text) {
		i.ids = append(i.ids, stem+"-or-later")
	}
	return i
}
