package version

import (
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/purl"
)

// ladders are versions from old to new; "=" joins spellings of one release.
var ladders = map[purl.Type][]string{
	purl.NPM: {
		"0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
		"1.0.0 = v1.0.0 = 1.0 = 1.0.0+build", "1.0.1", "1.10.0", "2.0.0", "99999999999999999999.0.0", "100000000000000000000.0.0",
	},
	purl.GitHub: {"v4.1.0", "v4.1.1-rc.1", "4.1.1", "v5.0.0"},
	purl.Pub:    {"1.0.0-pre", "1.0.0-pre+build", "1.0.0", "1.0.0+1", "1.0.0+9", "1.0.0+10", "1.0.0+a", "1.0.1"},
	purl.NuGet: {
		"0.9.9.1", "1.0.0-ALPHA = 1.0.0-alpha+X", "1.0.0-beta", "1.0.0-Beta.1", "1.0.0-beta2", "1.0 = 1.0.0.0 = 1.00", "1.0.0.1-a", "1.0.0.1", "1.0.1",
	},
	purl.Golang: {
		"v0.0.0-20190101000000-abcdefabcdef", "v0.0.0-20200101000000-0123456789ab", "v0.0.1", "v1.2.2", "v1.2.3-0.20240101000000-0123456789ab",
		"v1.2.3-pre", "v1.2.3-pre.0.20240101000000-0123456789ab", "v1.2.3 = 1.2.3", "v2.0.0+incompatible", "v3.0.0",
	},
	purl.Bazel: {"0.9", "1.0-rc1", "1.0", "1.0.bcr.1", "1.0.bcr.2", "1.2", "8.8.0"},
	purl.PyPI: {
		"trunk", "0.1-bulbasaur", "0.1-charmander", "1.0.dev1", "1.0a1.dev1", "1.0a1 = 1.0.alpha1 = v1.0-A-1", "1.0b2", "1.0rc1 = 1.0c1 = 1.0.preview1", "1.0 = 1 = 1.0.0",
		"1.0+abc", "1.0+abc.1", "1.0+2", "1.0+10", "1.0.post1.dev1", "1.0.post1 = 1.0-1 = 1.0.rev1", "1.0.1", "1.10", "1!0.1",
	},
	purl.Maven: {
		"1-alpha-1 = 1a1 = 1.0-ALPHA-1", "1-beta", "1-milestone-2 = 1m2", "1-rc = 1-CR", "1-SNAPSHOT", "1 = 1.0 = 1-ga = 1.0.Final = 1.0-0", "1-sp", "1-foo", "1-foo2", "1-1",
		"1.1 = 1.01", "1.2", "20040616",
	},
	purl.Gem: {
		"0.9", "1.0.0.a", "1.0.0.a9 = 1.0.a.9", "1.0.a10", "1.0.b1", "1.0.0-1", "1 = 1.0 = 1.0.0", "1.2", "1.10",
	},
	purl.Composer: {
		"dev-main", "1.0-dev", "1.0alpha1 = 1.0-a.1", "1.0beta1", "1.0RC1 = v1.0rc1", "1.0", "1.0pl1 = V1.0-p1", "1.0.0-beta1", "1.0.0", "1.0.5", "1.0.x-dev", "1.1", "1.10", "2.0",
	},
	purl.Deb: {
		"1.0~~", "1.0~rc1-1", "1.0-1~bpo12+1", "1.0-1 = 0:1.0-1 = 1.0-01", "1.0-1ubuntu1+x", "1.0-1+b1", "1.0-2", "1.0-10", "1.0+dfsg-1", "1.0.1-1", "1:0.1",
	},
	purl.RPM: {
		"1.0~rc1-1", "1.0", "1.0-1.el8", "1.0-1.el9", "1.0-2", "1.0^20240101-1", "1.0a-1", "1.0.1-1 = 0:1.0_1-1", "1.10-1", "1:0.1-1",
	},
	purl.APK: {
		"1.0_alpha", "1.0_alpha2", "1.0_beta", "1.0_pre1", "1.0_rc1", "1.0", "1.0-r0 = 1.0-r00", "1.0-r10", "1.0_git20240101", "1.0_p1", "1.0_p1-r1", "1.0_p1~0af", "1.0_p1~1ab-r1", "1.0a", "1.01", "1.1", "1.10", "2",
	},
	purl.ALPM:    {"1.0a", "1.0alpha", "1.0b", "1.0rc", "1.0 = 1.0-1 = 0:1.0", "1.0.a", "1.0.1", "1.1-1", "1.1-2", "1..2", "1:0.1"},
	purl.CRAN:    {"0.9", "0.75", "1.0 = 1-0", "1.0.0", "1.0.1", "1.0.10"},
	purl.Hackage: {"0.1", "0.1.0", "0.10", "1"},
	purl.OTP:     {"5.4", "5.4.1", "5.10"},
	purl.Opam:    {"1.0~beta", "1.0", "1.0-1", "1.0.1", "v0.16"},
	purl.CPAN:    {"1.002", "1.10 = v1.100 = 1.1", "1.15", "1.5 = 1.500.0", "v1.600_1", "2"},
	purl.Conda: {
		"0.4", "0.4.1.rc = 0.4.1.RC", "0.4.1", "0.5a1", "0.5b3", "0.5C1", "0.5", "0.9.6", "0.960923", "1.0", "1.1dev1", "1.1a1", "1.1.0dev1 = 1.1.dev1", "1.1.a1", "1.1.0rc1",
		"1.1 = 1.1.0 = 1.1+0", "1.1+1", "1.1.0post1 = 1.1.post1", "1.1post1", "1996.07.12", "1!0.4.1", "2!0.4.1",
	},
}

