package macos

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite/sqlitetest"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

// one is a Tree of one file.
type one []byte

const registryPath = "rootfs/opt/local/var/macports/registry/registry.db"

func (o one) Open(p string) (catalogers.Blob, error) {
	if p != registryPath {
		return nil, fs.ErrNotExist
	}
	return blob{bytes.NewReader(o)}, nil
}
func (o one) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (o one) Resolve(p string) (string, error)      { return p, nil }

func told(data []byte) (list []string, err error) {
	out := sbom.NewFacts(Ports.Name, Ports.Stage, registryPath)
	err = parsePorts(catalogers.NewFile(one(data), &Ports, registryPath), out)
	g := sbom.Resolve([]*sbom.Facts{out}, sbom.Options{})
	for h := range g.Components {
		c := &g.Components[h]
		line := string(c.ID)
		for _, p := range c.Properties {
			line += " " + strings.TrimPrefix(p.Name, "sbomgen:macports:") + "=" + p.Value
		}
		list = append(list, strings.ReplaceAll(line, "?repository_url=https:%2F%2Fports.macports.org", ""))
		for _, e := range g.Out(sbom.Handle(h)) {
			list = append(list, strings.ReplaceAll(fmt.Sprintf("  %s %s", e.Kind, g.Components[e.To].ID), "?repository_url=https:%2F%2Fports.macports.org", ""))
		}
	}
	for _, gap := range g.Gaps {
		list = append(list, "gap "+gap.Reason)
	}
	return list, err
}

func sampleRegistry() []byte {
	return sqlitetest.Format{PageSize: 4096}.Write(
		sqlitetest.Table{Name: "ports", SQL: `CREATE TABLE ports (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, portfile TEXT, location TEXT, epoch INTEGER, version TEXT COLLATE NOCASE, revision INTEGER, variants TEXT, negated_variants TEXT, state TEXT COLLATE NOCASE, date DATETIME, installtype TEXT, archs TEXT, requested INTEGER, os_platform TEXT, os_major INTEGER)`,
			Rows: [][]any{
				{nil, "curl", nil, nil, 0, "8.7.1", 0, "+ssl", "", "installed", 1, "image", "arm64", 1},
				{nil, "OpenSSL", nil, nil, 0, "3", 18, "", "", "installed", 1, "image", "arm64", 0},
				{nil, "openssl", nil, nil, 0, "1.1", 2, "", "", "imaged", 1, "image", "arm64", 0},
				{nil, "", nil, nil, 0, "1.1", 2, "", "", "imaged", 1, "image", "arm64", 0},
			}},
		sqlitetest.Table{Name: "dependencies", SQL: "CREATE TABLE dependencies (id INTEGER, name TEXT, variants TEXT, FOREIGN KEY(id) REFERENCES ports(id))",
			Rows: [][]any{{1, "openssl", ""}, {1, "gone", ""}, {99, "curl", ""}}},
		sqlitetest.Table{Name: "files", SQL: "CREATE TABLE files (id INTEGER, path TEXT, actual_path TEXT, active INT, mtime DATETIME, md5sum TEXT, editable INT, binary BOOL)",
			Rows: [][]any{{1, "/opt/local/bin/curl", "/opt/local/bin/curl", 1, 0, "d41d8cd98f00b204e9800998ecf8427e", 0, 1}, {99, "x", "x", 1, 0, "", 0, 0}}})
}

func TestTheRegistryOfMacPortsGivesPortsAndWhatTheyNeed(t *testing.T) {
	got, err := told(sampleRegistry())
	want := []string{
		"app:.",
		"  contains app:rootfs/opt/local",
		"app:rootfs/opt/local",
		"  depends-on pkg:generic/curl@8.7.1",
		"  contains pkg:generic/openssl@1.1_2",
		"pkg:generic/OpenSSL@3_18 archs=arm64",
		"pkg:generic/curl@8.7.1 variants=+ssl archs=arm64",
		"  depends-on pkg:generic/OpenSSL@3_18",
		"pkg:generic/openssl@1.1_2 archs=arm64 active=false",
		"gap port 4 has no name or no version",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestADamagedRegistryIsBounded(t *testing.T) {
	whole := sampleRegistry()
	begin := time.Now()
	for cut := 0; cut < len(whole); cut += 97 {
		if _, err := told(whole[:cut]); err == nil && cut < 4096 {
			t.Errorf("cut at %d: no error", cut)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		data := bytes.Clone(whole)
		for range 1 + random.IntN(8) {
			data[random.IntN(len(data))] = byte(random.Uint32())
		}
		told(data)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestWhatAPortInstalledIsThePort(t *testing.T) {
	const site = "rootfs/opt/local/Library/Frameworks/Python.framework/Versions/3.12/lib/python3.12/site-packages"
	db := sqlitetest.Format{PageSize: 4096}.Write(
		sqlitetest.Table{Name: "ports", SQL: "CREATE TABLE ports (id INTEGER PRIMARY KEY, name TEXT, version TEXT, state TEXT)", Rows: [][]any{{1, "py312-six", "1.16.0", "installed"}}},
		sqlitetest.Table{Name: "dependencies", SQL: "CREATE TABLE dependencies (id INTEGER, name TEXT)"},
		sqlitetest.Table{Name: "files", SQL: "CREATE TABLE files (id INTEGER, path TEXT, actual_path TEXT, active INT)",
			Rows: [][]any{{1, strings.TrimPrefix(site, "rootfs") + "/six-1.16.0.dist-info/METADATA", "", 1}}})
	ports := sbom.NewFacts(Ports.Name, Ports.Stage, registryPath)
	if err := parsePorts(catalogers.NewFile(one(db), &Ports, registryPath), ports); err != nil {
		t.Fatal(err)
	}
	python := sbom.NewFacts("python-installed", sbom.Installed, site)
	python.Own(site)
	for _, name := range []string{"six", "pip"} {
		python.AddIn(sbom.Location{Path: site + "/" + name + "-1.16.0.dist-info/METADATA"}, name, sbom.Component{PURL: purl.New(purl.PyPI, "", name, "1.16.0")})
	}
	g := sbom.Resolve([]*sbom.Facts{ports, python}, sbom.Options{})
	six, ok := g.Find("pkg:generic/py312-six@1.16.0?repository_url=https:%2F%2Fports.macports.org")
	if !ok || len(g.Components[six].Properties) != 1 || g.Components[six].Properties[0] != (sbom.Property{Name: sbom.PropertyOwned, Value: "pkg:pypi/six@1.16.0"}) {
		t.Errorf("the distribution that the port installed is not the port: %v", ok)
	}
	if _, ok := g.Find("pkg:pypi/six@1.16.0"); ok {
		t.Error("it is there beside the port")
	}
	if _, ok := g.Find("pkg:pypi/pip@1.16.0"); !ok {
		t.Error("what pip put beside is missing")
	}
}
