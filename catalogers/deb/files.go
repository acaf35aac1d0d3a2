package deb

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/control"
	"github.com/sbomgen/sbomgen/sbom"
)

// listed is a regular file of a package.
type listed struct {
	path   string // from the root, without a slash before it
	digest sbom.Hash
	config bool
}

// diversion is a file of one package that dpkg puts elsewhere if it comes from another, https://manpages.debian.org/stable/dpkg/dpkg-divert.1.en.html.
type diversion struct{ to, by string }

// diversions reads three lines for each: what is diverted, where to, and the package whose own file stays, ":" for none.
func diversions(f *catalogers.File, root string) map[string]diversion {
	text := read(f, path.Join(root, "var/lib/dpkg/diversions"))
	if text == "" {
		return nil
	}
	m := make(map[string]diversion)
	for text != "" {
		var from, to, by string
		from, text, _ = strings.Cut(text, "\n")
		to, text, _ = strings.Cut(text, "\n")
		by, text, _ = strings.Cut(text, "\n")
		if by != "" {
			m[strings.TrimPrefix(from, "/")] = diversion{strings.TrimPrefix(to, "/"), by}
		}
	}
	return m
}

// read gives the text of a file of the tree, "" where there is none.
func read(f *catalogers.File, at string) string {
	other, err := f.At(at)
	if err != nil {
		return ""
	}
	text, err := other.Text()
	if err != nil {
		return ""
	}
	return text
}

// files claims what a package has put on disk. Of dpkg's own files, info/NAME.list has all paths, folders and links too, and info/NAME.md5sums the
// digests of all regular files but the configuration, which the field Conffiles has. Where packages of several architectures may
// stand side by side, NAME ends in the architecture. Images without dpkg have only the digests, beside the package's file in status.d.
func (d *database) files(file string, p *control.Paragraph, i *control.Package) {
	dir, base := path.Split(file)
	sums, list := file+".md5sums", ""
	if base == "status" {
		info := dir + "info/" + i.Name
		sums, list = info+".md5sums", read(d.file, info+".list")
		if i.MultiArch == "same" {
			if qualified := read(d.file, info+":"+i.Arch+".list"); qualified != "" {
				sums, list = info+":"+i.Arch+".md5sums", qualified
			}
		}
	}
	d.regular = d.regular[:0]
	d.sums(sums)
	d.conffiles(p.Get("Conffiles"))
	byPath := func(a, b listed) int { return strings.Compare(a.path, b.path) }
	if !slices.IsSortedFunc(d.regular, byPath) {
		slices.SortFunc(d.regular, byPath)
	}
	for _, x := range d.regular {
		d.install(i, x)
	}
	d.others(i, list)
}

// sums reads lines of md5sum(1): the digest, two spaces or a space and a star, and the path. Where a path has backslashes, some write one before the
// digest and double those.
func (d *database) sums(file string) {
	text := read(d.file, file)
	number, broken := 0, false
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		number++
		escaped := strings.HasPrefix(line, `\`)
		if escaped {
			line = strings.ReplaceAll(line[1:], `\\`, `\`)
		}
		x := listed{}
		ok := len(line) > 34 && line[32] == ' '
		if ok {
			x.path = strings.TrimPrefix(strings.TrimPrefix(strings.TrimLeft(line[33:], " *"), "./"), "/")
			if x.digest = (sbom.Hash{Algorithm: sbom.MD5, Hex: line[:32]}); !x.digest.Valid() {
				x.digest, ok = sbom.NewHash(sbom.MD5, line[:32])
			}
		}
		if ok {
			d.regular = append(d.regular, x)
		} else if line != "" && !broken {
			broken = true
			d.out.GapAt(file, "line %d: is no digest with a path", number)
		}
	}
}

// conffiles reads lines of a path, the digest that the package brought, and flags. In place of the digest stands "newconffile" until
// it is known.
func (d *database) conffiles(text string) {
	for line := range strings.Lines(text) {
		if i := strings.IndexByte(line, '/'); i >= 0 {
			name, digest, _ := strings.Cut(strings.TrimSpace(line[i+1:]), " ")
			digest, _, _ = strings.Cut(digest, " ")
			x := listed{path: name, config: true}
			if h, ok := sbom.NewHash(sbom.MD5, digest); ok {
				x.digest = h
			}
			d.regular = append(d.regular, x)
		}
	}
}

// others claims of a list what is no regular file that is known already, and no folder. A folder stands before what it holds, or with links that stand at
// the end; an empty one passes for a file, which does no harm.
func (d *database) others(i *control.Package, list string) {
	d.rest = d.rest[:0]
	known, before := 0, "" // the list has nearly the order of the regular files: the next is looked for first
	one := func() {
		if before == "" || before == "." {
			return
		}
		if known < len(d.regular) && d.regular[known].path == before {
			known++
			return
		}
		if at, found := d.find(before); found {
			known = at + 1
			return
		}
		d.rest = append(d.rest, before)
	}
	for list != "" {
		var line string
		line, list, _ = strings.Cut(list, "\n")
		line = strings.TrimPrefix(line, "/")
		if len(line) <= len(before) || line[len(before)] != '/' || line[:len(before)] != before {
			one()
		}
		before = line
	}
	one()
	slices.Sort(d.rest)
	for _, p := range d.rest {
		below := p + "/"
		if at, _ := d.find(below); at < len(d.regular) && strings.HasPrefix(d.regular[at].path, below) {
			continue
		}
		if at, _ := slices.BinarySearch(d.rest, below); at < len(d.rest) && strings.HasPrefix(d.rest[at], below) {
			continue
		}
		d.install(i, listed{path: p})
	}
}

// find gives the place of a path among the regular files, or where it would be.
func (d *database) find(p string) (at int, found bool) {
	return slices.BinarySearchFunc(d.regular, p, func(x listed, p string) int { return strings.Compare(x.path, p) })
}

func (d *database) install(i *control.Package, x listed) {
	if len(d.diverted) > 0 {
		if v, ok := d.diverted[x.path]; ok && v.by != i.Name {
			x.path = v.to
		}
	}
	if at := d.root.Place(x.path); at != "" {
		d.out.Installs(i.Key, sbom.InstalledFile{Path: at, Digest: x.digest, Config: x.config})
	}
}
