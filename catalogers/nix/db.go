package nix

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Database reads nix/var/nix/db/db.sqlite, in which Nix notes what is in its store and what refers to what, found by looking for hashes in all
// files (https://github.com/NixOS/nix/blob/2.24.0/src/libstore/schema.sql). The outputs of a package, and builds of it that differ, are one component.
// Paths without version are no packages: what they refer to, those that refer to them do.
var Database = catalogers.Cataloger{
	Name:   "nix-db",
	Doc:    "Packages in Nix's store with all references between them, of its database; those in the profiles of the system and its users are direct.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.Generic},
	Files:  catalogers.Glob("**/nix/var/nix/db/db.sqlite"),
	Beside: []string{"db.sqlite-wal", "../../../../../etc/os-release", "../../../../../usr/lib/os-release"},
	Parse:  parseDatabase,
}

// database is Nix's while it is read. Nodes are the paths but for derivations.
type database struct {
	out   *sbom.Facts
	root  string // of the file system
	nodes []node
	at    map[int64]int32  // by the row ids
	named map[string]int32 // by their names with the hash
}

type node struct {
	storePath
	key  string // of the package's component; "" for what is no package
	refs []int32
	mark int32 // the last walk that came by
}

func parseDatabase(f *catalogers.File, out *sbom.Facts) error {
	db, done, err := sqlite.OpenFile(f)
	defer done()
	if err != nil {
		return err
	}
	root := path.Join(f.Dir(), "../../../..")
	env := out.Own(root)
	out.Edges(sbom.Complete)
	osrelease.Read(f, root).Claim(out)
	d := &database{out: out, root: root, at: make(map[int64]int32), named: make(map[string]int32)}
	if err := d.paths(db); err != nil {
		return err
	}
	if err := d.references(db); err != nil {
		out.BreakOff()
		return err
	}
	d.relate()
	for _, profile := range [...]string{"system", "default", "per-user/root/profile"} {
		to, err := f.Resolve(path.Join(root, "nix/var/nix/profiles", profile))
		if at, ok := d.named[path.Base(to)]; err == nil && ok {
			d.nodes[at].wanted(d, env)
		}
	}
	return nil
}

// gap notes a table that could not be read to its end.
func (d *database) gap(table string, err error) {
	d.out.Gap(0, "%s: %v", table, err)
	d.out.BreakOff()
}

// paths reads the table of paths.
func (d *database) paths(db *sqlite.DB) error {
	table, err := db.Table("ValidPaths")
	if err != nil {
		return err
	}
	place, hash, deriver := table.Column("path"), table.Column("hash"), table.Column("deriver")
	sigs, ca, ultimate := table.Column("sigs"), table.Column("ca"), table.Column("ultimate")
	for row, err := range table.Rows() {
		if err != nil {
			d.gap("ValidPaths", err)
			continue
		}
		at := row.Text(place)
		if strings.HasSuffix(at, ".drv") {
			continue
		}
		from := row.Text(deriver)
		s, ok := parse(path.Base(at), from)
		if !ok {
			d.out.Gap(0, "ValidPaths: %.100q is no path of a store", at)
			continue
		}
		n := node{storePath: s}
		if s.isPackage() {
			p := s.purl()
			n.key = p.String()
			if !d.out.Has(n.key) {
				d.out.Add(n.key, sbom.Component{PURL: p})
			}
			s.install(n.key, d.root, d.out)
			if c := d.out.Component(n.key); c != nil {
				// The digest is that of the files in Nix's serialization.
				describe(c, "path", "/nix/store/"+s.base)
				describe(c, "output", s.output)
				describe(c, "narHash", row.Text(hash))
				describe(c, "deriver", path.Base(strings.TrimSuffix(from, ".drv")))
				describe(c, "ca", row.Text(ca))
				for sig := range strings.FieldsSeq(row.Text(sigs)) { // "key:signature"
					key, _, _ := strings.Cut(sig, ":")
					describe(c, "signed-by", key)
				}
				if row.Int(ultimate) == 1 {
					describe(c, "built-here", "true")
				}
			}
		}
		d.at[row.ID], d.named[s.base] = int32(len(d.nodes)), int32(len(d.nodes))
		d.nodes = append(d.nodes, n)
	}
	return nil
}

// describe adds a property, once per value. Of one version there are as many builds as no store has, unless to waste time.
func describe(c *sbom.Component, name, value string) {
	const most = 256
	if len(c.Properties) >= most {
		return
	}
	if p := (sbom.Property{Name: "sbomgen:nix:" + name, Value: value}); value != "" && value != "." && !slices.Contains(c.Properties, p) {
		c.Properties = append(c.Properties, p)
	}
}

func (d *database) references(db *sqlite.DB) error {
	table, err := db.Table("Refs")
	if err != nil {
		return err
	}
	referrer, reference := table.Column("referrer"), table.Column("reference")
	for row, err := range table.Rows() {
		if err != nil {
			d.gap("Refs", err)
			continue
		}
		from, known := d.at[row.Int(referrer)]
		to, ok := d.at[row.Int(reference)]
		if known && ok && from != to {
			d.nodes[from].refs = append(d.nodes[from].refs, to)
		}
	}
	return nil
}

// relateLimit bounds the steps past what is no package. A system of 10,000 paths takes some 100,000; each of many configurations that refer to
// each other could be passed from each package.
const relateLimit = 2_000_000

// relate claims the edges between packages.
func (d *database) relate() {
	steps, walk := 0, int32(0)
	for i := range d.nodes {
		from := d.nodes[i].key
		if from == "" {
			continue
		}
		walk++
		d.reach(int32(i), walk, &steps, func(to string) {
			if to != from {
				d.out.DependsOn(from, to)
			}
		})
		if steps > relateLimit {
			d.out.Gap(0, "refers to packages in too many ways; the rest of the references is left out")
			d.out.BreakOff()
			return
		}
	}
}

// wanted claims the packages of a profile as what the environment asks for.
func (n *node) wanted(d *database, env string) {
	if n.key != "" {
		d.out.DependsOn(env, n.key)
		return
	}
	steps := 0
	d.reach(d.named[n.base], -1-d.named[n.base], &steps, func(to string) { d.out.DependsOn(env, to) })
}

// reach visits the packages that a path refers to, itself or by way of what is no package.
func (d *database) reach(from, walk int32, steps *int, visit func(key string)) {
	stack := append(make([]int32, 0, 64), from)
	d.nodes[from].mark = walk
	for len(stack) > 0 && *steps <= relateLimit {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, to := range d.nodes[at].refs {
			*steps++
			n := &d.nodes[to]
			if n.mark == walk {
				continue
			}
			n.mark = walk
			if n.key != "" {
				visit(n.key)
			} else {
				stack = append(stack, to)
			}
		}
	}
}
