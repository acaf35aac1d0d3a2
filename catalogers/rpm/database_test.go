package rpm

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb"
	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb/rpmdbtest"
	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite/sqlitetest"
	"github.com/sbomgen/sbomgen/sbom"
)

// Fixtures are text, so the databases are made here.

type tree struct{ fstest.MapFS }

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func (t tree) Open(p string) (catalogers.Blob, error) {
	data, err := t.ReadFile(p)
	return blob{bytes.NewReader(data)}, err
}
func (t tree) Resolve(p string) (string, error) { return p, nil }

// scan reads the databases of a tree: the files that the cataloger would be given.
func scan(t testing.TB, files map[string][]byte) *sbom.Facts {
	t.Helper()
	all := tree{fstest.MapFS{}}
	groups := make(map[string][]*catalogers.File)
	for name, data := range files {
		all.MapFS[name] = &fstest.MapFile{Data: data}
		if dir, ok := rootOf(name); ok && !strings.HasSuffix(name, "-wal") {
			groups[dir] = append(groups[dir], catalogers.NewFile(all, &Database, name))
		}
	}
	if len(groups) != 1 {
		t.Fatalf("%d groups", len(groups))
	}
	for dir, list := range groups {
		slices.SortFunc(list, func(a, b *catalogers.File) int { return strings.Compare(a.Path, b.Path) })
		out := sbom.NewFacts(Database.Name, Database.Stage, list[0].Path)
		if err := parseDatabases(dir, list, out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	return nil
}

// pkg writes a header from "name-version-release.arch" and lines such as "R foo >= 1", "P foo = 2" and "F /usr/bin/foo".
func pkg(nevra string, lines ...string) []byte {
	return rpmdbtest.Header(tags(nevra, lines...), nil)
}

func tags(nevra string, lines ...string) rpmdbtest.Tags {
	nevr, arch := nevra[:strings.LastIndex(nevra, ".")], nevra[strings.LastIndex(nevra, ".")+1:]
	nev, release := nevr[:strings.LastIndex(nevr, "-")], nevr[strings.LastIndex(nevr, "-")+1:]
	name, version := nev[:strings.LastIndex(nev, "-")], nev[strings.LastIndex(nev, "-")+1:]
	t := rpmdbtest.Tags{rpmdb.Name: name, rpmdb.Release: release, rpmdb.Arch: arch, rpmdb.SourceRPM: name + "-src.rpm"}
	full := version + "-" + release
	if epoch, rest, ok := strings.Cut(version, ":"); ok {
		version = rest
		var n uint32
		fmt.Sscan(epoch, &n)
		t[rpmdb.Epoch] = n
	}
	t[rpmdb.Version] = version
	lists := map[string]*[3]any{}
	add := func(kind, name, version string, flags uint32) {
		l := lists[kind]
		if l == nil {
			l = &[3]any{[]string(nil), []string(nil), []uint32(nil)}
			lists[kind] = l
		}
		l[0], l[1], l[2] = append(l[0].([]string), name), append(l[1].([]string), version), append(l[2].([]uint32), flags)
	}
	add("P", name, full, equal)
	var files []string
	for _, line := range lines {
		kind, rest, _ := strings.Cut(line, " ")
		switch kind {
		case "F":
			files = append(files, rest)
		case "P", "R", "W": // W is a weak one among those that are not
			name, version, flags := rest, "", uint32(0)
			if words := strings.Fields(rest); len(words) == 3 && rest[0] != '(' {
				name, version = words[0], words[2]
				for _, c := range words[1] {
					flags |= map[rune]uint32{'<': less, '>': greater, '=': equal}[c]
				}
			}
			if kind == "W" {
				kind, flags = "R", flags|missingOK
			}
			add(kind, name, version, flags)
		}
	}
	t[rpmdb.ProvideName], t[rpmdb.ProvideVersion], t[rpmdb.ProvideFlags] = lists["P"][0], lists["P"][1], lists["P"][2]
	if l := lists["R"]; l != nil {
		t[rpmdb.RequireName], t[rpmdb.RequireVersion], t[rpmdb.RequireFlags] = l[0], l[1], l[2]
	}
	if len(files) > 0 {
		var dirs, bases []string
		var at []uint32
		for _, f := range files {
			slash := strings.LastIndex(f, "/")
			dirs, bases, at = append(dirs, f[:slash+1]), append(bases, f[slash+1:]), append(at, uint32(len(dirs)))
		}
		t[rpmdb.DirNames], t[rpmdb.BaseNames], t[rpmdb.DirIndexes] = dirs, bases, at
	}
	return t
}

// edges lists what needs what, by names and architectures.
func edges(out *sbom.Facts) (list []string) {
	g := sbom.Resolve([]*sbom.Facts{out}, sbom.Options{})
	label := func(h sbom.Handle) string {
		c := &g.Components[h]
		if c.IsApplication() {
			return "root"
		}
		return c.PURL.Name + "-" + c.VersionText() + "." + c.PURL.Qualifier("arch")
	}
	for _, e := range g.Edges {
		if e.Kind == sbom.DependsOn {
			list = append(list, strings.TrimSuffix(label(e.From)+" -> "+label(e.To)+" "+e.Range, " "))
		}
	}
	slices.Sort(list)
	return list
}

func TestRequirementsAreResolvedAmongWhatIsProvided(t *testing.T) {
	for _, c := range []struct {
		name string
		list [][]byte
		want []string
	}{
		{"names, sonames and files", [][]byte{
			pkg("a-1-1.x86_64", "R libz.so.1()(64bit)", "R /bin/sh", "R b", "R missing"),
			pkg("b-1-1.noarch", "R rpmlib(CompressedFileNames) <= 3.0.4-1"),
			pkg("zlib-1-1.x86_64", "P libz.so.1()(64bit)"),
			pkg("bash-5-1.x86_64", "F /usr/bin/bash", "F /usr/bin/sh", "R libz.so.1()(64bit)", "R bash"),
		}, []string{"a-1-1.x86_64 -> b-1-1.noarch", "a-1-1.x86_64 -> bash-5-1.x86_64", "a-1-1.x86_64 -> zlib-1-1.x86_64", "bash-5-1.x86_64 -> zlib-1-1.x86_64"}},
		{"the exact folder comes before the merged one", [][]byte{
			pkg("a-1-1.x86_64", "R /bin/x", "R /usr/sbin/y", "R /lib/z", "R /opt/o"),
			pkg("b-1-1.x86_64", "F /bin/x"), pkg("c-1-1.x86_64", "F /usr/bin/x"), pkg("d-1-1.x86_64", "F /bin/y"), pkg("e-1-1.x86_64", "F /usr/lib/z"), pkg("f-1-1.x86_64", "F /opt/o", "F /opt/bin/o"),
		}, []string{"a-1-1.x86_64 -> b-1-1.x86_64", "a-1-1.x86_64 -> d-1-1.x86_64", "a-1-1.x86_64 -> e-1-1.x86_64", "a-1-1.x86_64 -> f-1-1.x86_64"}},
		{"versions, releases and epochs", [][]byte{
			pkg("k-1-1.x86_64", "P uname = 1-1"), pkg("k-2-1.x86_64", "P uname = 2-1"), pkg("k-2-2.x86_64", "P uname = 2-2"), pkg("e-1:1-1.x86_64"), pkg("z-0:1-1.x86_64"),
			pkg("a-1-1.x86_64", "R k = 2"), pkg("b-1-1.x86_64", "R k = 2-2"), pkg("c-1-1.x86_64", "R uname < 2"), pkg("d-1-1.x86_64", "R uname >= 2-2"),
			pkg("f-1-1.x86_64", "R e >= 1:1"), pkg("g-1-1.x86_64", "R e <= 2"), pkg("h-1-1.x86_64", "R e > 0.5"), pkg("i-1-1.x86_64", "R z = 1-1"), pkg("j-1-1.x86_64", "R z = 0:1"), pkg("l-1-1.x86_64", "R k = 3"),
		}, []string{
			"a-1-1.x86_64 -> k-2-1.x86_64 = 2", "a-1-1.x86_64 -> k-2-2.x86_64 = 2", "b-1-1.x86_64 -> k-2-2.x86_64 = 2-2", "c-1-1.x86_64 -> k-1-1.x86_64 < 2", "d-1-1.x86_64 -> k-2-2.x86_64 >= 2-2",
			"f-1-1.x86_64 -> e-1-1.x86_64 >= 1:1", "h-1-1.x86_64 -> e-1-1.x86_64 > 0.5", "i-1-1.x86_64 -> z-1-1.x86_64 = 1-1", "j-1-1.x86_64 -> z-1-1.x86_64 = 0:1"}},
		{"provides with ranges and without versions", [][]byte{
			pkg("p-1-1.x86_64", "P low < 5", "P any", "P from >= 3"),
			pkg("a-1-1.x86_64", "R low = 4"), pkg("b-1-1.x86_64", "R low > 6"), pkg("c-1-1.x86_64", "R any > 9"), pkg("d-1-1.x86_64", "R from = 7"), pkg("e-1-1.x86_64", "R from <= 2"),
		}, []string{"a-1-1.x86_64 -> p-1-1.x86_64 = 4", "c-1-1.x86_64 -> p-1-1.x86_64 > 9", "d-1-1.x86_64 -> p-1-1.x86_64 = 7"}},
		{"both architectures", [][]byte{
			pkg("g-1-1.x86_64", "P libg.so", "P v"), pkg("g-1-1.i686", "P libg.so", "P v"), pkg("w-1-1.noarch", "P v"),
			pkg("a-1-1.x86_64", "R g = 1-1"), pkg("b-1-1.i686", "R libg.so"), pkg("c-1-1.x86_64", "R v"), pkg("d-1-1.noarch", "R g"),
		}, []string{"a-1-1.x86_64 -> g-1-1.x86_64 = 1-1", "b-1-1.i686 -> g-1-1.i686", "c-1-1.x86_64 -> g-1-1.x86_64", "c-1-1.x86_64 -> w-1-1.noarch",
			"d-1-1.noarch -> g-1-1.i686", "d-1-1.noarch -> g-1-1.x86_64"}},
		{"expressions", [][]byte{
			pkg("p-1-1.x86_64"), pkg("q-2-1.x86_64", "P x(y)"), pkg("r-3-1.x86_64", "P x(y)", "P both", "F /usr/bin/r"), pkg("s-1-1.x86_64", "P both"),
			pkg("a-1-1.x86_64", "R (missing or q or p)"), pkg("b-1-1.x86_64", "R (p and q and missing)"), pkg("c-1-1.x86_64", "R (p if q)"), pkg("d-1-1.x86_64", "R (p if missing)"),
			pkg("e-1-1.x86_64", "R (p if missing else q)"), pkg("f-1-1.x86_64", "R (p unless q)"), pkg("g-1-1.x86_64", "R (p unless q else r)"), pkg("h-1-1.x86_64", "R (x(y) with both)"),
			pkg("i-1-1.x86_64", "R (both without x(y))"), pkg("j-1-1.x86_64", "R (q >= 2 with x(y))"), pkg("k-1-1.x86_64", "R (q < 2 or (r > 2 and p))"), pkg("l-1-1.x86_64", "R ((p if r) or q)"),
			pkg("m-1-1.x86_64", "R (/bin/r or p)"), pkg("n-1-1.x86_64", "R (p or q and r)"), pkg("o-1-1.x86_64", "R (p or"), pkg("t-1-1.x86_64", "R (p)"), pkg("u-1-1.x86_64", "R ()"),
			pkg("v-1-1.x86_64", "R "+strings.Repeat("(", 99)+"p"+strings.Repeat(")", 99)),
		}, []string{
			"a-1-1.x86_64 -> q-2-1.x86_64", "b-1-1.x86_64 -> p-1-1.x86_64", "b-1-1.x86_64 -> q-2-1.x86_64", "c-1-1.x86_64 -> p-1-1.x86_64", "e-1-1.x86_64 -> q-2-1.x86_64", "g-1-1.x86_64 -> r-3-1.x86_64",
			"h-1-1.x86_64 -> r-3-1.x86_64", "i-1-1.x86_64 -> s-1-1.x86_64", "j-1-1.x86_64 -> q-2-1.x86_64 >= 2", "k-1-1.x86_64 -> p-1-1.x86_64", "k-1-1.x86_64 -> r-3-1.x86_64 > 2", "l-1-1.x86_64 -> p-1-1.x86_64",
			"m-1-1.x86_64 -> r-3-1.x86_64", "t-1-1.x86_64 -> p-1-1.x86_64"}},
	} {
		got := edges(scan(t, map[string][]byte{"var/lib/rpm/Packages.db": rpmdbtest.NDB(c.list...)}))
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestWeakRequirementsAreOptional(t *testing.T) {
	out := scan(t, map[string][]byte{"var/lib/rpm/Packages.db": rpmdbtest.NDB(pkg("a-1-1.x86_64", "W b", "R c"), pkg("b-1-1.x86_64"), pkg("c-1-1.x86_64"))})
	g := sbom.Resolve([]*sbom.Facts{out}, sbom.Options{})
	for _, e := range g.Edges {
		if to := g.Components[e.To].PURL.Name; e.Kind == sbom.DependsOn && (to == "b") != (e.Scope == sbom.Optional) {
			t.Errorf("%s is needed with the scope %q", to, e.Scope)
		}
	}
}

func TestTheNewestKindThatListsPackagesIsTheDatabase(t *testing.T) {
	a, b, c := pkg("a-1-1.x86_64"), pkg("b-1-1.x86_64"), pkg("c-1-1.x86_64")
	bdb, ndb, lite := rpmdbtest.BDB(binary.LittleEndian, 4096, 2, a), rpmdbtest.NDB(b), rpmdbtest.SQLite(c)
	both := rpmdbtest.SQLite(b, c)
	for _, x := range []struct {
		files map[string][]byte
		want  string
	}{
		{map[string][]byte{"var/lib/rpm/Packages": bdb}, "a"},
		{map[string][]byte{"var/lib/rpm/Packages": bdb, "var/lib/rpm/Packages.db": ndb}, "b"},
		{map[string][]byte{"r/var/lib/rpm/Packages": bdb, "r/var/lib/rpm/Packages.db": ndb, "r/var/lib/rpm/rpmdb.sqlite": lite}, "c"},
		{map[string][]byte{"var/lib/rpm/Packages": bdb, "var/lib/rpm/rpmdb.sqlite": rpmdbtest.SQLite()}, "a"},
		{map[string][]byte{"var/lib/rpm/Packages": bdb, "usr/lib/sysimage/rpm/rpmdb.sqlite": lite}, "c"},
		{map[string][]byte{"usr/share/rpm/rpmdb.sqlite": lite, "usr/share/rpm/rpmdb.sqlite-wal": sqlitetest.Log(lite, both, 4096, binary.BigEndian, true)}, "b c"},
		{map[string][]byte{"var/lib/rpm/Packages.db": rpmdbtest.NDB(b, rpmdbtest.Header(rpmdbtest.Tags{rpmdb.Name: "gpg-pubkey", rpmdb.Version: "1", rpmdb.Release: "2"}, nil), b)}, "b"},
	} {
		g := sbom.Resolve([]*sbom.Facts{scan(t, x.files)}, sbom.Options{})
		var names []string
		for i := range g.Components {
			if p := g.Components[i].PURL; !p.IsZero() {
				names = append(names, p.Name)
			}
		}
		if got := strings.Join(names, " "); got != x.want || len(g.Gaps) > 0 {
			t.Errorf("got %s, want %s; %v", got, x.want, g.Gaps)
		}
	}
}

func TestHeadersSayWhatAPackageIs(t *testing.T) {
	x := tags("curl-1:8.0-2.fc40.x86_64")
	sum := strings.Repeat("ab", 32)
	for tag, v := range (rpmdbtest.Tags{
		rpmdb.License: "MIT", rpmdb.Summary: "A tool", rpmdb.URL: "https://user:secret@curl.se/", rpmdb.Vendor: "Fedora Project", rpmdb.Packager: "Fedora Project", rpmdb.BuildTime: uint32(1700000000),
		rpmdb.ModularityLabel: "m:1:2:x", rpmdb.SHA256Header: sum, rpmdb.SHA1Header: sum[:40], rpmdb.SigMD5: []byte(sum[:16]), rpmdb.PayloadDigest: []string{sum}, rpmdb.PayloadAlgo: uint32(8),
		rpmdb.VCS: "git:https://example.org/curl.git", rpmdb.BugURL: "https://bugz.example.org/curl",
	}) {
		x[tag] = v
	}
	want := sbom.Component{
		Description: "A tool", Supplier: "Fedora Project", Licenses: []sbom.License{{Text: "MIT"}},
		References: []sbom.Reference{{Type: sbom.Website, URL: "https://curl.se/"}, {Type: sbom.IssueTracker, URL: "https://bugz.example.org/curl"}, {Type: sbom.VCS, URL: "https://example.org/curl.git"}},
		Properties: []sbom.Property{{Name: "sbomgen:rpm:build-time", Value: "2023-11-14T22:13:20Z"}, {Name: "sbomgen:rpm:modularity", Value: "m:1:2:x"}, {Name: "sbomgen:rpm:header-sha256", Value: sum},
			{Name: "sbomgen:rpm:payload-sha256", Value: sum}, {Name: "sbomgen:rpm:package-md5", Value: hex.EncodeToString([]byte(sum[:16]))}},
	}
	release := []byte("ID=\"rhel\"\nVERSION_ID=9.4\n")
	for _, c := range []struct {
		files map[string][]byte
		key   string
		purl  string
	}{
		{map[string][]byte{"var/lib/rpm/Packages.db": nil}, "", "pkg:rpm/fedora/curl@8.0-2.fc40?arch=x86_64&epoch=1&upstream=curl-src.rpm"},
		{map[string][]byte{"x/usr/lib/sysimage/rpm/Packages.db": nil, "x/etc/os-release": release}, "", "pkg:rpm/redhat/curl@8.0-2.fc40?arch=x86_64&distro=rhel-9.4&epoch=1&upstream=curl-src.rpm"},
	} {
		for name, data := range c.files {
			if data == nil {
				c.files[name] = rpmdbtest.NDB(rpmdbtest.Header(x, nil))
			}
		}
		got := *scan(t, c.files).Component("1:curl-8.0-2.fc40.x86_64")
		if got.PURL.String() != c.purl {
			t.Errorf("got %s, want %s", got.PURL, c.purl)
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(sbom.Component{}, "PURL")); d != "" {
			t.Error(d)
		}
	}
}

func TestTheHistoryOfDNFTellsWhatWasAskedFor(t *testing.T) {
	history := sqlitetest.Format{PageSize: 4096}.Write(
		sqlitetest.Table{Name: "rpm", SQL: "CREATE TABLE rpm (item_id INTEGER UNIQUE NOT NULL, name TEXT NOT NULL, epoch INTEGER NOT NULL, version TEXT, release TEXT, arch TEXT)", Rows: [][]any{
			{1, "a", 0, "1", "1", "x86_64"}, {2, "b", 0, "1", "1", "x86_64"}, {3, "c", 0, "1", "1", "x86_64"}, {4, "d", 0, "1", "1", "x86_64"}, {5, "b", 0, "2", "1", "x86_64"}}},
		sqlitetest.Table{Name: "trans_item", SQL: "CREATE TABLE trans_item (id INTEGER PRIMARY KEY, trans_id INTEGER, item_id INTEGER, repo_id INTEGER, action INTEGER, reason INTEGER, state INTEGER)", Rows: [][]any{
			{nil, 1, 1, 1, 1, 2, 1}, {nil, 1, 2, 1, 1, 2, 1}, {nil, 1, 3, 1, 1, 1, 1}, {nil, 1, 4, 1, 1, 5, 1}, {nil, 2, 5, 1, 6, 1, 1}}},
	)
	list := [][]byte{pkg("a-1-1.x86_64"), pkg("b-2-1.x86_64"), pkg("c-1-1.x86_64"), pkg("d-1-1.x86_64"), pkg("e-1-1.x86_64")}
	for _, file := range []string{"var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite", "usr/share/rpm/rpmdb.sqlite"} {
		got := edges(scan(t, map[string][]byte{file: rpmdbtest.SQLite(list...), "var/lib/dnf/history.sqlite": history}))
		if d := cmp.Diff([]string{"root -> a-1-1.x86_64", "root -> d-1-1.x86_64"}, got); d != "" {
			t.Errorf("%s: %s", file, d)
		}
	}
}

func archive(t *testing.T, data []byte) (*sbom.Facts, error) {
	t.Helper()
	out := sbom.NewFacts(Archive.Name, Archive.Stage, "x.rpm")
	return out, parseArchive(catalogers.NewFile(tree{fstest.MapFS{"x.rpm": {Data: data}}}, &Archive, "x.rpm"), out)
}

func TestPackageFilesAreIdentifiedByTheirHeaders(t *testing.T) {
	sum := strings.Repeat("cd", 32)
	signature := rpmdbtest.Header(rpmdbtest.Tags{rpmdb.SHA256Header: sum, 1004: []byte(sum[:16])}, nil)
	data := rpmdbtest.Archive(signature, pkg("curl-8.0-2.x86_64"), []byte("payload"))
	out, err := archive(t, data)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(data)
	c := out.Component("curl-8.0-2.x86_64")
	if c == nil || c.PURL.String() != "pkg:rpm/curl@8.0-2?arch=x86_64&upstream=curl-src.rpm" || c.Hashes[0].Hex != hex.EncodeToString(digest[:]) {
		t.Errorf("got %+v", c)
	}
	want := []sbom.Property{{Name: "sbomgen:rpm:header-sha256", Value: sum}, {Name: "sbomgen:rpm:package-md5", Value: hex.EncodeToString([]byte(sum[:16]))}}
	if d := cmp.Diff(want, c.Properties); d != "" {
		t.Error(d)
	}
	source := tags("curl-8.0-2.x86_64")
	delete(source, rpmdb.SourceRPM)
	if out, err = archive(t, rpmdbtest.Archive(signature, rpmdbtest.Header(source, nil), nil)); err != nil || !out.Has("curl-8.0-2.src") {
		t.Errorf("a source package: %v", err)
	}
	for n := range len(data) - len("payload") {
		if _, err := archive(t, data[:n]); err == nil {
			t.Fatalf("%d bytes: no error", n)
		}
	}
}

func TestBrokenDatabasesAreGapsInBoundedTime(t *testing.T) {
	list := [][]byte{pkg("a-1-1.x86_64", "R (b if c)", "R /usr/bin/b", "F /usr/bin/a"), pkg("b-1-1.x86_64", "R a = 1", "F /usr/bin/b"), pkg("c-1-1.x86_64", "R a", "R b > 0.1")}
	random := rand.New(rand.NewPCG(5, 6))
	for name, data := range map[string][]byte{"Packages.db": rpmdbtest.NDB(list...), "rpmdb.sqlite": rpmdbtest.SQLite(list...), "Packages": rpmdbtest.BDB(binary.BigEndian, 512, 2, list...)} {
		for range 700 {
			broken := bytes.Clone(data)
			for range 1 + random.IntN(6) {
				broken[random.IntN(len(broken))] = byte(random.Uint32())
			}
			start := time.Now()
			edges(scan(t, map[string][]byte{"var/lib/rpm/" + name: broken}))
			if took := time.Since(start); took > time.Second {
				t.Errorf("%s: took %v", name, took)
			}
		}
		for n := 0; n < len(data)-64; n += 64 {
			if out := scan(t, map[string][]byte{"var/lib/rpm/" + name: data[:n]}); len(out.Gaps()) == 0 && len(sbom.Resolve([]*sbom.Facts{out}, sbom.Options{}).Components) < 4 {
				t.Fatalf("%s: %d of %d bytes: no gap", name, n, len(data))
			}
		}
	}
}

func FuzzRichDependencies(f *testing.F) {
	f.Add("(a >= 1 or (b(x) if c else d) without e)")
	f.Fuzz(func(t *testing.T, s string) {
		x := &index{named: map[string]int32{"a": 0}, answers: []answer{{next: -1}}}
		if e, ok := parseRich(s); ok {
			e.resolve(x, func(*relation, []int32) {})
		}
	})
}

// BenchmarkDatabase reads 20,000 packages with 30 files, 10 provides and 15 requirements each, and relates them.
func BenchmarkDatabase(b *testing.B) {
	var list [][]byte
	for i := range 20000 {
		var lines []string
		for j := range 30 {
			lines = append(lines, fmt.Sprintf("F /usr/share/package%d/folder/file%d", i, j))
		}
		for j := range 10 {
			lines = append(lines, fmt.Sprintf("P lib%d-%d.so.1()(64bit)", i, j))
		}
		for j := range 15 {
			lines = append(lines, fmt.Sprintf("R lib%d-%d.so.1()(64bit)", (i+j*j*7)%20000, j%10))
		}
		list = append(list, pkg(fmt.Sprintf("package%d-1.0-1.x86_64", i), append(lines, "R /bin/sh", "R rtld(GNU_HASH)", "R package0 >= 0.9")...))
	}
	data := rpmdbtest.SQLite(list...)
	files := map[string][]byte{"var/lib/rpm/rpmdb.sqlite": data}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if out := scan(b, files); out.Len() < 20000 {
			b.Fatal(out.Len())
		}
	}
}
