package image

import "github.com/sbomgen/sbomgen/sbom"

// Claim claims the image that a text names as one that an application asks for, its owner unless ask says another, and gives its
// key: once, however often the file names it. It returns false where the text names none, or one that only the tool that runs it can
// know.
func Claim(out *sbom.Facts, reference string, ask sbom.Relation) (key string, ok bool) {
	c, ok := Component(reference)
	if !ok {
		return "", false
	}
	return out.Ask(c, ask), true
}

// Expect is Claim for a place where nothing but an image may stand: a text that names none is a Gap, unless the tool that runs it fills it in.
func Expect(out *sbom.Facts, reference string, ask sbom.Relation) {
	if reference == "" || Variable(reference) {
		return
	}
	if _, ok := Claim(out, reference, ask); !ok {
		out.Gap(ask.Line, "%.80q names no image", reference)
	}
}
