package diff

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// parse makes a graph of lines: a component by its purl or id with attributes behind it, or an edge "from > to", "from contains to",
// perhaps with "in app" behind it. The root is app:. and need not be named.
func parse(t testing.TB, text string) *sbom.Graph {
	t.Helper()
	var b sbom.Builder
	instances := make(map[string]int)
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) > 2 && (f[1] == ">" || f[1] == "contains") {
			kind := sbom.DependsOn
			if f[1] == "contains" {
				kind = sbom.Contains
			}
			var in []sbom.ID
			for _, app := range f[3:] {
				if app != "in" {
					in = append(in, sbom.ID(app))
				}
			}
			b.Edge(sbom.ID(f[0]), sbom.ID(f[2]), sbom.Edge{Kind: kind}, in...)
			continue
		}
		c := sbom.Component{ID: sbom.ID(f[0]), Kind: sbom.Library}
		if strings.HasPrefix(f[0], "pkg:") {
			bare, _, _ := strings.Cut(f[0], "#") // an instance
			p, err := purl.Parse(bare)
			if err != nil {
				t.Fatal(err)
			}
			c.PURL, c.ID = p, sbom.ID(p.Identity().String())
			if instances[bare]++; instances[bare] > 1 {
				c.ID += sbom.ID(fmt.Sprintf("#%d", instances[bare]))
			}
		} else if c.IsApplication() {
			c.Kind, c.Path = sbom.Application, strings.TrimPrefix(f[0], "app:")
		}
		for _, a := range f[1:] {
			key, value, _ := strings.Cut(a, "=")
			value = strings.ReplaceAll(value, "_", " ")
			switch key {
			case "direct":
				c.Direct = true
			case "name":
				c.Name = value
			case "group":
				c.Group = value
			case "version":
				c.Version = value
			case "kind":
				c.Kind = sbom.Kind(value)
			case "license":
				c.Licenses = append(c.Licenses, sbom.License{Text: value})
			case "concluded":
				c.Licenses = append(c.Licenses, sbom.License{Text: value, Basis: sbom.ConcludedLicense})
			case "sha256", "sha512":
				c.Hashes = append(c.Hashes, sbom.Hash{Algorithm: map[string]sbom.Algorithm{"sha256": sbom.SHA256, "sha512": sbom.SHA512}[key], Hex: value})
			case "h1":
				c.Properties = append(c.Properties, sbom.Property{Name: moduleHash, Value: value})
			case "scope":
				c.Scope = sbom.ParseScope(value)
			case "supplier":
				c.Supplier = value
			case "vcs", "distribution":
				c.References = append(c.References, sbom.Reference{Type: key, URL: value})
			case "at":
				c.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: value}}}
			default:
				t.Fatalf("%q is no attribute", a)
			}
		}
		if err := b.Component(c); err != nil {
			t.Fatal(err)
		}
	}
	if !b.Has("app:.") {
		if err := b.Component(sbom.Component{ID: "app:.", Kind: sbom.Application, Path: ".", Name: "root"}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Graph("app:.")
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Gaps) > 0 {
		t.Fatalf("%+v", g.Gaps)
	}
	return g
}

// lines puts a report in a few words per change.
func lines(r *Report) []string {
	var list []string
	for i := range r.Changes {
		c := &r.Changes[i]
		list = append(list, strings.Join(append([]string{c.Kinds.String() + ":", rowText(c)}, evidence(c)...), " "))
	}
	for _, e := range r.Edges {
		list = append(list, fmt.Sprintf("edge %s: %s %s %s", e.Change, e.From.text(), e.Kind, e.To.text()))
	}
	for _, m := range r.NotComparable {
		list = append(list, fmt.Sprintf("not comparable: %s %s", m.Side, m.Field))
	}
	for _, k := range r.Known {
		list = append(list, fmt.Sprintf("known: %s +%d -%d", k.Field, k.Gained, k.Lost))
	}
	return list
}

func rowText(c *Change) string {
	r := c.row(false)
	text := r.what() + "  " + strings.Join(r.details, ", ")
	if r.via != "" {
		text += "  via " + r.via
	}
	return strings.TrimSpace(text)
}

func evidence(c *Change) []string {
	if c.Evidence == "" || c.Kinds.Has(Moved) {
		return nil
	}
	return []string{"[" + c.Evidence + "]"}
}

