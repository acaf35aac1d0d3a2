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
	if ask.To = c.PURL.String(); !out.Has(ask.To) {
		out.AddAt(ask.Line, ask.To, c)
	}
	if ask.From == "" {
		ask.From = out.Owner()
	}
	out.Relate(ask)
	return ask.To, true
}