func TestEachTypeOrdersItsVersions(t *testing.T) {
	for typ, ladder := range ladders {
		for i, x := range ladder {
			for j, y := range ladder {
				want := 0
				if i < j {
					want = -1
				} else if i > j {
					want = 1
				}
				for a := range strings.SplitSeq(x, " = ") {
					for b := range strings.SplitSeq(y, " = ") {
						check(t, typ, a, b, want)
					}
				}
			}
		}
	}
}

func TestStandardLibraryReleasesAreOrdered(t *testing.T) {
	ladder := []string{"go1.20rc3", "go1.20", "1.20.1", "go1.21rc2", "1.21.0", "go1.22rc1", "go1.22.0", "1.22.10"}
	for i := range ladder[1:] {
		check(t, purl.Golang, ladder[i], ladder[i+1], -1)
	}
}

func TestNothingIsGuessed(t *testing.T) {
	for _, c := range []struct {
		t    purl.Type
		a, b string
	}{
		{purl.Generic, "1.0", "2.0"}, {purl.Docker, "1.0", "latest"}, {purl.OCI, "sha256:ab", "sha256:cd"}, {purl.NPM, "1.0.0", "latest"},
		{purl.NPM, "1.0.0", ""}, {purl.NPM, "", ""}, {purl.NPM, "1.0.0", "1.0.0-"}, {purl.NPM, "1.0.0-a..b", "1.0.0"}, {purl.NPM, "1.0.0.1", "1.0.0"}, {purl.NPM, "1..0", "1"},
		{purl.NPM, "1.0.0+", "1.0.0"}, {purl.GitHub, "v4", "v5"}, {purl.GitHub, "1234567", "7654321"}, {purl.Golang, "(devel)", "v1.0.0"}, {purl.Golang, "master", "v1.0.0"},
		{purl.Maven, "${revision}", "1"}, {purl.Maven, "[1,2)", "1"}, {purl.Gem, "latest", "1"}, {purl.Gem, "1..2", "1"}, {purl.Composer, "dev-main", "dev-next"}, {purl.Composer, "abc", "1.0"},
		{purl.Deb, "1.0_1", "1.0"}, {purl.Deb, "x:1.0", "1.0"}, {purl.Deb, "1.0 a", "1.0"}, {purl.RPM, "1 0", "1"}, {purl.APK, "1 0", "1"}, {purl.ALPM, "1\n", "1"},
		{purl.CRAN, "1.a", "1"}, {purl.Hackage, "1-0", "1"}, {purl.CPAN, "undef", "1"}, {purl.Conda, "1.*", "1"}, {purl.Conda, "a!1", "1"}, {purl.Conda, "1_", "1"}, {purl.Bazel, "", "1"},
		{purl.Bazel, "a_b", "1"}, {purl.Bazel, "-x", "1"}, {purl.Opam, "a b", "1"}, {purl.PyPI, "a b", "1"}, {purl.NuGet, "1.2.3.4.5", "1"}, {purl.Type("nix"), "1", "2"},
	} {
		if order, ok := Compare(c.t, c.a, c.b); ok {
			t.Errorf("%s: %q against %q is %d", c.t, c.a, c.b, order)
		}
		if got := Classify(c.t, c.a, c.b); got != Unordered {
			t.Errorf("%s: %q to %q is %s", c.t, c.a, c.b, got)
		}
	}
	if order, ok := Compare(purl.Generic, "x", "x"); order != 0 || !ok {
		t.Error("a version is not itself")
	}
}