func TestPackagesAreMatchedByWhatIdentifiesThem(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"a newer version", "pkg:npm/a@1.0.0", "pkg:npm/a@1.2.0", []string{"upgraded: a 1.0.0 -> 1.2.0  minor"}},
		{"an older version", "pkg:deb/debian/a@1%3A2.0-1", "pkg:deb/debian/a@3.0-1", []string{"downgraded: debian/a 1:2.0-1 -> 3.0-1  epoch"}},
		{"the epoch may be a qualifier", "pkg:rpm/fedora/a@2.0-1?arch=noarch", "pkg:rpm/fedora/a@1.0-1?arch=noarch&epoch=1", []string{"upgraded: fedora/a 2.0-1 -> 1:1.0-1  epoch"}},
		{"a revision of the distribution", "pkg:deb/debian/a@2.0-1", "pkg:deb/debian/a@2.0-2", []string{"upgraded: debian/a 2.0-1 -> 2.0-2  distro revision"}},
		{"a pre-release", "pkg:cargo/a@1.0.0", "pkg:cargo/a@1.0.0-rc.1", []string{"downgraded: a 1.0.0 -> 1.0.0-rc.1  pre-release"}},
		{"a commit", "pkg:golang/example.com/a@v1.2.3", "pkg:golang/example.com/a@v1.2.4-0.20240101000000-abcdefabcdef",
			[]string{"upgraded: example.com/a v1.2.3 -> v1.2.4-0.20240101000000-abcdefabcdef  commit"}},
		{"branches have no order", "pkg:github/o/a@main", "pkg:github/o/a@next", []string{"changed: o/a main -> next  unordered"}},
		{"only the build differs", "pkg:npm/a@1.0.0%2B1", "pkg:npm/a@1.0.0%2B2", []string{"changed: a 1.0.0+1 -> 1.0.0+2  build"}},
		{"another spelling is the same version", "pkg:pypi/a@1.0", "pkg:pypi/a@1.0.0", nil},
		{"another commit of a repository", "pkg:cargo/a@1.0.0?vcs_url=git%2Bhttps://h.example/a@1111111111111111", "pkg:cargo/a@1.0.0?vcs_url=git%2Bhttps://h.example/a@2222222222222222",
			[]string{"changed: a 1.0.0 at 111111111111 -> 1.0.0 at 222222222222  commit"}},
		{"similar names are different packages", "pkg:npm/lodash@1.0.0", "pkg:npm/lodash-es@1.0.0", []string{"removed: lodash 1.0.0", "added: lodash-es 1.0.0"}},
		{"so are equal names of different types", "pkg:npm/a@1.0.0", "pkg:pypi/a@1.0.0", []string{"removed: a 1.0.0", "added: a 1.0.0"}},
		{"another architecture", "pkg:deb/debian/a@1.0?arch=amd64", "pkg:deb/debian/a@1.0?arch=arm64", []string{"requalified: debian/a 1.0  arch amd64 -> arm64"}},
		{"another distribution", "pkg:deb/debian/a@1.0?arch=amd64&distro=debian-12\npkg:deb/debian/a@1.0?arch=i386&distro=debian-12",
			"pkg:deb/debian/a@1.1?arch=i386&distro=debian-13\npkg:deb/debian/a@1.0?arch=amd64&distro=debian-13",
			[]string{"requalified: debian/a 1.0  distro debian-12 -> debian-13", "upgraded, requalified: debian/a 1.0 -> 1.1  minor, distro debian-12 -> debian-13"}},
		{"a qualifier that is not stated is unknown", "pkg:deb/debian/a@1.0", "pkg:deb/debian/a@1.0?arch=arm64", nil},
		{"a qualifier that is meant is stated", "pkg:maven/g/a@1.0", "pkg:maven/g/a@1.0?type=jar&repository_url=https://repo.maven.apache.org/maven2", nil},
		{"another registry", "pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0?repository_url=https://r.example", []string{"source-changed: a 1.0.0  registry https://www.npmjs.com -> https://r.example"}},
		{"a repository instead of the registry", "pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0?vcs_url=git%2Bhttps://h.example/a@1111111111111111",
			[]string{"source-changed: a 1.0.0 -> 1.0.0 at 111111111111  registry https://www.npmjs.com -> h.example/a"}},
		{"an unknown version becomes known", "pkg:npm/a", "pkg:npm/a@1.0.0", []string{"known: versions +1 -0"}},
		{"without a purl the name counts", "x:1 name=a group=g version=1", "y:2 name=a group=g version=2", []string{"changed: g/a 1 -> 2  unordered"}},
		{"and the purl may come later", "x:1 name=a version=1.0.0", "pkg:npm/a@1.0.0", nil},
		{"but only to the letter", "x:1 name=a version=1.0.0", "pkg:npm/a@1.0.1", []string{"removed: a 1.0.0", "added: a 1.0.1"}},
		{"files are matched by their name", "file:1 kind=file name=a sha256=11", "file:2 kind=file name=a sha256=22", []string{"changed: a  SHA-256 11 -> 22, content [the same name]"}},
		{"and by where they were seen", "file:1 kind=file name=a at=x sha256=11\nfile:2 kind=file name=a at=y sha256=22", "file:3 kind=file name=a at=y sha256=33\nfile:4 kind=file name=a at=x sha256=11",
			[]string{"changed: a  SHA-256 22 -> 33, content [the same name and place]"}},
		{"many files may be seen in one place", "file:1 kind=file name=a at=lock\nfile:2 kind=file name=b at=lock", "file:1 kind=file name=a at=lock\nfile:2 kind=file name=b at=lock", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Compare(parse(t, c.old), parse(t, c.new), Options{})
			r.NotComparable = nil
			if d := gocmp.Diff(c.want, lines(r)); d != "" {
				t.Error(d)
			}
			mirrored(t, 0, r, Compare(parse(t, c.new), parse(t, c.old), Options{}))
		})
	}
}

