package rpm

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Database reads what rpm has installed out of its database, of which there are three kinds: SQLite, rpm's own, and Berkeley DB. rpm leaves the old one
// behind when it changes from one to another. dnf's history tells what was installed for others only.
var Database = catalogers.Cataloger{
	Name:  "rpm-db",
	Doc:   "Packages installed by rpm, of rpmdb.sqlite, Packages.db and Packages, with edges resolved among them, files, sources and signatures.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.RPM},
	Files: catalogers.Glob(
		"**/var/lib/rpm/rpmdb.sqlite", "**/var/lib/rpm/Packages.db", "**/var/lib/rpm/Packages",
		"**/usr/lib/sysimage/rpm/rpmdb.sqlite", "**/usr/lib/sysimage/rpm/Packages.db", "**/usr/lib/sysimage/rpm/Packages",
		"**/usr/share/rpm/rpmdb.sqlite", "**/usr/share/rpm/Packages.db", "**/usr/share/rpm/Packages",
	),
	Beside: []string{"rpmdb.sqlite-wal", "../../../etc/os-release", "../../../usr/lib/os-release", "../../../../etc/os-release", "../../../../usr/lib/os-release",
		"../dnf/history.sqlite", "../dnf/history.sqlite-wal", "../../../../var/lib/dnf/history.sqlite", "../../../../var/lib/dnf/history.sqlite-wal",
		"../../../var/lib/dnf/history.sqlite", "../../../var/lib/dnf/history.sqlite-wal"},
	Group:      rootOf,
	ParseGroup: parseDatabases,
}

// folders are those of the database, in the order in which they came into use: the first since Fedora 36, SUSE and images of ostree.
var folders = [...]string{"usr/lib/sysimage/rpm", "usr/share/rpm", "var/lib/rpm"}

// rootOf is the root of the file system that a database belongs to.
func rootOf(file string) (dir string, ok bool) {
	at := "/" + path.Dir(file)
	for _, folder := range folders {
		if root, ok := strings.CutSuffix(at, "/"+folder); ok {
			return cmp.Or(strings.TrimPrefix(root, "/"), "."), true
		}
	}
	return "", false
}

// parseDatabases reads the database in use: the newest kind that lists packages, as rpm converts the older into it.
func parseDatabases(root string, files []*catalogers.File, out *sbom.Facts) error {
	env := out.Own(root)
	out.Edges(sbom.Complete)
	release := osrelease.Read(files[0], root)
	release.Claim(out)
	rank := func(f *catalogers.File) int {
		kinds := [...]string{"rpmdb.sqlite", "Packages.db", "Packages"}
		return len(folders)*slices.Index(kinds[:], f.Base()) + slices.IndexFunc(folders[:], func(s string) bool { return strings.HasSuffix(f.Dir(), s) })
	}
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b *catalogers.File) int { return rank(a) - rank(b) })
	d := database{out: out, vendor: release.Vendor(purl.RPM), distro: release.Distro()}
	if root != "." {
		d.root = root + "/"
	}
	for _, f := range files {
		d.read(f)
		if len(d.installed) > 0 {
			break
		}
	}
	d.relate()
	if asked, ok := history(files[0], root); ok {
		for i := range d.installed {
			if p := &d.installed[i]; asked[p.name+"."+p.arch] {
				out.Relate(sbom.Relation{From: env, To: p.key})
			}
		}
	}
	return nil
}

// guessed is the confidence in a namespace that nothing but the packages themselves tells, in percent.
const guessed = 70

// database is rpm's while it is read.
type database struct {
	out                  *sbom.Facts
	root, vendor, distro string // of the file system, with a slash behind; of all packages
	installed            []installed
	files                []rpmdb.File // of the package that is being read
}

// installed is a package as relations see it.
type installed struct {
	key, name, arch    string
	provides, requires relations
	paths              rpmdb.List // of its files and folders, in the tree
}

func (d *database) read(f *catalogers.File) {
	gaps := 0
	gap := func(err error) bool {
		const most = 20 // a file of which that much cannot be read tells nothing more by the rest
		if gaps++; gaps <= most {
			d.out.GapAt(f.Path, "%v", err)
			d.out.BreakOff()
		}
		return gaps <= most
	}
	blob, err := f.Blob()
	if err != nil {
		gap(err)
		return
	}
	defer f.Close()
	var wal rpmdb.Source
	if f.Base() == "rpmdb.sqlite" {
		log, err := f.Beside("rpmdb.sqlite-wal")
		if err == nil {
			defer log.Close()
			wal, err = log.Blob()
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			gap(fmt.Errorf("write-ahead log: %w", err))
		}
	}
	for h, err := range rpmdb.Database(blob, wal) {
		if err == nil {
			err = d.add(f.Path, &h)
		}
		if err != nil && !gap(err) {
			return
		}
	}
}

// add claims a package. Keys with which signatures are checked are in the database as well, as packages that are none.
func (d *database) add(file string, h *rpmdb.Header) error {
	id, err := identify(h)
	if err != nil || id.name == "gpg-pubkey" {
		return err
	}
	p := installed{key: id.key(), name: id.name, arch: id.arch}
	if d.out.Has(p.key) {
		return nil // left behind by a transaction that broke off
	}
	vendor := d.vendor
	if vendor == "" {
		if vendor = guessVendor(h, id.version); vendor != "" {
			d.out.Confidence = guessed
		}
	}
	c := id.component(h, vendor, d.distro)
	d.out.AddIn(sbom.Location{Path: file}, p.key, c)
	p.provides = read(h, rpmdb.ProvideName, rpmdb.ProvideFlags, rpmdb.ProvideVersion)
	p.requires = read(h, rpmdb.RequireName, rpmdb.RequireFlags, rpmdb.RequireVersion)
	d.files, p.paths = h.Files(d.root, d.files[:0])
	for i := range d.files {
		if f := &d.files[i]; !f.Directory && !f.Absent {
			d.out.Installs(p.key, sbom.InstalledFile{Path: f.Path, Digest: f.Digest, Config: f.Config})
		}
	}
	d.installed = append(d.installed, p)
	return nil
}