func TestChangesAreNamed(t *testing.T) {
	for _, c := range []struct {
		t        purl.Type
		old, new string
		want     Change
	}{
		{purl.NPM, "1.2.3", "2.0.0", Major}, {purl.NPM, "1.2.3", "1.3.0", Minor}, {purl.NPM, "1.2.3", "1.2.4", Patch}, {purl.NPM, "1.2.4", "1.2.3", Patch},
		{purl.NPM, "1.2.3-rc.1", "1.2.3", PreRelease}, {purl.NPM, "1.2.3", "1.2.3+5", Build}, {purl.NPM, "1.2.3", "v1.2.3", None}, {purl.NPM, "1.2", "1.2.0", None}, {purl.NPM, "1.0.0", "1.0.0", None},
		{purl.NPM, "1.2.3", "main", Unordered}, {purl.NPM, "1.2.3-rc.1", "2.0.0-rc.1", Major}, {purl.Pub, "1.0.0+1", "1.0.0+2", Build}, {purl.NuGet, "1.0.0.1", "1.0.0.2", Patch}, {purl.NuGet, "1.0-A", "1.0.0-a", None},
		{purl.Golang, "v1.2.3", "v1.3.0", Minor}, {purl.Golang, "v1.2.3", "v1.2.4-0.20240101000000-0123456789ab", Commit}, {purl.Golang, "v0.0.0-20190101000000-abcdefabcdef", "v1.0.0", Major},
		{purl.Golang, "v0.0.0-20190101000000-abcdefabcdef", "v0.0.0-20200101000000-0123456789ab", Commit}, {purl.Golang, "go1.22rc1", "go1.22.0", PreRelease}, {purl.Golang, "1.22.0", "1.22.1", Patch},
		{purl.PyPI, "1.0", "1!1.0", Epoch}, {purl.PyPI, "1.0rc1", "1.0", PreRelease}, {purl.PyPI, "1.0", "1.0.post1", Patch}, {purl.PyPI, "1.0", "1.0+local", Build}, {purl.PyPI, "1.0", "1.0.0", None},
		{purl.Maven, "1.0-SNAPSHOT", "1.0", PreRelease}, {purl.Maven, "32.0-jre", "32.1-jre", Minor}, {purl.Maven, "1.0", "1.0.Final", None}, {purl.Gem, "1.0.0.rc1", "1.0.0", PreRelease},
		{purl.Deb, "1.0-1", "1:1.0-1", Epoch}, {purl.Deb, "1.0-1", "1.0-1+deb12u1", Revision}, {purl.Deb, "1.0-1", "1.1-1", Minor}, {purl.Deb, "1.1.1k-1", "1.1.1l-1", Patch}, {purl.Deb, "1.0~rc1-1", "1.0-1", PreRelease},
		{purl.Deb, "1.0+dfsg-1", "1.0+dfsg2-1", Build}, {purl.RPM, "1.0-1.el9", "1.0-2.el9", Revision}, {purl.APK, "1.0-r0", "1.0-r1", Revision}, {purl.APK, "1.0_rc1-r0", "1.0-r0", PreRelease}, {purl.ALPM, "2.0-1", "3.0-1", Major},
		{purl.Composer, "v1.0.0", "v1.0.1", Patch}, {purl.Composer, "dev-a", "dev-b", Unordered}, {purl.CRAN, "1.0-1", "1.0-2", Patch}, {purl.CPAN, "1.10", "1.20", Minor}, {purl.Conda, "1.0", "2.0", Major}, {purl.Generic, "1", "2", Unordered},
	} {
		if got := Classify(c.t, c.old, c.new); got != c.want {
			t.Errorf("%s: %s to %s is %s, want %s", c.t, c.old, c.new, got, c.want)
		}
	}
}

