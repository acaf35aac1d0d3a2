package opam

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// dependency is one package of a formula such as "depends".
type dependency struct {
	name, rng string
	exact     string // the version, where only one will do
	scope     sbom.Scope
	line      int
}

// dependencies lists the packages of a formula. Alternatives are all listed: which of them is there no file of the project says. A package
// that stands twice is listed with its strongest scope.
func dependencies(formula node, scope sbom.Scope) []dependency {
	var list []dependency
	at := make(map[string]int)
	var walk func(n node)
	walk = func(n node) {
		if n.kind != '"' {
			for _, i := range n.items {
				walk(i)
			}
			return
		}
		d := dependency{name: n.text, scope: scope, line: n.line}
		if !isName(d.name) {
			return
		}
		d.conditions(n.when)
		i, known := at[d.name]
		switch {
		case !known:
			at[d.name] = len(list)
			list = append(list, d)
		case list[i].rng != d.rng || list[i].scope < d.scope:
			list[i].scope = max(list[i].scope, d.scope)
			list[i].rng, list[i].exact = "", ""
		}
	}
	walk(formula)
	return list
}

// conditions reads what stands in braces: bounds on the version, and what the package is for. Bounds are kept where
// nothing but "&" joins them.
func (d *dependency) conditions(when []node) {
	var bounds []string
	flat := flatten(make([]node, 0, len(when)), when)
	plain := len(flat) == len(when)
	when = flat
	for i := 0; i < len(when); i++ {
		switch n := when[i]; n.text {
		case "=", "!=", "<", "<=", ">", ">=":
			if i > 0 && when[i-1].kind == 0 && !strings.ContainsAny(when[i-1].text, "&|") && when[i-1].text != "" {
				break // os = "win32"
			}
			if i+1 < len(when) {
				bounds = append(bounds, n.text+" "+when[i+1].text)
				plain = plain && when[i+1].kind == '"' // not: = version, that of the package itself
			}
		case "|":
			plain = false
		case "build":
			d.scope = min(d.scope, sbom.Build)
		case "with-test":
			d.scope = min(d.scope, sbom.Test)
		case "with-doc", "with-dev-setup", "with-tools", "dev":
			d.scope = min(d.scope, sbom.Development)
		}
	}
	d.rng = strings.Join(bounds, ", ")
	if v, ok := strings.CutPrefix(d.rng, "= "); ok && plain && len(bounds) == 1 {
		d.exact = v
	}
}

// flatten takes groups in parentheses apart.
func flatten(flat, nodes []node) []node {
	for _, n := range nodes {
		if n.kind == '(' {
			flat = flatten(append(flat, node{}), n.items) // the empty one stands for the parenthesis
		} else {
			flat = append(flat, n)
		}
	}
	return flat
}

// isName tells whether a text can be the name of a package, https://opam.ocaml.org/doc/Manual.html#General-syntax.
func isName(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+") == "" && strings.Trim(s, "0123456789-+") != ""
}
