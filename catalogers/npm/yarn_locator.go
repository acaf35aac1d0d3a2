package npm

import (
	"net/url"
	"path"
	"strings"
)

// locator is yarn's word for what a package was resolved to: "name@reference"
// (https://yarnpkg.com/advanced/lexicon#locator).
type locator struct {
	name      string // of the package itself, where a patch was applied to it
	reference string // "npm:1.0.0", "workspace:packages/a", an address
	bound     string // parameters, "locator=...&hash=..."
	archive   string // where the registry keeps the tarball in another place than usual
	patch     string // the file that was applied, relative to the project; "" if yarn brings it along
	builtin   bool
}

func parseLocator(resolution string) locator {
	var l locator
	for range 8 { // a patch may be applied to a patched package
		name, reference := nameAt(resolution)
		reference, bound, _ := strings.Cut(reference, "::")
		l.name, l.reference = name, reference
		if l.bound == "" {
			l.bound = bound
		}
		inner, ok := strings.CutPrefix(reference, "patch:")
		if !ok {
			break
		}
		inner, patch, _ := strings.Cut(inner, "#")
		if l.patch == "" {
			l.patched(patch)
		}
		if text, err := url.PathUnescape(inner); err == nil {
			inner = text
		}
		resolution = inner
	}
	if real, _, ok := aliased(l.reference); ok { // yarn 6 keeps the name of the alias
		l.name = real
	}
	l.archive = l.parameter("__archiveUrl")
	return l
}

// patched notes the file of a patch: one of the project, or one that comes with yarn.
func (l *locator) patched(patch string) {
	for part := range strings.SplitSeq(patch, "&") {
		part = strings.TrimPrefix(part, "optional!")
		if strings.HasPrefix(part, "builtin<") || strings.HasPrefix(part, "~builtin<") {
			l.builtin = true
			continue
		}
		if below, ok := strings.CutPrefix(part, "~/"); ok { // from the project's folder
			l.patch = below
		} else if part != "" {
			l.patch = path.Join(l.base(), part)
		}
		return
	}
}

func (l *locator) parameter(key string) string {
	for pair := range strings.SplitSeq(l.bound, "&") {
		if name, value, _ := strings.Cut(pair, "="); name == key {
			if text, err := url.QueryUnescape(value); err == nil {
				return text
			}
		}
	}
	return ""
}

// base is the folder that a local path starts from, relative to the project: that of the member of the workspace which asks.
func (l *locator) base() string {
	_, reference := nameAt(l.parameter("locator"))
	folder, _ := strings.CutPrefix(reference, "workspace:")
	return folder
}

// source tells where the package comes from.
func (l *locator) source() source {
	if strings.HasPrefix(l.reference, "npm:") {
		if l.archive != "" {
			return locate(l.archive)
		}
		return source{}
	}
	return resolved(l.reference)
}
