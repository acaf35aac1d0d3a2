// Package javaarchive reads Java archives: jars, wars, ears and what else is built like them.
package javaarchive

import (
	"archive/zip"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/jar"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Archive reads Java archives with the archives and the shaded packages in them. What an archive is says the Maven descriptor in it, otherwise its
// manifest, otherwise its name; without a group it has no purl.
var Archive = catalogers.Cataloger{
	Name:  "java-archive",
	Doc:   "Java archives (jar, war, ear and others), those inside them and what is shaded into them, by Maven descriptors, manifests and file names.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Maven},
	Files: catalogers.Glob(jar.Patterns()...),
	Parse: parse,
}

// The confidence in what an archive is taken for, in percent.
const (
	byDescriptor = 90
	byManifest   = 70
	byName       = 50
)

// digestLimit is the most bytes of an archive whose digests are computed.
const digestLimit = 256 << 20

func parse(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	defer f.Close()
	r := &reader{out: out, at: make(map[[2]string][]string)}
	gap := func(chain string, err error) {
		switch inner, ok := strings.CutPrefix(chain, f.Path+" > "); {
		case ok:
			out.Gap(0, "%s: %v", inner, err)
		case err != jar.ErrNoArchive || jar.Extension(f.Path) == "jar": // the other extensions are also those of other formats
			out.Gap(0, "%v", err)
		}
	}
	r.gap = func(at sbom.Location, err error) { gap(at.Chain(), err) }
	jar.Walk(f.Path, blob, blob.Size(), r.visit, gap)
	r.relate()
	return nil
}

type reader struct {
	out   *sbom.Facts
	gap   func(sbom.Location, error)
	at    map[[2]string][]string // group and artifact -> keys
	needs []needed
}

type needed struct {
	key  string
	list []need
}

// visit claims one archive and the packages that are shaded into it.
func (r *reader) visit(a *jar.Archive) {
	if foreign(a) {
		return
	}
	list := descriptors(a, r.gap)
	m := r.manifest(a)
	self := choose(stem(a.Place.Path), m, list)
	key := a.Chain()
	c := identify(a, m, self)
	c.Hashes = r.digests(a)
	r.out.Add(key, c)
	if a.In != nil && r.out.Has(a.In.Chain()) {
		r.out.Relate(sbom.Relation{From: a.In.Chain(), To: key, Kind: sbom.Contains})
	}
	if self != nil {
		r.know(key, self)
	}
	for _, d := range list {
		if d == self || self != nil && d.coordinates == self.coordinates {
			continue
		}
		shaded := key + " > " + d.place.Path
		c := sbom.Component{PURL: d.purl(), Evidence: []sbom.Evidence{{Confidence: byDescriptor, Location: d.place}}}
		d.describes(&c)
		r.out.Add(shaded, c)
		r.out.Relate(sbom.Relation{From: key, To: shaded, Kind: sbom.Contains})
		r.know(shaded, d)
	}
}

func (r *reader) know(key string, d *descriptor) {
	name := [2]string{d.group, d.artifact}
	r.at[name] = append(r.at[name], key)
	if len(d.needs) > 0 {
		r.needs = append(r.needs, needed{key, d.needs})
	}
}

// foreign tells whether an archive is one of something else that has the same extension: Perl's par has no META-INF.
func foreign(a *jar.Archive) bool {
	switch jar.Extension(a.Place.Path) {
	case "par", "sar", "kar", "nar":
		return !slices.ContainsFunc(a.Files, func(f *zip.File) bool { return strings.HasPrefix(f.Name, "META-INF/") })
	}
	return false
}

// find gives the package that the holder of a key means: the only one, otherwise the only one in the archive itself, otherwise the only one
// beside it, as every war of an ear has its own.
func (r *reader) find(key string, d *need) (string, bool) {
	const most = 32
	list := r.at[[2]string{d.group, d.artifact}]
	if len(list) == 1 {
		return list[0], true
	}
	around := key[:max(0, strings.LastIndex(key, " > "))]
	for _, in := range [...]string{key, around} {
		var found []string
		for _, to := range list[:min(len(list), most)] {
			if rest, ok := strings.CutPrefix(to, in+" > "); ok && !strings.Contains(rest, " > ") {
				found = append(found, to)
			}
		}
		if len(found) == 1 && len(list) <= most {
			return found[0], true
		}
	}
	return "", false
}

// relate claims the dependencies that lie in the outermost archive, where only one package can be meant. What else a pom.xml
// asks for is not there.
func (r *reader) relate() {
	for _, n := range r.needs {
		for i := range n.list {
			d := &n.list[i]
			to, ok := r.find(n.key, d)
			if !ok || to == n.key || d.scope == "test" || d.scope == "import" {
				continue
			}
			edge := sbom.Relation{From: n.key, To: to}
			if plain(d.version) {
				edge.Range = d.version
			}
			if d.optional == "true" || d.scope == "provided" || d.scope == "system" {
				edge.Scope = sbom.Optional
			}
			r.out.Relate(edge)
			r.out.Edges(sbom.Incomplete)
		}
	}
}

func (r *reader) manifest(a *jar.Archive) manifest {
	for _, f := range a.Files {
		if strings.EqualFold(f.Name, "META-INF/MANIFEST.MF") {
			text, err := a.Text(f)
			if err != nil && !a.Exhausted() {
				r.gap(a.At(f), err)
			}
			return readManifest(text)
		}
	}
	return nil
}

// digests are those of the archive's bytes, as repositories have them.
func (r *reader) digests(a *jar.Archive) []sbom.Hash {
	if a.Data.Size() > digestLimit {
		return nil
	}
	one, two := sha1.New(), sha256.New()
	if _, err := io.Copy(io.MultiWriter(one, two), io.NewSectionReader(a.Data, 0, a.Data.Size())); err != nil {
		r.gap(a.Place, err)
		return nil
	}
	return []sbom.Hash{
		{Algorithm: sbom.SHA1, Hex: hex.EncodeToString(one.Sum(nil))},
		{Algorithm: sbom.SHA256, Hex: hex.EncodeToString(two.Sum(nil))},
	}
}

// choose finds the descriptor of the archive itself: the one that its name begins with, otherwise the one that the manifest speaks of,
// otherwise the only one, unless the name holds another version.
func choose(stem string, m manifest, list []*descriptor) *descriptor {
	var best *descriptor
	for _, d := range list {
		if n := d.matches(stem); n > 0 && (best == nil || n > best.matches(stem) || n == best.matches(stem) && len(d.artifact) > len(best.artifact)) {
			best = d
		}
	}
	if best != nil {
		return best
	}
	if i := slices.IndexFunc(list, func(d *descriptor) bool { return m.names(d.coordinates) }); i >= 0 {
		return list[i]
	}
	if len(list) == 1 {
		if _, version := cutVersion(stem); version == "" || version == list[0].version {
			return list[0]
		}
	}
	return nil
}

// identify makes the component that an archive is.
func identify(a *jar.Archive, m manifest, self *descriptor) sbom.Component {
	name := stem(a.Place.Path)
	seen := sbom.Evidence{Confidence: byDescriptor, Location: a.Place}
	var c sbom.Component
	var as coordinates
	switch {
	case self != nil:
		as = self.coordinates
		self.describes(&c)
	case m.coordinates().complete():
		as = m.coordinates()
		seen.Confidence = byManifest
	default:
		as, seen.Confidence = guess(name, m)
		if seen.Confidence == byName {
			seen.Technique = sbom.FileName
		}
	}
	c.Evidence = []sbom.Evidence{seen}
	if as.complete() {
		c.PURL = as.purl().With("type", packaging(a.Place.Path)).With("classifier", as.classifier(name))
	} else {
		c.Name, c.Version = as.artifact, as.version
	}
	c.Supplier = m.vendor()
	if len(c.Licenses) == 0 {
		c.Licenses = m.licenses()
	}
	if module := m["automatic-module-name"]; plain(module) {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:maven:module", Value: module})
	}
	return c
}

// guess takes the name and version from the file's name, and what that lacks from the manifest.
func guess(stem string, m manifest) (coordinates, uint8) {
	name, version := cutVersion(stem)
	c := coordinates{m.group(name), name, version}
	confidence := uint8(byName)
	if version == "" {
		c.version = m.version()
	}
	if c.group != "" || version == "" && c.version != "" || version != "" && version == m.version() || m.title() == name {
		confidence = byManifest
	}
	return c, confidence
}

// packaging is the purl's type of an archive that is no jar. Jenkins renames what it installs from hpi to jpi.
func packaging(file string) string {
	switch ext := jar.Extension(file); ext {
	case "jar":
		return ""
	case "jpi":
		return "hpi"
	default:
		return ext
	}
}