func TestComparingCommonVersionsAllocatesNothing(t *testing.T) {
	for typ, pair := range map[purl.Type][2]string{
		purl.NPM: {"1.2.3-rc.1", "1.2.3-rc.2"}, purl.Golang: {"v1.2.3", "v1.2.4"}, purl.PyPI: {"1.2.3rc1", "1.2.3.post1"}, purl.Maven: {"1.2.3.final", "1.2.3-snapshot"}, purl.NuGet: {"1.2.3.4", "1.2.3"},
		purl.Gem: {"1.2.3.rc1", "1.2.3"}, purl.Composer: {"v1.2.3", "1.2.3-beta1"}, purl.Deb: {"1:2.4.47-2+b1", "1:2.4.47-2"}, purl.RPM: {"1.0-1.el9", "1.0-2.el9"}, purl.APK: {"1.0_rc1-r0", "1.0-r0"}, purl.ALPM: {"2.0-1", "2.0-2"},
	} {
		if n := testing.AllocsPerRun(50, func() { Compare(typ, pair[0], pair[1]) }); n > 0 {
			t.Errorf("%s: %v allocations", typ, n)
		}
	}
}

func TestLongVersionsTakeNoLonger(t *testing.T) {
	for typ := range ladders {
		for _, part := range []string{"1.", "0.", "a.", "1a", "-", "~", "^1", ".a-", "00", "1-", "_p", "dev.", "-final", "1_"} {
			long := "1" + strings.Repeat(part, 20_000)
			Compare(typ, long, long+"1")
			Compare(typ, long+"1", "1"+strings.Repeat(part, 20_000)+"2")
			Classify(typ, long+"1", long+"2")
		}
	}
}

// FuzzCompare holds every order to its laws: no panic, a version equals itself,
// and turning the question turns the answer. Transitivity holds where versions
// are well formed; the ladders prove it.
func FuzzCompare(f *testing.F) {
	types := []purl.Type{
		purl.NPM, purl.Pub, purl.GitHub, purl.NuGet, purl.Golang, purl.Bazel, purl.PyPI, purl.Maven, purl.Gem, purl.Composer,
		purl.Deb, purl.RPM, purl.APK, purl.ALPM, purl.CRAN, purl.Hackage, purl.Opam, purl.CPAN, purl.Conda, purl.Generic,
	}
	for i, typ := range types {
		for n := range len(ladders[typ]) - 1 {
			f.Add(uint8(i), ladders[typ][n], ladders[typ][n+1])
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, a, b string) {
		typ := types[int(n)%len(types)]
		x, okX := Compare(typ, a, b)
		y, okY := Compare(typ, b, a)
		if okX != okY || okX && x != -y || x < -1 || x > 1 {
			t.Fatalf("%s: %q against %q is %d %v, the other way %d %v", typ, a, b, x, okX, y, okY)
		}
		if z, ok := Compare(typ, a, a+""); z != 0 || ok != (a != "") {
			t.Fatalf("%s: %q against itself is %d %v", typ, a, z, ok)
		}
		Classify(typ, a, b)
	})
}

func BenchmarkCompareMaven(b *testing.B) {
	for b.Loop() {
		Compare(purl.Maven, "32.1.3-jre", "33.0.0-jre")
	}
}
