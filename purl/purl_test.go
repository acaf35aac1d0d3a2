package purl

import (
	"slices"
	"strings"
	"testing"

	"github.com/anchore/packageurl-go"
	"github.com/google/go-cmp/cmp"
)

func TestPartsBecomeCanonical(t *testing.T) {
	for _, c := range []struct {
		t                        Type
		namespace, name, version string
		want                     string
	}{
		{ALPM, "Arch", "Pacman", "1:6.0.1-1", "pkg:alpm/arch/pacman@1:6.0.1-1"},
		{APK, "alpine", "curl", "7.83.0-r0", "pkg:apk/alpine/curl@7.83.0-r0"},
		{Bitbucket, "birKenfeld", "pyGments", "", "pkg:bitbucket/birkenfeld/pygments"},
		{Brew, "Homebrew/Core", "postgresql@12", "12.17", "pkg:brew/homebrew/core/postgresql%4012@12.17"},
		{Cargo, "", "Inflector", "0.11.4", "pkg:cargo/Inflector@0.11.4"},
		{Composer, "Laravel", "Laravel", "5.5.0", "pkg:composer/laravel/laravel@5.5.0"},
		{CPAN, "drolsky", "DateTime", "1.55", "pkg:cpan/DROLSKY/DateTime@1.55"},
		{Deb, "Debian", "attr", "1:2.4.47-2+b1", "pkg:deb/debian/attr@1:2.4.47-2%2Bb1"},
		{Docker, "", "library/debian", "sha256:244f", "pkg:docker/library/debian@sha256:244f"},
		{Git, "", "codeberg.org/forgejo/forgejo", "a72d", "pkg:git/codeberg.org/forgejo/forgejo@a72d"},
		{GitHub, "", "Package-url/purl-Spec", "v1", "pkg:github/package-url/purl-spec@v1"},
		{Golang, "", "github.com/Masterminds/semver/v3", "v3.2.1", "pkg:golang/github.com/Masterminds/semver/v3@v3.2.1"},
		{Golang, "", "stdlib", "1.26.0", "pkg:golang/stdlib@1.26.0"},
		{Hackage, "", "AC-Half_Integer", "1.2.1", "pkg:hackage/AC-Half-Integer@1.2.1"},
		{HuggingFace, "microsoft", "deberta", "559062AD", "pkg:huggingface/microsoft/deberta@559062ad"},
		{Maven, "org.apache", "Commons-IO", "1.0.0 Final", "pkg:maven/org.apache/Commons-IO@1.0.0%20Final"},
		{NPM, "@angular", "animation", "12.3.1", "pkg:npm/%40angular/animation@12.3.1"},
		{NPM, "", "@angular/animation", "12.3.1", "pkg:npm/%40angular/animation@12.3.1"},
		{NPM, "", "JSONStream", "1.3.5", "pkg:npm/JSONStream@1.3.5"},
		{OCI, "", "Debian", "SHA256:AB", "pkg:oci/debian@sha256:ab"},
		{Pub, "", "My-Package", "1.0.0", "pkg:pub/my_package@1.0.0"},
		{PyPI, "", "Zope.Interface__X", "6.0RC1", "pkg:pypi/zope-interface-x@6.0rc1"},
		{RPM, "Fedora", "ImageMagick", "7.1", "pkg:rpm/fedora/ImageMagick@7.1"},
		{Swift, "github.com/Alamofire", "Alamofire", "5.4.3", "pkg:swift/github.com/Alamofire/Alamofire@5.4.3"},
		{VSCodeExtension, "RedHat", "Java", "1.0-RC", "pkg:vscode-extension/redhat/java@1.0-rc"},
		{Generic, "/a//b/", "name/with slash", "ä", "pkg:generic/a/b/name%2Fwith%20slash@%C3%A4"},
		{"NPM", "", "x", "", "pkg:npm/x"},
		{Generic, "", "a\xffb", "", "pkg:generic/a%EF%BF%BDb"},
		{NPM, "@scope", "", "1", ""},
	} {
		if got := New(c.t, c.namespace, c.name, c.version).String(); got != c.want {
			t.Errorf("New(%s, %q, %q, %q) = %s, want %s", c.t, c.namespace, c.name, c.version, got, c.want)
		}
	}
}