func TestMovesNeedEvidence(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"the next major version of a Go module", "pkg:golang/github.com/o/a@v1.9.0", "pkg:golang/github.com/o/a/v2@v2.0.0",
			[]string{"upgraded, moved: github.com/o/a/v2 v1.9.0 -> v2.0.0  major, moved from github.com/o/a (the module path but for the major version)"}},
		{"gopkg.in", "pkg:golang/gopkg.in/yaml.v2@v2.4.0", "pkg:golang/gopkg.in/yaml.v3@v3.0.1",
			[]string{"upgraded, moved: gopkg.in/yaml.v3 v2.4.0 -> v3.0.1  major, moved from gopkg.in/yaml.v2 (the module path but for the major version)"}},
		{"both versions of a Go module are two packages", "pkg:golang/github.com/o/a@v1.9.0", "pkg:golang/github.com/o/a@v1.9.0\npkg:golang/github.com/o/a/v2@v2.0.0",
			[]string{"added: github.com/o/a/v2 v2.0.0"}},
		{"a project that moved into a scope", "pkg:npm/babel-core@6.26.3", "pkg:npm/%40babel/core@7.0.0",
			[]string{"upgraded, moved: @babel/core 6.26.3 -> 7.0.0  major, moved from babel-core (the project renamed its packages)"}},
		{"any other scope is another package", "pkg:npm/a@1.0.0", "pkg:npm/%40b/a@1.0.0", []string{"added: @b/a 1.0.0", "removed: a 1.0.0"}},
		{"unless the bytes are the same", "pkg:npm/a@1.0.0 sha256=11", "pkg:npm/%40b/a@1.0.0 sha256=11", []string{"moved: @b/a 1.0.0  moved from a (the same bytes)"}},
		{"bytes that two packages share prove nothing", "pkg:npm/a@1.0.0 sha256=11\npkg:npm/b@1.0.0 sha256=11", "pkg:npm/c@1.0.0 sha256=11",
			[]string{"removed: a 1.0.0", "removed: b 1.0.0", "added: c 1.0.0"}},
		{"the same name from the same repository", "pkg:npm/a@1.0.0 vcs=git+ssh://git@h.example/o/r.git", "pkg:npm/%40b/a@1.1.0 vcs=https://h.example/o/r",
			[]string{"upgraded, moved: @b/a 1.0.0 -> 1.1.0  minor, moved from a (the same repository)"}},
		{"the only packages of a repository", "pkg:npm/a@1.0.0 vcs=https://h.example/o/r", "pkg:npm/c@1.1.0 vcs=https://h.example/o/r",
			[]string{"upgraded, moved: c 1.0.0 -> 1.1.0  minor, moved from a (the same repository)"}},
		{"packages of a repository of many", "pkg:npm/a@1.0.0 vcs=https://h.example/o/r\npkg:npm/b@1.0.0 vcs=https://h.example/o/r", "pkg:npm/b@1.0.0 vcs=https://h.example/o/r\npkg:npm/c@1.0.0 vcs=https://h.example/o/r",
			[]string{"removed: a 1.0.0", "added: c 1.0.0"}},
		{"a relocated artifact", "pkg:maven/javax.servlet/javax.servlet-api@4.0.1", "pkg:maven/jakarta.servlet/jakarta.servlet-api@5.0.0",
			[]string{"upgraded, moved: jakarta.servlet:jakarta.servlet-api 4.0.1 -> 5.0.0  major, moved from javax.servlet:javax.servlet-api (the project renamed its artifacts)"}},
		{"a library's soname", "pkg:deb/debian/libssl1.1@1.1.1n-0?arch=amd64", "pkg:deb/debian/libssl3t64@3.0.15-1?arch=amd64",
			[]string{"upgraded, moved: debian/libssl3t64 1.1.1n-0 -> 3.0.15-1  major, moved from debian/libssl1.1 (the library's name but for its soname)"}},
		{"what has no purl, by its bytes", "x:1 name=a version=1 sha256=11", "x:2 name=b version=1 sha256=11", []string{"moved: b 1  moved from a (the same bytes)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Compare(parse(t, c.old), parse(t, c.new), Options{})
			r.NotComparable = nil
			if d := gocmp.Diff(c.want, lines(r)); d != "" {
				t.Error(d)
			}
			mirrored(t, 0, r, Compare(parse(t, c.new), parse(t, c.old), Options{}))
		})
	}
}

