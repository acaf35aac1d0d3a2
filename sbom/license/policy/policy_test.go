package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
)

var today = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func parsed(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func expression(t *testing.T, text string) license.Expr {
	t.Helper()
	if text == "" {
		return license.Expr{}
	}
	e, err := license.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func component(scope sbom.Scope) *sbom.Component {
	return &sbom.Component{PURL: purl.New(purl.NPM, "@corp", "x", "1.2.3"), Scope: scope,
		Evidence: []sbom.Evidence{{Location: sbom.Location{Path: "web/node_modules/@corp/x/package.json"}}}}
}

func TestTheExpressionIsJudgedNotItsWords(t *testing.T) {
	p := parsed(t, `
allow: [permissive, public-domain, LGPL-3.0-only, "GPL-2.0-only WITH Classpath-exception-2.0"]
review: [weak-copyleft, "CC-BY-*"]
deny: [strong-copyleft, network-copyleft, JSON, AGPL-3.0]
`)
	for text, want := range map[string]Verdict{
		"MIT":                       {Allow, "allow: permissive", "", ""},
		"JSON":                      {Deny, "deny: JSON", "", ""}, // an identifier counts more than its category
		"GPL-3.0-only":              {Deny, "deny: strong-copyleft", "", ""},
		"MIT OR GPL-3.0-only":       {Allow, "allow: permissive", "MIT", ""},
		"GPL-3.0-only OR MIT":       {Allow, "allow: permissive", "MIT", ""},
		"MIT AND GPL-3.0-only":      {Deny, "deny: strong-copyleft", "GPL-3.0-only", ""},
		"MIT AND (MPL-2.0 OR JSON)": {Review, "review: weak-copyleft", "MPL-2.0", ""},
		"GPL-2.0-only WITH Classpath-exception-2.0":     {Allow, "allow: GPL-2.0-only WITH Classpath-exception-2.0", "", ""},
		"GPL-2.0-or-later WITH Classpath-exception-2.0": {Allow, "allow: GPL-2.0-only WITH Classpath-exception-2.0", "", ""}, // which that offers
		"GPL-3.0-only WITH GCC-exception-3.1":           {Review, "review: weak-copyleft", "", ""},
		"GPL-2.0-only WITH Linux-syscall-note OR JSON":  {Review, "review: weak-copyleft", "GPL-2.0-only WITH Linux-syscall-note", ""},
		"CC-BY-4.0":         {Review, "review: CC-BY-*", "", ""}, // a pattern counts more than a category
		"LGPL-2.1-or-later": {Allow, "allow: LGPL-3.0-only", "", ""},
		"LGPL-2.1-only":     {Review, "review: weak-copyleft", "", ""},
		"AGPL-3.0-or-later": {Deny, "deny: AGPL-3.0", "", ""},
		"AGPL-3.0-only":     {Deny, "deny: AGPL-3.0", "", ""},
		"BUSL-1.1":          {Review, "default: review", "", ""},
		"LicenseRef-ours":   {Review, "default: review", "", ""},
		"":                  {Review, "unknown: review", "", ""},
		"NONE":              {Review, "unknown: review", "", ""},
	} {
		if got := p.Decide(component(sbom.Runtime), expression(t, text), today); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

func TestRulesAreForSomeComponentsAndComeFirst(t *testing.T) {
	p := parsed(t, `
default: deny
unknown: deny
allow: MIT
rules:
  - name: tools
    scope: [development, test]
    allow: any
    unknown: allow
  - purl: "pkg:npm/@corp/*"
    path: "web/**"
    allow: [proprietary]
  - purl: pkg:npm/%40corp/x@2.*
    deny: any
`)
	ours := expression(t, "LicenseRef-scancode-proprietary-license")
	for what, c := range map[string]struct {
		component *sbom.Component
		expr      license.Expr
		want      Verdict
	}{
		"a test tool":           {component(sbom.Test), expression(t, "GPL-3.0-only"), Verdict{Allow, "tools: allow: any", "", ""}},
		"a test tool, unknown":  {component(sbom.Test), license.Expr{}, Verdict{Allow, "tools: unknown: allow", "", ""}},
		"our own":               {component(sbom.Runtime), ours, Verdict{Allow, "rule 2: allow: proprietary", "", ""}},
		"what no rule allows":   {component(sbom.Runtime), expression(t, "ISC"), Verdict{Deny, "default: deny", "", ""}},
		"what the file allows":  {component(sbom.Runtime), expression(t, "MIT"), Verdict{Allow, "allow: MIT", "", ""}},
		"unknown":               {component(sbom.Runtime), license.Expr{}, Verdict{Deny, "unknown: deny", "", ""}},
		"another path":          {&sbom.Component{PURL: purl.New(purl.NPM, "@corp", "x", "1.0.0")}, ours, Verdict{Deny, "default: deny", "", ""}},
		"a version of its own":  {&sbom.Component{PURL: purl.New(purl.NPM, "@corp", "x", "2.1.0")}, expression(t, "MIT"), Verdict{Deny, "rule 3: deny: any", "", ""}},
		"another one's package": {&sbom.Component{PURL: purl.New(purl.NPM, "@other", "x", "2.1.0")}, expression(t, "MIT"), Verdict{Allow, "allow: MIT", "", ""}},
	} {
		if got := p.Decide(c.component, c.expr, today); got != c.want {
			t.Errorf("%s: %+v, want %+v", what, got, c.want)
		}
	}
}

func TestExceptionsHaveAReasonAndEnd(t *testing.T) {
	p := parsed(t, `
deny: [strong-copyleft]
exceptions:
  - purl: pkg:npm/@corp/x
    license: GPL-3.0-only
    reason: bought
    expires: 2026-01-31
  - path: "vendor/**"
    reason: ours
`)
	gpl := expression(t, "GPL-3.0-only")
	c := component(sbom.Runtime)
	if got := p.Decide(c, gpl, today); got.Decision != Allow || got.Rule != "exception 1: bought" {
		t.Errorf("on its last day: %+v", got)
	}
	if got := p.Decide(c, gpl, today.AddDate(0, 0, 1)); got.Decision != Deny || got.Note != "exception 1 (bought) expired on 2026-01-31" {
		t.Errorf("a day later: %+v", got)
	}
	if got := p.Decide(c, expression(t, "GPL-2.0-only"), today); got.Decision != Deny {
		t.Errorf("for another licence: %+v", got)
	}
	c.Evidence[0].Location.Path = "vendor/x/package.json"
	if got := p.Decide(c, expression(t, "GPL-2.0-only"), today); got.Rule != "exception 2: ours" {
		t.Errorf("by path: %+v", got)
	}
}

func TestThePolicyConcludesLicences(t *testing.T) {
	p := parsed(t, "conclude:\n  - purl: pkg:npm/@corp/*\n    license: mit\n    reason: asked the author\n")
	if e, why, ok := p.Concluded(component(sbom.Runtime)); !ok || e != "MIT" || why != "asked the author" {
		t.Errorf("%q, %q, %t", e, why, ok)
	}
	if _, _, ok := p.Concluded(&sbom.Component{PURL: purl.New(purl.NPM, "", "y", "1.0.0")}); ok {
		t.Error("for another package too")
	}
}

func TestMistakesInAPolicyAreErrors(t *testing.T) {
	for text, want := range map[string]string{
		"alow: [MIT]":                           "alow: is no key of a policy",
		"deny: [GLP-3.0]":                       `deny: "GLP-3.0" is neither a licence of the SPDX list nor a category`,
		"allow: [MIT OR ISC]":                   "holds several licences",
		"allow: 7":                              "allow: is no text",
		"default: perhaps":                      "default: is perhaps",
		"version: 2":                            "reads version 1",
		"rules: {}":                             "rules: is no list",
		"rules: [MIT]":                          "rules: 1: has no keys",
		"rules:\n  - deny: any":                 "rules: 1: has neither scope, purl nor path",
		"rules:\n  - scope: dev\n    deny: any": `rules: 1: scope: "dev" is no scope`,
		"rules:\n  - prul: x":                   "rules: 1: prul: is no key of a rule",
		"exceptions:\n  - purl: pkg:npm/x":      "exceptions: 1: has no reason",
		"exceptions:\n  - reason: x":            "exceptions: 1: has neither purl nor path",
		"exceptions:\n  - {purl: x, reason: y, expires: soon}": "exceptions: 1: expires: is soon",
		"conclude:\n  - {purl: x, license: MIT}":               "conclude: 1: needs purl, license and reason",
		"allow: [":                                             "",
		"- MIT":                                                "",
	} {
		_, err := Parse(text)
		if err == nil {
			t.Errorf("%q is a policy", text)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("allow: [MIT]\nrules:\n  - {scope: test, allow: any}\nexceptions:\n  - {purl: 'pkg:npm/*', reason: x, expires: 2026-01-01}")
	f.Add("conclude: [{purl: a, license: MIT, reason: b}]\nversion: 1\ndefault: deny")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := Parse(text); err == nil {
			p.Decide(component(sbom.Test), license.Expr{Op: license.Leaf, License: "MIT"}, today)
		}
	})
}
