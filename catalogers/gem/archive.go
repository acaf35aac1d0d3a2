package gem

import (
	"cmp"
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Archive reads the specification in a .gem: metadata.gz, unpacked, is a Gem::Specification in YAML, as Gem::Package writes it
// (https://github.com/ruby/rubygems/blob/master/lib/rubygems/package.rb).
var Archive = catalogers.Cataloger{
	Name:  "gem-archive",
	Doc:   "Ruby gems that lie in the tree as .gem files.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Gem},
	Files: catalogers.Glob("**/*.gem/metadata"),
	Parse: parseArchive,
}

func parseArchive(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	archive := f.Dir()
	out.Own(path.Dir(archive))
	documents, err := decode.Nodes(text)
	if len(documents) == 0 {
		return cmp.Or(err, errors.New("is empty"))
	}
	n := documents[0]
	s := spec{name: n.Get("name").Text(), version: n.Get("version", "version").Text(), platform: platform(n.Get("platform")), line: n.Get("name").Line(),
		summary: n.Get("summary").Text(), homepage: n.Get("homepage").Text(), sources: n.Get("metadata", "source_code_uri").Text(),
		authors: n.Get("authors").Texts(), licenses: n.Get("licenses").Texts()}
	if s.name == "" || s.version == "" {
		return cmp.Or(err, n.Err(), errors.New("names no gem or no version"))
	}
	c := s.component()
	c.Property("sbomgen:gem:platform", s.native())
	out.AddAt(s.line, archive, c)
	return cmp.Or(err, n.Err())
}

// platform is what the gem was built for. Before RubyGems 1.3 the word was an object.
func platform(n decode.Node) string {
	var parts []string
	for _, key := range [...]string{"cpu", "os", "version"} {
		if part := n.Get(key).Text(); part != "" {
			parts = append(parts, part)
		}
	}
	return cmp.Or(n.Text(), strings.Join(parts, "-"))
}