func TestSeveralVersionsOfAPackageAreASet(t *testing.T) {
	const apps = "pkg:npm/x@1.0.0\npkg:npm/y@1.0.0\npkg:npm/z@1.0.0\n"
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"a version joins", "pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0\npkg:npm/a@2.0.0", []string{"version-added: a 2.0.0  beside 1.0.0"}},
		{"a version leaves", "pkg:npm/a@1.0.0\npkg:npm/a@2.0.0", "pkg:npm/a@2.0.0", []string{"version-removed: a 1.0.0  was beside 2.0.0"}},
		{"the nearest are pairs", "pkg:npm/a@1.0.0\npkg:npm/a@2.0.0\npkg:npm/a@3.0.0", "pkg:npm/a@2.0.1\npkg:npm/a@3.4.0",
			[]string{"version-removed: a 1.0.0  was beside 2.0.0, 3.0.0", "upgraded: a 2.0.0 -> 2.0.1  patch", "upgraded: a 3.0.0 -> 3.4.0  minor"}},
		{"newer stays newer", "pkg:npm/a@1.0.0\npkg:npm/a@2.0.0", "pkg:npm/a@3.0.0\npkg:npm/a@4.0.0", []string{"upgraded: a 1.0.0 -> 3.0.0  major", "upgraded: a 2.0.0 -> 4.0.0  major"}},
		{"unless those who ask for them say otherwise", apps + "pkg:npm/a@1.0.0\npkg:npm/a@2.0.0\npkg:npm/x@1.0.0 > pkg:npm/a@1.0.0\npkg:npm/y@1.0.0 > pkg:npm/a@2.0.0",
			apps + "pkg:npm/a@1.1.0\npkg:npm/a@2.1.0\npkg:npm/x@1.0.0 > pkg:npm/a@2.1.0\npkg:npm/y@1.0.0 > pkg:npm/a@1.1.0",
			[]string{"upgraded: a 1.0.0 -> 2.1.0  major", "downgraded: a 2.0.0 -> 1.1.0  major"}},
		{"of new versions the one that somebody has in common", apps + "pkg:npm/a@1.0.0\npkg:npm/x@1.0.0 > pkg:npm/a@1.0.0\npkg:npm/y@1.0.0 > pkg:npm/a@1.0.0",
			apps + "pkg:npm/a@1.2.0\npkg:npm/a@1.3.0\npkg:npm/x@1.0.0 > pkg:npm/a@1.2.0\npkg:npm/z@1.0.0 > pkg:npm/a@1.3.0\npkg:npm/y@1.0.0 > pkg:npm/a@1.3.0",
			[]string{"upgraded: a 1.0.0 -> 1.3.0  minor", "version-added: a 1.2.0  beside 1.3.0", "edge added: z 1.0.0 depends-on a 1.3.0", "edge removed: x 1.0.0 depends-on a 1.0.0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Compare(parse(t, c.old), parse(t, c.new), Options{})
			r.NotComparable = nil
			got := lines(r)
			for i := range got { // who brings a version in is another test's business
				got[i], _, _ = strings.Cut(got[i], "  via")
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if d := gocmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			mirrored(t, 0, r, Compare(parse(t, c.new), parse(t, c.old), Options{}))
		})
	}
}

