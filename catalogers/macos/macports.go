package macos

import (
	"fmt"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Ports reads the registry of MacPorts, PREFIX/var/macports/registry/registry.db
// (https://github.com/macports/macports-base/blob/v2.9.3/src/cregistry/sql.c). Of each port one version is active; dependencies are names of ports.
var Ports = catalogers.Cataloger{
	Name:   "macports-registry",
	Doc:    "Ports of MacPorts that are installed, with dependencies, files and what was asked for.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.Generic},
	Files:  catalogers.Glob("**/var/macports/registry/registry.db"),
	Beside: []string{"registry.db-wal"},
	Parse:  parsePorts,
}

// registry is MacPorts' while it is read.
type registry struct {
	db   *sqlite.DB
	out  *sbom.Facts
	keys map[int64]string // by the ids of ports
}

func parsePorts(f *catalogers.File, out *sbom.Facts) error {
	db, done, err := sqlite.OpenFile(f)
	defer done()
	if err != nil {
		return err
	}
	prefix := path.Join(f.Dir(), "../../..")
	env := out.Own(prefix)
	out.Edges(sbom.Complete)
	r := registry{db, out, make(map[int64]string)}
	if err := r.ports(env); err != nil {
		return err
	}
	if err := r.dependencies(); err != nil {
		out.BreakOff()
		return err
	}
	// Files are listed with the prefix. Where the tree begins is known of the prefix that everyone has.
	if root, ok := strings.CutSuffix("/"+prefix, "/opt/local"); ok {
		return r.files(strings.TrimPrefix(root+"/", "/"))
	}
	return nil
}

// each visits the rows of a table.
func (r *registry) each(name string, visit func(t *sqlite.Table, row *sqlite.Row)) error {
	t, err := r.db.Table(name)
	if err != nil {
		return err
	}
	for row, err := range t.Rows() {
		if err != nil {
			r.out.Gap(0, "%s: %v", name, err)
			r.out.BreakOff()
			continue
		}
		visit(t, row)
	}
	return nil
}

func (r *registry) ports(env string) error {
	return r.each("ports", func(t *sqlite.Table, row *sqlite.Row) {
		text := func(column string) string { return row.Text(t.Column(column)) }
		name, version := text("name"), text("version")
		if name == "" || version == "" {
			r.out.Gap(0, "port %d has no name or no version", row.ID)
			return
		}
		if revision := row.Int(t.Column("revision")); revision > 0 {
			version += fmt.Sprintf("_%d", revision)
		}
		key := fmt.Sprintf("port %d", row.ID)
		c := sbom.Component{PURL: purl.New(purl.Generic, "", name, version).With("repository_url", "https://ports.macports.org")}
		active := text("state") != "imaged"
		for _, p := range [...]sbom.Property{{Name: "sbomgen:macports:variants", Value: text("variants")}, {Name: "sbomgen:macports:archs", Value: text("archs")}} {
			if p.Value != "" {
				c.Properties = append(c.Properties, p)
			}
		}
		if !active {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:macports:active", Value: "false"})
		}
		r.out.Add(key, c)
		r.keys[row.ID] = key
		if active {
			r.out.Alias(key, strings.ToLower(name))
			if row.Int(t.Column("requested")) == 1 {
				r.out.DependsOn(env, key)
			}
		}
	})
}

func (r *registry) dependencies() error {
	return r.each("dependencies", func(t *sqlite.Table, row *sqlite.Row) {
		from, to := r.keys[row.Int(t.Column("id"))], strings.ToLower(row.Text(t.Column("name")))
		if from != "" && to != "" {
			r.out.Relate(sbom.Relation{From: from, To: to, MayMiss: true}) // it may be deactivated
		}
	})
}

func (r *registry) files(root string) error {
	return r.each("files", func(t *sqlite.Table, row *sqlite.Row) {
		at := row.Text(t.Column("actual_path"))
		if at == "" {
			at = row.Text(t.Column("path"))
		}
		key := r.keys[row.Int(t.Column("id"))]
		if key == "" || row.Int(t.Column("active")) != 1 || !strings.HasPrefix(at, "/") {
			return
		}
		digest, _ := sbom.NewHash(sbom.MD5, row.Text(t.Column("md5sum")))
		r.out.Installs(key, sbom.InstalledFile{Path: root + at[1:], Digest: digest, Config: row.Int(t.Column("editable")) == 1})
	})
}
