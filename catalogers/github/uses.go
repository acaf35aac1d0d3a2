package github

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// container reads an image by itself or in a mapping.
func container(n decode.Node, out *sbom.Facts) {
	if n.Kind() == decode.Object {
		n = n.Get("image")
	}
	image.Expect(out, n.Text(), sbom.Relation{Scope: sbom.Build, Line: n.Line()})
}

// use reads what "uses" names: "owner/repository/path@ref", "docker://image", or a folder of the same repository.
func use(n decode.Node, out *sbom.Facts) {
	text := strings.TrimSpace(n.Text())
	switch {
	case text == "", strings.HasPrefix(text, "./"), strings.HasPrefix(text, "../"), strings.HasPrefix(text, "$/"):
		return
	case strings.HasPrefix(text, "docker://"):
		container(n, out)
		return
	}
	place, ref, pinned := strings.Cut(text, "@")
	owner, rest, ok := strings.Cut(place, "/")
	name, folder, _ := strings.Cut(rest, "/")
	if !ok || !pinned || ref == "" || owner == "" || name == "" || strings.ContainsAny(text, " ${}") {
		out.Gap(n.Line(), "%.80q is neither an action with a ref nor an image", text)
		return
	}
	c, ok := repository.Component("https://github.com/"+owner+"/"+name, ref, folder)
	if !ok {
		out.Gap(n.Line(), "%.80q names no repository", text)
		return
	}
	if repository.Commit(ref) {
		c.Property("sbomgen:github:tag", tagOf(n.Comment()))
	}
	key := out.Ask(c, sbom.Relation{Scope: sbom.Build, Line: n.Line()})
	if known := out.Component(key); known != nil && len(known.Properties) == 0 {
		known.Properties = c.Properties
	}
}

// tagOf finds the version in the comment behind a pin, as Dependabot, Renovate, ratchet and pin-github-action write it: "v4.1.1", "tag=v4",
// "ratchet:actions/checkout@v4", "pin@v4".
func tagOf(comment string) string {
	for word := range strings.FieldsSeq(comment) {
		word = word[strings.LastIndexAny(word, "@=:")+1:]
		if number := strings.TrimPrefix(word, "v"); number != "" && number[0] >= '0' && number[0] <= '9' {
			return strings.TrimRight(word, ",;.")
		}
	}
	return ""
}
