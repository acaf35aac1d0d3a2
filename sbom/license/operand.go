package license

import (
	"slices"
	"strings"
)

// operand is one licence on its way to an expression: the licences that its
// name may mean, and what was said of version and exceptions.
type operand struct {
	named      bool
	families   []string
	options    []string
	version    string
	later      bool
	only       bool
	short      bool // only LGPL was said, and the version after a "v"
	exceptions []meaning
}

// named is the operand that a name begins.
func named(p piece) operand {
	short := p.text == "lgpl" || p.text == "gnu lgpl"
	return operand{named: true, families: p.families, options: p.options, short: short}
}

// accepts adds another name: the operand's first, or one more of the same
// licence, of which what both may mean is kept. It reports false, and changes
// nothing, where the name is of another licence.
func (o *operand) accepts(other operand, versions map[string][]string) bool {
	if !o.named {
		other.version, other.later, other.only, other.exceptions = o.version, o.later, o.only, o.exceptions
		*o = other
		return true
	}
	if slices.Equal(o.families, other.families) && slices.Equal(o.options, other.options) {
		o.short = o.short && other.short
		return true
	}
	mine, others := o.wide(versions), other.wide(versions)
	switch {
	case subset(mine, others):
		o.short = o.short && other.short
		return true
	case subset(others, mine):
		o.families, o.options, o.short = other.families, other.options, other.short
		return true
	}
	return false
}

// yields lets a licence say how a work is in the public domain, and the public
// domain say what a licence amounts to: "Public domain (CC0-1.0)".
func (o *operand) yields(other operand) bool {
	if !o.isPublicDomain() {
		return other.isPublicDomain()
	}
	o.families, o.options, o.short = other.families, other.options, other.short
	return true
}

func subset(a, b []string) bool {
	for _, item := range a {
		if !slices.Contains(b, item) {
			return false
		}
	}
	return true
}

func (o *operand) isPublicDomain() bool {
	return len(o.families) == 0 && len(o.options) == 1 && strings.HasPrefix(o.options[0], "LicenseRef-") &&
		CategoryOf(o.options[0]) == PublicDomain
}

// wide lists every licence that the operand's name may mean in the versions
// that it may mean, whatever was said of later ones.
func (o *operand) wide(versions map[string][]string) []string {
	var ids []string
	for _, option := range o.options {
		if _, version, _ := splitVersion(option); o.version == "" || sameVersion(version, o.version) {
			ids = include(ids, option)
		}
	}
	for _, family := range o.families {
		for _, id := range versions[family] {
			_, version, _ := splitVersion(id)
			if o.version == "" || sameVersion(version, o.version) || o.short && o.version == "2" && version == "2.1" {
				ids = include(ids, id)
			}
		}
	}
	return ids
}

// resolve gives the expressions that the operand may mean.
func (o *operand) resolve(versions map[string][]string) []Expr {
	ids := o.wide(versions)
	if o.later && o.version == "" && len(o.families) == 1 && len(ids) > 0 {
		// Fedora's GPL+: any version.
		_, lowest, _ := splitVersion(ids[0])
		ids = slices.DeleteFunc(ids, func(id string) bool {
			_, version, _ := splitVersion(id)
			return version != lowest
		})
	}
	var options []Expr
	for _, id := range ids {
		if strings.HasSuffix(id, "-or-later") && !o.keepsLater(id) {
			continue
		}
		expr, problem := parse(id)
		if problem.Reason != "" {
			continue
		}
		if o.later && expr.Op == Leaf {
			// The licences outside the GNU family allow later versions by
			// their own terms (EPL-2.0 section 7, MPL-2.0 section 10.2).
			if stem, ok := strings.CutSuffix(expr.License, "-only"); ok {
				expr.License = stem + "-or-later"
			}
		}
		options = appendNew(options, expr)
	}
	for _, exception := range o.exceptions {
		options = withException(options, exception)
	}
	return options
}

// keepsLater tells whether "-or-later" is a reading: it was said, the name was
// that of exactly this licence, or no version was said at all.
func (o *operand) keepsLater(id string) bool {
	return o.later || slices.Contains(o.options, id) || o.version == "" && !o.only
}

// inherited is what a version alone after "or" is a version of.
func (o *operand) inherited() []string {
	if len(o.families) == 0 && len(o.options) == 1 {
		if family, version, _ := splitVersion(o.options[0]); version != "" {
			return []string{family}
		}
	}
	return o.families
}

// appendNew keeps a list free of repetitions.
func appendNew(list []Expr, e Expr) []Expr {
	text := e.String()
	for _, known := range list {
		if known.String() == text {
			return list
		}
	}
	return append(list, e)
}

// withException adds an exception to licences; of an exception's versions, the
// one with the licence's number is meant.
func withException(licenses []Expr, m meaning) []Expr {
	var options []Expr
	for _, licensed := range licenses {
		if licensed.Op != Leaf || licensed.Exception != "" {
			continue
		}
		if m.optional {
			options = append(options, licensed)
		}
		_, version, _ := splitVersion(licensed.License)
		exceptions := slices.DeleteFunc(slices.Clone(m.options), func(id string) bool {
			_, v, _ := splitVersion(id)
			return len(m.options) > 1 && (v == "" || version == "" || v[0] != version[0])
		})
		if len(exceptions) == 0 {
			exceptions = m.options
		}
		for _, id := range exceptions {
			licensed.Exception = id
			options = append(options, licensed)
		}
	}
	return options
}

// sameVersion tells whether two spellings are of one version: 2 and 2.0, and 20
// where there is no version 20 (Nixpkgs' asl20).
func sameVersion(version, said string) bool {
	if compareVersions(version, said) == 0 {
		return true
	}
	return len(said) == 2 && len(version) == 3 && version[1] == '.' && version[0] == said[0] && version[2] == said[1]
}