func TestFieldsAreComparedByTheirMeaning(t *testing.T) {
	const other = "\npkg:npm/other@1.0.0 direct license=MIT sha256=00 scope=runtime supplier=S\npkg:npm/other@1.0.0 > pkg:npm/other2@1.0.0\npkg:npm/other2@1.0.0"
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"order of operands", "license=MIT_OR_Apache-2.0", "license=Apache-2.0_OR_MIT", nil},
		{"letter case and deprecated ids", "license=gpl-2.0", "license=GPL-2.0-only", nil},
		{"several claims hold together", "license=MIT license=Apache-2.0", "license=Apache-2.0_AND_MIT", nil},
		{"an ecosystem's words", "license=Apache_License,_Version_2.0", "license=Apache-2.0", nil},
		{"another licence", "license=MIT", "license=ISC", []string{"relicensed: a 1.0.0  license MIT -> ISC"}},
		{"another category", "license=MIT", "license=GPL-3.0-only", []string{"relicensed: a 1.0.0  license MIT -> GPL-3.0-only, permissive -> strong-copyleft"}},
		{"concluded apart from declared", "license=MIT concluded=MIT", "license=MIT concluded=ISC", []string{"relicensed: a 1.0.0  license MIT -> ISC"}},
		{"one basis on one side only", "license=MIT", "license=MIT concluded=ISC", nil},
		{"no basis in common", "license=MIT", "concluded=ISC", []string{"relicensed: a 1.0.0  license MIT -> ISC"}},
		{"NOASSERTION says nothing", "license=NOASSERTION", "license=MIT", []string{"known: licenses +1 -0"}},
		{"NONE says something", "license=NONE", "license=MIT", []string{"relicensed: a 1.0.0  license NONE -> MIT, unstated -> permissive"}},
		{"a licence that is no longer known", "license=MIT", "", []string{"known: licenses +0 -1"}},
		{"other bytes", "sha256=11", "sha256=22", []string{"rehashed: a 1.0.0  other bytes of the same version, SHA-256 11 -> 22"}},
		{"one file more of the same version", "sha256=11", "sha256=11 sha256=22", nil},
		{"another algorithm", "sha256=11", "sha512=22", nil},
		{"the hash of a module", "h1=aa", "h1=bb", []string{"rehashed: a 1.0.0  other bytes of the same version, h1 aa -> bb"}},
		{"another scope", "scope=development", "scope=runtime", []string{"rescoped: a 1.0.0  development -> runtime"}},
		{"a scope that is not said", "scope=development", "", []string{"known: scopes +0 -1"}},
		{"now direct", "", "direct", []string{"now-direct: a 1.0.0  now direct"}},
		{"another supplier", "supplier=S", "supplier=T", []string{"supplier-changed: a 1.0.0  supplier S -> T"}},
		{"another host", "distribution=https://a.example/x.tgz", "distribution=https://b.example/x.tgz", []string{"source-changed: a 1.0.0  host https://a.example -> https://b.example"}},
		{"another scheme", "distribution=https://a.example/x.tgz", "distribution=http://a.example/x.tgz", []string{"source-changed: a 1.0.0  host https://a.example -> http://a.example"}},
		{"another path", "distribution=https://a.example/x.tgz", "distribution=https://a.example/y.tgz", nil},
		{"another repository", "vcs=https://h.example/o/r", "vcs=https://h.example/p/r", []string{"source-changed: a 1.0.0  repository h.example/o/r -> h.example/p/r"}},
		{"another way to the same repository", "vcs=git+ssh://git@h.example/o/r.git", "vcs=https://H.example/o/r/", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, new := parse(t, "pkg:npm/a@1.0.0 "+c.old+other), parse(t, "pkg:npm/a@1.0.0 "+c.new+other)
			r := Compare(old, new, Options{})
			if d := gocmp.Diff(c.want, lines(r)); d != "" {
				t.Error(d)
			}
			mirrored(t, 0, r, Compare(new, old, Options{}))
		})
	}
}

