package nix_test

import (
	"archive/zip"
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/golang"
	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite/sqlitetest"
	"github.com/sbomgen/sbomgen/catalogers/javaarchive"
	"github.com/sbomgen/sbomgen/catalogers/nix"
	"github.com/sbomgen/sbomgen/catalogers/npm"
	"github.com/sbomgen/sbomgen/catalogers/pypi"
	"github.com/sbomgen/sbomgen/catalogers/scan"
	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/sbom"
)

// tree is files by their paths; those that end in " ->" are links.
type tree map[string]string

// graph scans a tree from the disk.
func graph(t testing.TB, in tree) *sbom.Graph {
	t.Helper()
	return graphBy(t, in, &nix.Database, &nix.Store)
}

func graphBy(t testing.TB, in tree, list ...*catalogers.Cataloger) *sbom.Graph {
	t.Helper()
	dir := t.TempDir()
	for name, content := range in {
		at, link := strings.CutSuffix(name, " ->")
		at = filepath.Join(dir, at)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		err := error(nil)
		if link {
			err = os.Symlink(content, at)
		} else {
			err = os.WriteFile(at, []byte(content), 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	from, err := source.Open(context.Background(), dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	r, err := scan.Run(context.Background(), from, list, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sbom.Resolve(r.Facts, sbom.Options{Fallback: sbom.Component{Name: "root"}, Gaps: r.Gaps})
}

// lines are the packages with their properties, edges and the gaps.
func lines(g *sbom.Graph) (list []string) {
	for h := range g.Components {
		c := &g.Components[h]
		line := string(c.ID)
		for _, p := range c.Properties {
			line += " " + strings.TrimPrefix(p.Name, "sbomgen:nix:") + "=" + strings.ReplaceAll(p.Value, hash, "H")
		}
		list = append(list, line)
		for _, e := range g.Out(sbom.Handle(h)) {
			list = append(list, fmt.Sprintf("  %s %s", e.Kind, g.Components[e.To].ID))
		}
	}
	for _, gap := range g.Gaps {
		list = append(list, "gap "+gap.Reason)
	}
	return list
}

const (
	hash     = "0c0nlhy1gb2fhdm9jk2bsxyfqjnfzrs4"
	database = "nix/var/nix/db/db.sqlite"
	schema   = `CREATE TABLE ValidPaths (
    id               integer primary key autoincrement not null,
    path             text unique not null,
    hash             text not null, -- base16 representation
    registrationTime integer not null,
    deriver          text,
    narSize          integer,
    ultimate         integer, -- null implies "false"
    sigs             text, -- space-separated
    ca               text -- if not null, an assertion that the path is content-addressed; see ValidPathInfo
)`
	refs = `CREATE TABLE Refs (
    referrer  integer not null,
    reference integer not null,
    primary key (referrer, reference),
    foreign key (referrer) references ValidPaths(id) on delete cascade,
    foreign key (reference) references ValidPaths(id) on delete restrict
)`
)

// store is the bytes of a database.
func store(paths, references [][]any) []byte {
	return sqlitetest.Format{PageSize: 4096}.Write(sqlitetest.Table{Name: "ValidPaths", SQL: schema, Rows: paths},
		sqlitetest.Table{Name: "Refs", SQL: refs, Rows: references})
}

func at(name string) string { return "/nix/store/" + hash + "-" + name }

// row is a path with the derivation that made it, "" where Nix does not know.
func row(name, deriver string, more ...any) []any {
	r := []any{nil, at(name), "sha256:" + strings.Repeat("ab", 32), 1700000000, nil, 4096, nil, nil, nil}
	if deriver != "" {
		r[4] = at(deriver + ".drv")
	}
	copy(r[6:], more)
	return r
}

func sample() []byte {
	return store([][]any{
		row("glibc-2.39-5", "glibc-2.39-5", nil, "cache.nixos.org-1:c2ln other:c2ln"), // 1
		row("openssl-3.0.13", "openssl-3.0.13"),
		row("openssl-3.0.13-bin", "openssl-3.0.13"),
		row("python3-3.11.8", "python3-3.11.8"),
		row("python3.11-requests-2.31.0", "python3.11-requests-2.31.0"), // 5
		row("hello-2.12.1", "hello-2.12.1", 1),
		row("user-environment", ""),
		row("system-path", "system-path"),
		row("hello-2.12.1.drv", ""),
		row("hello-2.12.1.tar.gz", "", nil, nil, "fixed:sha256:00"), // 10
		row("fix-1.patch", ""),
		row("unbound-1.19.3-lib", ""), // the output by its word
	}, [][]any{{1, 1}, {2, 1}, {3, 2}, {4, 1}, {4, 8}, {5, 4}, {6, 1}, {6, 10}, {7, 6}, {7, 8}, {8, 3}, {8, 7}, {9, 6}, {9, 10}, {5, 99}, {12, 2}})
}

func TestADatabaseGivesPackagesWithAllReferencesPastWhatIsNone(t *testing.T) {
	got := lines(graph(t, tree{
		database:                                               string(sample()),
		"nix/var/nix/profiles/default ->":                      "default-1-link",
		"nix/var/nix/profiles/default-1-link ->":               "../../../store/" + hash + "-user-environment",
		"nix/store/" + hash + "-user-environment/manifest.nix": "[ ]",
		"nix/store/" + hash + "-hello-2.12.1/bin/hello":        "\x7fELF", // left to the database
		"etc/os-release":                                       "ID=nixos\nVERSION_ID=\"24.05\"\n",
	}))
	want := []string{
		"app:.",
		"  contains operating-system:etc/os-release:nixos@24.05",
		"  depends-on pkg:generic/hello@2.12.1",
		"  depends-on pkg:generic/openssl@3.0.13",
		"  contains pkg:generic/python3.11-requests@2.31.0",
		"  contains pkg:generic/unbound@1.19.3",
		"operating-system:etc/os-release:nixos@24.05",
		"pkg:generic/glibc@2.39-5 path=/nix/store/H-glibc-2.39-5 narHash=sha256:" + strings.Repeat("ab", 32) + " deriver=H-glibc-2.39-5 signed-by=cache.nixos.org-1 signed-by=other",
		"pkg:generic/hello@2.12.1 path=/nix/store/H-hello-2.12.1 narHash=sha256:" + strings.Repeat("ab", 32) + " deriver=H-hello-2.12.1 built-here=true",
		"  depends-on pkg:generic/glibc@2.39-5",
		"pkg:generic/openssl@3.0.13 path=/nix/store/H-openssl-3.0.13 narHash=sha256:" + strings.Repeat("ab", 32) +
			" deriver=H-openssl-3.0.13 path=/nix/store/H-openssl-3.0.13-bin output=bin",
		"  depends-on pkg:generic/glibc@2.39-5",
		"pkg:generic/python3.11-requests@2.31.0 path=/nix/store/H-python3.11-requests-2.31.0 narHash=sha256:" + strings.Repeat("ab", 32) +
			" deriver=H-python3.11-requests-2.31.0",
		"  depends-on pkg:generic/python3@3.11.8",
		"pkg:generic/python3@3.11.8 path=/nix/store/H-python3-3.11.8 narHash=sha256:" + strings.Repeat("ab", 32) + " deriver=H-python3-3.11.8",
		"  depends-on pkg:generic/glibc@2.39-5",
		"  depends-on pkg:generic/hello@2.12.1",
		"  depends-on pkg:generic/openssl@3.0.13",
		"pkg:generic/unbound@1.19.3 path=/nix/store/H-unbound-1.19.3-lib output=lib narHash=sha256:" + strings.Repeat("ab", 32),
		"  depends-on pkg:generic/openssl@3.0.13",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheWriteAheadLogOfADatabaseCounts(t *testing.T) {
	before := store([][]any{row("bash-5.2p26", "")}, nil)
	after := store([][]any{row("zsh-5.9", "")}, nil)
	got := strings.Join(lines(graph(t, tree{database: string(before), database + "-wal": string(sqlitetest.Log(before, after, 4096, binary.BigEndian, true))})), "\n")
	if !strings.Contains(got, "pkg:generic/zsh@5.9") || strings.Contains(got, "bash") {
		t.Error(got)
	}
}

func TestNamesAreSplitAsNixDoes(t *testing.T) {
	for name, want := range map[string]string{
		"gcc-13.2.0-lib":                   "gcc@13.2.0",
		"xorg-server-21.1.11":              "xorg-server@21.1.11",
		"libX11-1.8.9-dev":                 "libX11@1.8.9",
		"linux-6.6.30-modules":             "linux@6.6.30",
		"perl5.38.2-URI-5.21":              "perl5.38.2-URI@5.21",
		"nixos-system-host-24.05.1.abcdef": "nixos-system-host@24.05.1.abcdef",
		"font-adobe-75dpi-1.0.4":           "font-adobe@75dpi-1.0.4", // builtins.parseDrvName says so
		"git-minimal-2.44.1-doc":           "git-minimal@2.44.1",
		"hicolor-icon-theme-0.17":          "hicolor-icon-theme@0.17",
		"unit-nix-gc.service":              "",
		"fix-0001.patch":                   "",
		"hello-2.12.1.tar.gz":              "",
		"source":                           "",
		"perl-5.38.2-env":                  "perl@5.38.2-env",
		"kmod-debian-aliases-22-1.1.conf":  "",
		"x-1":                              "x@1",
		"dash-":                            "",
	} {
		got := ""
		for _, line := range lines(graph(t, tree{database: string(store([][]any{row(name, "")}, nil))})) {
			if id, ok := strings.CutPrefix(line, "pkg:generic/"); ok {
				got, _, _ = strings.Cut(id, " ")
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestABrokenDatabaseIsAGapAndNeverMore(t *testing.T) {
	whole := sample()
	for name, data := range map[string][]byte{
		"empty":          nil,
		"text":           []byte("no database"),
		"without tables": sqlitetest.Format{PageSize: 4096}.Write(),
		"without refs":   sqlitetest.Format{PageSize: 4096}.Write(sqlitetest.Table{Name: "ValidPaths", SQL: schema, Rows: [][]any{row("a-1", "")}}),
		"other paths":    store([][]any{{nil, "/nix/store/short-1", "", 0, nil, nil, nil, nil, nil}}, nil),
		"cut":            whole[:len(whole)-4096],
	} {
		if g := graph(t, tree{database: string(data)}); len(g.Gaps) == 0 {
			t.Errorf("%s: no gap", name)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		data := bytes.Clone(whole)
		for range 1 + random.IntN(8) {
			data[random.IntN(len(data))] = byte(random.Uint32())
		}
		graphInTime(t, tree{database: string(data)})
	}
	for cut := 0; cut < len(whole); cut += 1021 {
		graphInTime(t, tree{database: string(whole[:cut])})
	}
}

func TestReferencesThatAllPassTheSameConfigurationAreBounded(t *testing.T) {
	var paths, references [][]any
	const n = 3000
	for i := range n {
		paths = append(paths, row(fmt.Sprintf("p%d-1", i), ""))
	}
	for i := range n {
		paths = append(paths, row(fmt.Sprintf("unit-%s", strings.Repeat("x", i%40+1)+fmt.Sprint(i)), ""))
		references = append(references, []any{i + 1, n + 1}, []any{n + i + 1, n + (i+1)%n + 1}, []any{n + i + 1, i + 1})
	}
	g := graphInTime(t, tree{database: string(store(paths, references))})
	if len(g.Components) < n || len(g.Gaps) != 1 || !strings.Contains(g.Gaps[0].Reason, "too many ways") {
		t.Errorf("%d components, gaps %v", len(g.Components), g.Gaps)
	}
}

// graphInTime is graph, which must not think for long.
func graphInTime(t *testing.T, in tree) *sbom.Graph {
	t.Helper()
	begin := time.Now()
	g := graph(t, in)
	if took := time.Since(begin); took > 20*time.Second {
		t.Fatalf("took %v", took)
	}
	for _, gap := range g.Gaps {
		if strings.Contains(gap.Reason, "broke off") {
			t.Fatal(gap.Reason)
		}
	}
	return g
}

// program builds an ELF file with a run path and a loader.
func program(runpath, loader string) []byte {
	var b bytes.Buffer
	write := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	names := "\x00" + runpath + "\x00"
	sections := "\x00.dynamic\x00.dynstr\x00.shstrtab\x00"
	const head, segment = 64, 56
	dynamic := uint64(head + segment)
	dynstr := dynamic + 32
	interp := dynstr + uint64(len(names))
	shstr := interp + uint64(len(loader)) + 1
	h := elf.Header64{Type: uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: 1, Ehsize: head, Phoff: head, Phentsize: segment, Phnum: 1,
		Shoff: shstr + uint64(len(sections)), Shentsize: 64, Shnum: 4, Shstrndx: 3}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	write(h)
	write(elf.Prog64{Type: uint32(elf.PT_INTERP), Off: interp, Filesz: uint64(len(loader)) + 1, Memsz: uint64(len(loader)) + 1})
	write(elf.Dyn64{Tag: int64(elf.DT_RUNPATH), Val: 1})
	write(elf.Dyn64{})
	b.WriteString(names + loader + "\x00" + sections)
	write(elf.Section64{})
	write(elf.Section64{Name: 1, Type: uint32(elf.SHT_DYNAMIC), Off: dynamic, Size: 32, Link: 2, Entsize: 16})
	write(elf.Section64{Name: 10, Type: uint32(elf.SHT_STRTAB), Off: dynstr, Size: uint64(len(names))})
	write(elf.Section64{Name: 18, Type: uint32(elf.SHT_STRTAB), Off: shstr, Size: uint64(len(sections))})
	return b.Bytes()
}

func TestAStoreWithoutDatabaseIsKnownByItsFoldersAndPrograms(t *testing.T) {
	hello := program(at("openssl-3.0.13")+"/lib:"+at("gcc-13.2.0-lib")+"/lib:$ORIGIN", at("glibc-2.39-5")+"/lib/ld-linux-x86-64.so.2")
	in := tree{
		"rootfs/nix/store/" + hash + "-hello-2.12.1/bin/hello":            string(hello),
		"rootfs/nix/store/" + hash + "-openssl-3.0.13/lib/libcrypto.so.3": string(program(at("openssl-3.0.13")+"/lib", "")),
		"rootfs/nix/store/" + hash + "-etc/bin/unversioned":               string(hello),
		"rootfs/nix/store/" + hash + "-single-1.0":                        string(hello),
		"rootfs/nix/store/" + hash + "-tzdata-2024a/share/zoneinfo/UTC":   "TZif2",
		"rootfs/nix/store/" + hash + "-fix-1.patch/x":                     "",
		"rootfs/nix/store/" + hash + "-note-1.0":                          "a file that is no program",
		"rootfs/usr/bin/hello":                                            string(hello),
		"rootfs/fakenix/store/" + hash + "-other-1.0/bin/other":           string(hello),
		"rootfs/nix/store/notahash-other-1.0/bin/other":                   string(hello),
	}
	want := []string{
		"app:.",
		"  contains app:rootfs",
		"app:rootfs",
		"  contains pkg:generic/hello@2.12.1",
		"  contains pkg:generic/single@1.0",
		"  contains pkg:generic/tzdata@2024a",
		"pkg:generic/gcc@13.2.0 path=/nix/store/H-gcc-13.2.0-lib output=lib",
		"pkg:generic/glibc@2.39-5 path=/nix/store/H-glibc-2.39-5",
		"pkg:generic/hello@2.12.1 path=/nix/store/H-hello-2.12.1",
		"  depends-on pkg:generic/gcc@13.2.0",
		"  depends-on pkg:generic/glibc@2.39-5",
		"  depends-on pkg:generic/openssl@3.0.13",
		"pkg:generic/openssl@3.0.13 path=/nix/store/H-openssl-3.0.13",
		"pkg:generic/single@1.0 path=/nix/store/H-single-1.0",
		"  depends-on pkg:generic/gcc@13.2.0",
		"  depends-on pkg:generic/glibc@2.39-5",
		"  depends-on pkg:generic/openssl@3.0.13",
		"pkg:generic/tzdata@2024a path=/nix/store/H-tzdata-2024a",
	}
	if diff := cmp.Diff(want, lines(graph(t, in))); diff != "" {
		t.Error(diff)
	}
}

func TestADamagedProgramOfAStoreStillTellsItsPackage(t *testing.T) {
	whole := program(at("openssl-3.0.13")+"/lib", at("glibc-2.39-5")+"/lib/ld.so")
	name := "nix/store/" + hash + "-hello-2.12.1/bin/hello"
	try := func(data []byte) {
		if g := graphInTime(t, tree{name: string(data)}); !strings.Contains(strings.Join(lines(g), "\n"), "hello@2.12.1") {
			t.Error("hello is missing")
		}
	}
	for cut := 4; cut < len(whole); cut += 19 {
		try(whole[:cut])
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		data := bytes.Clone(whole)
		for range 1 + random.IntN(8) {
			data[4+random.IntN(len(data)-4)] = byte(random.Uint32())
		}
		try(data)
	}
}

// jar is an archive of Java with a POM's coordinates.
func jar(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{{"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"}, {"META-INF/maven/org.example/tool/pom.properties", "groupId=org.example\nartifactId=tool\nversion=1.0\n"}} {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatLiesInAPathOfTheStoreIsItsPackage(t *testing.T) {
	self, err := os.Executable() // a program in Go
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	in := "nix/store/" + hash
	files := tree{
		in + "-python3.11-requests-2.31.0/lib/python3.11/site-packages/requests-2.31.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\n",
		in + "-site-1.0/lib/node_modules/ms/package.json":                                                  `{"name": "ms", "version": "2.1.3"}`,
		in + "-tool-1.0/share/java/tool.jar":                                                               jar(t),
		in + "-hello-0.1/bin/hello":                                                                        string(program),
		"opt/venv/lib/python3.11/site-packages/idna-3.4.dist-info/METADATA":                                "Metadata-Version: 2.1\nName: idna\nVersion: 3.4\n",
		"srv/node_modules/vary/package.json":                                                               `{"name": "vary", "version": "1.1.2"}`,
		"srv/tool.jar":                                                                                     jar(t),
	}
	list := []*catalogers.Cataloger{&npm.Modules, &pypi.Installed, &nix.Database, &nix.Store, &golang.Binary, &javaarchive.Archive}
	for name, db := range map[string]string{
		"by the folders":  "",
		"by the database": string(store([][]any{row("python3.11-requests-2.31.0", ""), row("site-1.0", ""), row("tool-1.0", ""), row("hello-0.1", "")}, nil)),
	} {
		t.Run(name, func(t *testing.T) {
			if delete(files, database); db != "" {
				files[database] = db
			}
			g := graphBy(t, files, list...)
			owned := make(map[string][]string)
			holds := false
			for h := range g.Components {
				c := &g.Components[h]
				id := string(c.ID)
				for _, p := range c.Properties {
					if p.Name == sbom.PropertyOwned {
						name, _, _ := strings.Cut(p.Value, "@")
						name, _, _ = strings.Cut(name, "#") // this program has no version
						owned[id] = append(owned[id], name)
					}
				}
				for _, e := range g.Out(sbom.Handle(h)) {
					holds = holds || id == "pkg:generic/hello@0.1" && strings.HasPrefix(string(g.Components[e.To].ID), "pkg:golang/stdlib@")
				}
			}
			if diff := cmp.Diff(map[string][]string{
				"pkg:generic/python3.11-requests@2.31.0": {"pkg:pypi/requests"},
				"pkg:generic/site@1.0":                   {"pkg:npm/ms"},
				"pkg:generic/tool@1.0":                   {"pkg:maven/org.example/tool"},
				"pkg:generic/hello@0.1":                  {"pkg:golang/github.com/sbomgen/sbomgen"},
			}, owned); diff != "" || !holds {
				t.Errorf("contains the modules of the program: %v; -want +got:\n%s", holds, diff)
			}
			for _, id := range []sbom.ID{"pkg:pypi/idna@3.4", "pkg:npm/vary@1.1.2", "pkg:maven/org.example/tool@1.0"} {
				if _, ok := g.Find(id); !ok {
					t.Errorf("%s, which a user put there, is missing", id)
				}
			}
			for _, id := range []sbom.ID{"pkg:pypi/requests@2.31.0", "pkg:npm/ms@2.1.3"} {
				if _, ok := g.Find(id); ok {
					t.Errorf("%s is there beside its package", id)
				}
			}
		})
	}
}
