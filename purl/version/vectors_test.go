package version

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/purl"
)

// shared returns a folder of the official data that lies beside the repository,
// or "" where the tests run without it.
func shared(t *testing.T, folder string) string {
	t.Helper()
	root := os.Getenv("SBOMGEN_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(root, folder)
	if _, err := os.Stat(dir); err != nil {
		t.Logf("left out: %s is not here", folder)
		return ""
	}
	return dir
}

// The facts of google/osv-scalibr's semantic package, lines such as "1.0 < 1.1".
func TestOSVOrderingFactsHold(t *testing.T) {
	dir := shared(t, "spec/versions/osv-semantic")
	if dir == "" {
		return
	}
	fact := regexp.MustCompile(`^(\S.*) ([<=>]) (.*\S)\s*$`)
	for pattern, typ := range map[string]purl.Type{
		"alpine-*": purl.APK, "cran-*": purl.CRAN, "debian-*": purl.Deb, "hackage-*": purl.Hackage, "maven-*": purl.Maven,
		"nuget-*": purl.NuGet, "packagist-*": purl.Composer, "pub-*": purl.Pub, "pypi-*": purl.PyPI, "redhat-*": purl.RPM,
		"rubygems-*": purl.Gem, "semver-*": purl.NPM,
	} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		if len(files) == 0 {
			t.Errorf("no %s", pattern)
		}
		for _, name := range files {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			lines, facts := bufio.NewScanner(f), 0
			var sample []string
			for lines.Scan() {
				m := fact.FindStringSubmatch(lines.Text())
				if m == nil || m[1][0] == '/' || m[1][0] == '#' {
					continue
				}
				if facts++; facts%31 == 1 {
					sample = append(sample, m[1])
				}
				want := map[string]int{"<": -1, "=": 0, ">": 1}[m[2]]
				check(t, typ, m[1], m[3], want)
			}
			slices.SortStableFunc(sample, func(a, b string) int { order, _ := Compare(typ, a, b); return order })
			for i, a := range sample {
				for _, b := range sample[i+1:] {
					if order, _ := Compare(typ, a, b); order > 0 && typ != purl.Maven && !strings.Contains(a+b, "#") { // Maven itself has 1.0 < 1-1 < 1.0.0.rc < 1.0
						t.Errorf("%s: the order of %q and %q is not transitive", typ, a, b)
					}
				}
			}
			if facts < 10 {
				t.Errorf("%s: only %d facts", name, facts)
			}
		}
	}
}

// check compares both ways.
func check(t *testing.T, typ purl.Type, a, b string, want int) {
	t.Helper()
	if got, ok := Compare(typ, a, b); !ok || got != want {
		t.Errorf("%s: %q against %q is %d %v, want %d", typ, a, b, got, ok, want)
	}
	if got, ok := Compare(typ, b, a); !ok || got != -want {
		t.Errorf("%s: %q against %q is %d %v, want %d", typ, b, a, got, ok, -want)
	}
}

// The comparison and equality cases of package-url/vers-spec.
func TestVersComparisonsHold(t *testing.T) {
	dir := shared(t, "spec/versions/vers")
	if dir == "" {
		return
	}
	for name, typ := range map[string]purl.Type{"alpine": purl.APK, "alpm": purl.ALPM, "maven": purl.Maven, "nuget": purl.NuGet} {
		data, err := os.ReadFile(filepath.Join(dir, name+"_version_cmp_test.json"))
		if err != nil {
			t.Fatal(err)
		}
		var suite struct {
			Tests []struct {
				Type  string `json:"test_type"`
				Input struct{ Versions []string }
				Want  json.RawMessage `json:"expected_output"`
			}
		}
		if err := json.Unmarshal(data, &suite); err != nil {
			t.Fatal(err)
		}
		for _, c := range suite.Tests {
			if c.Type == "equality" {
				order, ok := Compare(typ, c.Input.Versions[0], c.Input.Versions[1])
				if same := order == 0; !ok || string(c.Want) != map[bool]string{true: "true", false: "false"}[same] {
					t.Errorf("%s: %q equal is %v %v, want %s", typ, c.Input.Versions, same, ok, c.Want)
				}
				continue
			}
			var sorted []string
			if err := json.Unmarshal(c.Want, &sorted); err != nil {
				t.Fatal(err)
			}
			check(t, typ, sorted[0], sorted[1], -1)
		}
	}
}