func TestSpellingsParseToOneValue(t *testing.T) {
	for in, want := range map[string]string{
		"pkg:npm/foo@1":                       "pkg:npm/foo@1",
		"PKG://NPM/foo@1":                     "pkg:npm/foo@1",
		"pkg:npm/@babel/core@7.0.0":           "pkg:npm/%40babel/core@7.0.0",
		"pkg:npm/@babel/core":                 "pkg:npm/%40babel/core",
		"pkg:npm/%40babel%2Fcore@7":           "pkg:npm/%40babel/core@7",
		"pkg:docker/a@sha256%3A24":            "pkg:docker/a@sha256:24",
		"pkg:golang/a.b/c@feature/x":          "pkg:golang/a.b/c@feature%2Fx",
		"pkg:brew/node@20@20.10.0":            "pkg:brew/node%4020@20.10.0",
		"pkg:generic/a?B=2&a=1&empty=&":       "pkg:generic/a?a=1&b=2",
		"pkg:generic/a?a.b=2&a=1":             "pkg:generic/a?a=1&a.b=2",
		"pkg:generic/a+b?u=git+ssh://h/p%40x": "pkg:generic/a%2Bb?u=git%2Bssh:%2F%2Fh%2Fp%40x",
		"pkg:generic/a#./x/../y//":            "pkg:generic/a#x/y",
		"pkg:mlflow/Fraud@3?repository_url=https://x.azuredatabricks.net": "pkg:mlflow/fraud@3?repository_url=https:%2F%2Fx.azuredatabricks.net",
		"pkg:mlflow/Fraud@3?repository_url=https://x.azureml.ms":          "pkg:mlflow/Fraud@3?repository_url=https:%2F%2Fx.azureml.ms",
		"pkg:otp/ASN1@5.4.1#SRC/x.erl":                                    "pkg:otp/asn1@5.4.1#src/x.erl",
	} {
		got, err := Parse(in)
		if err != nil || got.String() != want {
			t.Errorf("Parse(%q) = %s, %v, want %s", in, got, err, want)
		}
		if again, err := Parse(want); err != nil || again != got {
			t.Errorf("Parse(%q) = %#v, %v, want %#v", want, again, err, got)
		}
	}
}

func TestWhatIsNoPurlIsRefused(t *testing.T) {
	for _, in := range []string{
		"", "pkg", "pkg:", "pkg:npm", "pkg:npm/", "pkg:npm/@1.0", "pkg:/npm", "http://npm/foo", "pkg%3Anpm/foo",
		"pkg:3n/foo", "pkg:n&g/foo", "pkg:nginx:a/b", "pkg:npm/foo/@1", "pkg:npm/%", "pkg:npm/%2", "pkg:npm/%zz",
		"pkg:npm/%ff", "pkg:npm/\xff", "pkg:npm/a?in%20x=1", "pkg:npm/a?x=1&X=2", "pkg:npm/a?1=2", "pkg:npm/a?x=%", "pkg:npm/%2F",
	} {
		if got, err := Parse(in); err == nil || !got.IsZero() {
			t.Errorf("Parse(%q) = %s, %v", in, got, err)
		}
	}
}

func TestBrokenRulesComeBackBesideTheValue(t *testing.T) {
	for in, want := range map[string]string{
		"pkg:maven/junit@4":           "maven without a namespace",
		"pkg:cargo/ns/rand@1":         "cargo with a namespace",
		"pkg:julia/Dates@1":           "julia without the qualifier uuid",
		"pkg:swid/Fedora@29":          "swid without the qualifier tag_id",
		"pkg:cpan/URI::PackageURL":    "cpan name is a module, not a distribution",
		"pkg:cocoapods/.hidden@1":     "cocoapods name with a space, a plus or a leading period",
		"pkg:chrome-extension/dogs@1": "chrome-extension name is not 32 letters from a to p",
		"pkg:chrome-extension/dlpngalgnefjeiefhmpklpfiohadpglk@1..2": "chrome-extension version is not one to four numbers",
	} {
		p, err := Parse(in)
		if err == nil || err.Error() != want || p.IsZero() {
			t.Errorf("Parse(%q) = %s, %v, want %s", in, p, err, want)
		}
	}
	if err := New("9p", "", "x", "").Validate(); err == nil {
		t.Error("a type that begins with a digit is valid")
	}
	if err := New(NPM, "", "x", "").With("in production", "1").Validate(); err == nil {
		t.Error("a key with a space is valid")
	}
	if err := (PURL{}).Validate(); err == nil {
		t.Error("no package is valid")
	}
}

func TestQualifiersStaySortedAndEncoded(t *testing.T) {
	p := New(RPM, "fedora", "curl", "8.0")
	q := p.With("Distro", "fedora 40").With("epoch", "1").With("arch", "x86_64")
	if got, want := q.String(), "pkg:rpm/fedora/curl@8.0?arch=x86_64&distro=fedora%2040&epoch=1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if q.Qualifier("distro") != "fedora 40" || q.Qualifier("epoch") != "1" || q.Qualifier("ep") != "" || q.Qualifier("zz") != "" {
		t.Errorf("qualifiers of %s", q)
	}
	var got []string
	for k, v := range q.Qualifiers() {
		got = append(got, k+" "+v)
		if k == "distro" {
			break
		}
	}
	if diff := cmp.Diff([]string{"arch x86_64", "distro fedora 40"}, got); diff != "" {
		t.Error(diff)
	}
	for _, order := range [][]string{{"arch", "distro", "epoch"}, {"epoch", "distro", "arch"}, {"distro", "arch", "epoch"}} {
		r := q
		for _, key := range order {
			r = r.With(key, "other").With(key, "")
		}
		if r != p {
			t.Errorf("removing %v leaves %s", order, r)
		}
	}
	if q.With("distro", "fedora-41").With("distro", "fedora 40") != q || q.With("none", "") != q {
		t.Error("replacing or removing nothing changes the value")
	}
	if (PURL{}).With("a", "b") != (PURL{}) || (PURL{}).WithSubpath("a") != (PURL{}) || (PURL{}).String() != "" {
		t.Error("no package gains parts")
	}
}