func TestInstancesAreOnePackage(t *testing.T) {
	one := "pkg:npm/a@1.0.0 sha256=11\npkg:npm/b@1.0.0 sha256=33\npkg:npm/b@1.0.0 > pkg:npm/a@1.0.0"
	two := "pkg:npm/a@1.0.0 sha256=11\npkg:npm/a@1.0.0#2 sha256=22\npkg:npm/b@1.0.0 sha256=33\npkg:npm/b@1.0.0 > pkg:npm/a@1.0.0\npkg:npm/b@1.0.0 > pkg:npm/a@1.0.0#2"
	r := Compare(parse(t, one), parse(t, two), Options{})
	r.NotComparable = nil
	if d := gocmp.Diff([]string{"rehashed: a 1.0.0  other bytes of the same version, SHA-256 11 -> 11 and 1 more"}, lines(r)); d != "" {
		t.Error(d)
	}
	mirrored(t, 0, r, Compare(parse(t, two), parse(t, one), Options{}))
	if r := Compare(parse(t, two), parse(t, two), Options{}); !r.Empty() {
		t.Errorf("a graph with instances differs from itself: %v", lines(r))
	}
}

func TestWhatOneSideNeverStatesIsSaidOnce(t *testing.T) {
	old := parse(t, "pkg:npm/a@1.0.0 direct license=MIT sha256=11\npkg:npm/b@1.0.0 license=MIT\napp:. > pkg:npm/a@1.0.0\npkg:npm/a@1.0.0 > pkg:npm/b@1.0.0")
	new := parse(t, "pkg:npm/a@1.0.0\npkg:npm/b@1.0.0\napp:. contains pkg:npm/a@1.0.0\napp:. contains pkg:npm/b@1.0.0")
	want := []string{"not comparable: new licenses", "not comparable: new hashes", "not comparable: both scopes", "not comparable: new direct",
		"not comparable: both suppliers", "not comparable: new edges"}
	if d := gocmp.Diff(want, lines(Compare(old, new, Options{}))); d != "" {
		t.Error(d)
	}
	if d := gocmp.Diff([]string{"added: a 1.0.0", "added: b 1.0.0"}, lines(Compare(parse(t, ""), new, Options{}))); d != "" {
		t.Errorf("against nothing:\n%s", d)
	}
}

func TestApplicationsAreMatchedByTheirPlace(t *testing.T) {
	old := parse(t, "app:. name=shop version=1.0.0 license=MIT\napp:web name=web version=1\napp:old name=old")
	new := parse(t, "app:. name=store version=1.1.0 license=AGPL-3.0-only\napp:web name=web version=2\napp:new name=new")
	r := Compare(old, new, Options{})
	if d := gocmp.Diff([]string{"added: new", "removed: old", "relicensed: store 1.0.0 -> 1.1.0  license MIT -> AGPL-3.0-only, permissive -> network-copyleft"}, lines(r)); d != "" {
		t.Error(d)
	}
	want := []Subject{{"app:.", Name{"shop", "1.0.0"}, Name{"store", "1.1.0"}}, {"app:web", Name{"web", "1"}, Name{"web", "2"}}}
	if d := gocmp.Diff(want, r.Subjects); d != "" {
		t.Error(d)
	}
}

func TestRootsAreOneThingWhateverTheirIDs(t *testing.T) {
	image := func(version string) *sbom.Graph {
		p := purl.New(purl.OCI, "", "image", version)
		var b sbom.Builder
		b.Component(sbom.Component{ID: sbom.ID(p.String()), Kind: sbom.Container, PURL: p})
		g, err := b.Graph(sbom.ID(p.String()))
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	r := Compare(image("sha256:11"), image("sha256:22"), Options{})
	if !r.Empty() || len(r.Subjects) != 1 {
		t.Errorf("%+v", r)
	}
}
