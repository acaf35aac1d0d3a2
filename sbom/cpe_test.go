package sbom

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// official is the pattern of CPE 2.3 formatted strings in the XML schemas of CycloneDX and in SPDX 2.3, annex F.2.
const official = `^cpe:2\.3:[aho*\-](:(((\?*|\*?)([a-zA-Z0-9\-._]|(\\[\\*?!"#$%&'()+,/:;<=>@\[\]^` + "`" + `{|}~]))+(\?*|\*?))|[*\-])){5}` +
	`(:(([a-zA-Z]{2,3}(-([a-zA-Z]{2}|[0-9]{3}))?)|[*\-]))(:(((\?*|\*?)([a-zA-Z0-9\-._]|(\\[\\*?!"#$%&'()+,/:;<=>@\[\]^` + "`" + `{|}~]))+(\?*|\*?))|[*\-])){4}$`

func TestCPENamesHaveOneSpelling(t *testing.T) {
	pattern := regexp.MustCompile(official)
	for _, x := range [...]struct{ name, version, want string }{
		{"cpe:2.3:a:haxx:curl:8.5.0:*:*:*:*:*:*:*", "", "cpe:2.3:a:haxx:curl:8.5.0:*:*:*:*:*:*:*"},
		{"cpe:2.3:a:haxx:curl", "", "cpe:2.3:a:haxx:curl:*:*:*:*:*:*:*:*"},
		{"cpe:2.3:o:amazon:amazon_linux:2", "", "cpe:2.3:o:amazon:amazon_linux:2:*:*:*:*:*:*:*"}, // as its os-release says
		{"cpe:2.3:o:canonical:ubuntu_linux:10.04::lts:*:*:*:*:*", "", "cpe:2.3:o:canonical:ubuntu_linux:10.04:*:lts:*:*:*:*:*"},
		{"cpe:2.3:*:redis:redis:7.2.4:-:*:*:*:node.js:*:*", "", "cpe:2.3:*:redis:redis:7.2.4:-:*:*:*:node.js:*:*"},
		// NIST IR 7695, 6.2.3.
		{`cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*`, "", `cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*`},
		{`cpe:2.3:a:foo\\bar:big\$money:2010:*:*:*:special:ipod_touch:80gb:*`, "", `cpe:2.3:a:foo\\bar:big\$money:2010:*:*:*:special:ipod_touch:80gb:*`},
		{`cpe:2.3:a:@scope/pkg:node\.js:1\.0\-rc\_1:*:*:*:*:node.js:*:*`, "", `cpe:2.3:a:\@scope\/pkg:node.js:1.0-rc_1:*:*:*:*:node.js:*:*`},
		{`cpe:2.3:a:a\:b:c:*:*:*:en-us:*:*:*:*`, "", `cpe:2.3:a:a\:b:c:*:*:*:en-us:*:*:*:*`},
		// The version.
		{"cpe:2.3:a:haxx:curl", "8.5.0", "cpe:2.3:a:haxx:curl:8.5.0:*:*:*:*:*:*:*"},
		{"cpe:2.3:a:haxx:curl:8.4.0", "8.5.0", "cpe:2.3:a:haxx:curl:8.4.0:*:*:*:*:*:*:*"},
		{"cpe:2.3:a:haxx:curl:-", "8.5.0", "cpe:2.3:a:haxx:curl:-:*:*:*:*:*:*:*"},
		{"cpe:2.3:a:haxx:curl:*:*:*:*:*:*:*:*", "8.5.0", "cpe:2.3:a:haxx:curl:8.5.0:*:*:*:*:*:*:*"},
		{"cpe:/a:haxx:curl", "8.5.0", "cpe:2.3:a:haxx:curl:8.5.0:*:*:*:*:*:*:*"},
		{"cpe:2.3:a:oracle:openjdk", "1.8.0_392+b08", `cpe:2.3:a:oracle:openjdk:1.8.0_392\+b08:*:*:*:*:*:*:*`},
		{"cpe:2.3:a:a:b", `1:2.0~RC1*?\-`, `cpe:2.3:a:a:b:1\:2.0\~rc1\*\?\\-:*:*:*:*:*:*:*`},
		{"cpe:2.3:a:a:b", "1.0 beta", ""}, {"cpe:2.3:a:a:b", "1.0é", ""}, {"cpe:2.3:a:a:b", "1\n", ""}, {"cpe:2.3:a:a:b", "-", ""},
		// NIST IR 7695, 6.1.3, and os-release files.
		{"cpe:/a:microsoft:internet_explorer:8.0.6001:beta", "", "cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*"},
		{"cpe:/a:microsoft:internet_explorer:8.%2a:sp%3f", "", `cpe:2.3:a:microsoft:internet_explorer:8.\*:sp\?:*:*:*:*:*:*`},
		{"cpe:/a:microsoft:internet_explorer:8.%02:sp%01", "", "cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*"},
		{"cpe:/a:hp:insight_diagnostics:7.4.0.1570::~~online~win2003~x64~", "", "cpe:2.3:a:hp:insight_diagnostics:7.4.0.1570:*:*:*:online:win2003:x64:*"},
		{"cpe:/a:hp:openview_network_manager:7.51:-:~~~linux~~", "", "cpe:2.3:a:hp:openview_network_manager:7.51:-:*:*:*:linux:*:*"},
		{"cpe:/a:foo~bar:big%7emoney_2010", "", `cpe:2.3:a:foo\~bar:big\~money_2010:*:*:*:*:*:*:*:*`},
		{"cpe:/o:redhat:enterprise_linux:9::baseos", "", "cpe:2.3:o:redhat:enterprise_linux:9:*:baseos:*:*:*:*:*"},
		{"CPE:/O:Fedoraproject:Fedora:40", "", "cpe:2.3:o:fedoraproject:fedora:40:*:*:*:*:*:*:*"},
		{"cpe:/a:a:b:1:*:?:fr", "", `cpe:2.3:a:a:b:1:\*:\?:fr:*:*:*:*`},
		// None.
		{"", "1", ""}, {"x", "", ""}, {"cpe", "", ""}, {"cpe:/", "", ""}, {"cpe:2.2:a:b:c", "", ""}, {"pkg:npm/a@1", "", ""},
		{"cpe:2.3:x:a:b", "", ""}, {"cpe:2.3:ah:a:b", "", ""}, {"cpe:2.3:a:a b:c", "", ""}, {"cpe:2.3:a:ä:c", "", ""}, {"cpe:2.3:a:a*b:c", "", ""}, {"cpe:2.3:a:a?b:c", "", ""},
		{"cpe:2.3:a:?:c", "", ""}, {"cpe:2.3:a:**:c", "", ""}, {`cpe:2.3:a:\-:c`, "", ""}, {`cpe:2.3:a:a:b\`, "", ""}, {"cpe:2.3:a:b:c:*:*:*:*:*:*:*:*:*", "", ""},
		{"cpe:2.3:a:b:c:*:*:*:english", "", ""}, {"cpe:/a:%00:b", "", ""}, {"cpe:/a:%4:b", "", ""}, {"cpe:/a:%zz:b", "", ""}, {"cpe:/a:b:c:1:2:3:fr:4", "", ""}, {"cpe:/a:b:c:1:2:~1~2~3~4~5~6", "", ""},
	} {
		got := CPE(x.name, x.version)
		if got != x.want {
			t.Errorf("%s at %q is %s, want %s", x.name, x.version, got, x.want)
		}
		if got != "" && (CPE(got, "") != got || !pattern.MatchString(got)) {
			t.Errorf("%s: %s is not final, but %s; it matches the official pattern: %v", x.name, got, CPE(got, ""), pattern.MatchString(got))
		}
	}
}

func FuzzCPE(f *testing.F) {
	pattern := regexp.MustCompile(official)
	for _, name := range []string{`cpe:2.3:a:b\:c:d?:*e:??f:g*:en-US:h:i:j:k`, "cpe:/a:b%02:%01c:%7e:~:~a~b~c~d~e:fr", "cpe:2.3:a:b:c"} {
		f.Add(name, "1.0+x")
	}
	f.Fuzz(func(t *testing.T, name, version string) {
		got := CPE(name, version)
		if got == "" {
			return
		}
		if CPE(got, "") != got || !pattern.MatchString(got) {
			t.Errorf("%q at %q is %q", name, version, got)
		}
	})
}

func TestCPENamesAreUnitedAndSorted(t *testing.T) {
	const first, second, third = "cpe:2.3:a:a:b:1:*:*:*:*:*:*:*", "cpe:2.3:a:c:b:1:*:*:*:*:*:*:*", "cpe:2.3:a:d:b:1:*:*:*:*:*:*:*"
	shared := append(make([]string, 0, 8), third, first)
	var all []*Facts
	for i, names := range [][]string{shared, {second, first}, nil, {third}} {
		f := NewFacts("test", Stages[i], "file")
		f.Application(".", Component{Name: "app"})
		f.Add("p", Component{Name: "p", Version: "1", CPEs: names})
		all = append(all, f)
	}
	for range 2 { // the second time from the same claims
		g := Resolve(all, Options{})
		h := slices.IndexFunc(g.Components, func(c Component) bool { return c.Name == "p" })
		if diff := cmp.Diff([]string{first, second, third}, g.Components[h].CPEs); diff != "" {
			t.Error(diff)
		}
	}
	if !slices.Equal(shared, []string{third, first}) || strings.Join(shared[:4], "") != third+first {
		t.Errorf("the claim has become %q", shared[:4])
	}
	var c Component
	if c.CPE("cpe:2.3:a:a:b", "1 2") || c.CPE("", "1") || !c.CPE("cpe:/a:a:b", "1") || !slices.Equal(c.CPEs, []string{first}) {
		t.Error(c.CPEs)
	}
}