func TestPartsCanBeTakenAway(t *testing.T) {
	p := New(Conan, "a", "b", "1").With("channel", "stable").With("rrev", "93a8").With("arch", "x86").WithSubpath("/x/../y")
	for want, got := range map[string]PURL{
		"pkg:conan/a/b@1?arch=x86&channel=stable&rrev=93a8#x/y": p,
		"pkg:conan/a/b@1?arch=x86&channel=stable#x/y":           p.Identity(),
		"pkg:conan/a/b?arch=x86&channel=stable&rrev=93a8#x/y":   p.WithoutVersion(),
		"pkg:conan/a/b": p.Base(),
		"pkg:conan/a/b@1?arch=x86&channel=stable&rrev=93a8": p.WithSubpath(""),
	} {
		if got.String() != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestPurlsSortByTheirParts(t *testing.T) {
	want := []string{
		"pkg:cargo/b@1", "pkg:npm/a@1", "pkg:npm/a@1#x", "pkg:npm/a@1?a=b", "pkg:npm/a@2", "pkg:npm/b@0", "pkg:npm/%40z/a@1",
	}
	var purls []PURL
	for _, s := range want {
		p, _ := Parse(s)
		purls = append([]PURL{p}, purls...)
	}
	slices.SortFunc(purls, Compare)
	var got []string
	for _, p := range purls {
		got = append(got, p.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTypesTellTheirDefaults(t *testing.T) {
	if Maven.Implied("type") != "jar" || Maven.Implied("classifier") != "" || Gem.Implied("platform") != "ruby" {
		t.Error("implied qualifiers")
	}
	if Cargo.DefaultRepository() != "https://crates.io/" || OCI.DefaultRepository() != "" {
		t.Error("default repositories")
	}
	if !Yocto.Registered() || Type("nix").Registered() {
		t.Error("registered types")
	}
}

// packageurl-go v0.2.0 agrees with the specification except that it escapes the
// colon and does not know the newest types.
func TestExchangeKeepsEverything(t *testing.T) {
	for _, s := range []string{
		"pkg:npm/%40angular/animation@12.3.1", "pkg:maven/org.apache/x@1.9?classifier=dist&type=zip", "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=debian-12",
		"pkg:golang/github.com/a/b@v1.0.0#sub/dir", "pkg:pypi/django-package@1.11.1.dev1", "pkg:cargo/rand@0.7.2", "pkg:generic/a?vcs_url=git%2Bhttps:%2F%2Fh%2Fp%40cc55",
	} {
		p, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		u := ToPackageURL(p)
		if got := strings.ReplaceAll(strings.TrimPrefix(u.ToString(), "pkg:"), "%3A", ":"); "pkg:"+got != s {
			t.Errorf("packageurl-go prints pkg:%s, want %s", got, s)
		}
		if back, err := FromPackageURL(u); err != nil || back != p {
			t.Errorf("%s comes back as %s, %v", p, back, err)
		}
		parsed, err := packageurl.FromString(s)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := FromPackageURL(parsed); err != nil || back != p {
			t.Errorf("packageurl-go reads %s as %s, %v", s, back, err)
		}
	}
	bad := packageurl.PackageURL{Type: "npm", Name: "a", Qualifiers: packageurl.Qualifiers{{Key: "a b", Value: "c"}}}
	if p, err := FromPackageURL(bad); err == nil || !p.IsZero() {
		t.Errorf("a key with a space gives %s", p)
	}
}

func TestStringAllocatesOnce(t *testing.T) {
	p := New(Deb, "debian", "libstdc++6", "12.2.0-14+deb12u1").With("arch", "amd64").With("distro", "debian-12")
	if n := testing.AllocsPerRun(100, func() { _ = p.String() }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"pkg:npm/%40a/b@1?x=y#z", "pkg:git/a/b/c@d", "pkg:pypi/A_.b@1RC", "pkg:mlflow/A?repository_url=databricks", "pkg:golang/a/b@c/d",
		"pkg:generic/%2F%2e@%00?a.b=%26#%2f..%2f", "pkg:brew/A@B/c@", "pkg:pub/É", "pkg:cpan/é/x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil && p.IsZero() {
			return
		}
		again, err2 := Parse(p.String())
		if again != p || (err == nil) != (err2 == nil) {
			t.Fatalf("%q -> %#v (%v) -> %q -> %#v (%v)", s, p, err, p.String(), again, err2)
		}
		for k, v := range p.Qualifiers() {
			if p.Qualifier(k) != v || p.With(k, "x").With(k, v) != p {
				t.Fatalf("%q: qualifier %q", s, k)
			}
		}
	})
}

func BenchmarkString(b *testing.B) {
	p := New(Deb, "debian", "libstdc++6", "12.2.0-14+deb12u1").With("arch", "amd64").With("distro", "debian-12")
	for b.Loop() {
		_ = p.String()
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		_ = New(NPM, "@babel", "core", "7.0.0")
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		_, _ = Parse("pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12")
	}
}
