package pypi

import "testing"

// The cases are those of https://packaging.python.org/en/latest/specifications/version-specifiers/ and
// https://python-poetry.org/docs/dependency-specification/.
func TestSpecifiersAllowWhatTheSpecificationSays(t *testing.T) {
	for _, c := range []struct {
		version, specifier string
		want               bool
	}{
		{"1.0", "", true},
		{"1.0", "==1.0.0", true},
		{"1.0+local", "==1.0", true},
		{"1.0", "==1.0+local", false},
		{"1.1.post1", "==1.1.*", true},
		{"1.10", "==1.1.*", false},
		{"2!1.1", "==1.1.*", false},
		{"1.1a1", "!=1.1.*", false},
		{"2.0rc1", "<2.0", false},
		{"2.0rc1", "<2.0rc2", true},
		{"1.0.post1", ">1.0", false},
		{"1.0.post2", ">1.0.post1", true},
		{"2.2.post3", "~=2.2", true},
		{"3.0", "~=2.2", false},
		{"1.4.9", "~=1.4.5", true},
		{"1.5", "~=1.4.5", false},
		{"1.0-custom", "===1.0-CUSTOM", true},
		{"1.5", ">=1,<2,!=1.5", false},
		{"1.6", ">=1.*", true},
	} {
		if got := satisfies(c.version, c.specifier); got != c.want {
			t.Errorf("%s against %q is %v", c.version, c.specifier, got)
		}
	}
}

func TestPoetryConstraintsAllowWhatPoetrySays(t *testing.T) {
	for _, c := range []struct {
		version, constraint string
		want                bool
	}{
		{"1.9", "^1.2", true},
		{"2.0", "^1.2", false},
		{"0.2.9", "^0.2.3", true},
		{"0.3", "^0.2.3", false},
		{"0.0.3", "^0.0.3", true},
		{"0.0.4", "^0.0.3", false},
		{"0.9", "^0", true},
		{"1.2.9", "~1.2.3", true},
		{"1.3", "~1.2", false},
		{"1.9", "~1", true},
		{"1.2.5", "1.2.*", true},
		{"7", "*", true},
		{"1.2", "1.2.0", true},
		{"4", ">=1,<2 || >3", true},
		{"2.5", ">=1,<2 | >3", false},
		{"1.5", "> 1.0 < 2.0", true},
		{"1.5", ">=1.0,<1.5.dev0", false},
	} {
		if got := satisfiesPoetry(c.version, c.constraint); got != c.want {
			t.Errorf("%s against %q is %v", c.version, c.constraint, got)
		}
	}
}

func TestMarkersAreDecidedOnlyWhereTheyAreCertain(t *testing.T) {
	deep := ""
	for range 500 {
		deep += "("
	}
	for _, c := range []struct {
		marker string
		in     environment
		want   truth
	}{
		{"", environment{}, always},
		{"python_version < '3.8'", environment{}, maybe},
		{"python_version < '3.8'", environment{python: "3.11"}, never},
		{"'3.8' <= python_version", environment{python: "3.11"}, always},
		{"python_version in '3.10 3.11'", environment{python: "3.11"}, always},
		{"python_full_version < '3.11.2'", environment{python: "3.11"}, maybe},
		{"python_full_version < '3.10.2'", environment{python: "3.11"}, never},
		{"python_full_version == '3.11.*'", environment{python: "3.11"}, always},
		{"python_full_version != '3.11.4'", environment{python: "3.11"}, maybe},
		{"sys_platform == 'win32' and python_version < '3'", environment{python: "3.11"}, never},
		{"sys_platform == 'win32' or python_version > '3'", environment{python: "3.11"}, always},
		{"not_a_variable and", environment{}, maybe},
		{deep, environment{}, maybe},
		{"extra == 'socks'", environment{}, never},
		{"extra == 'socks'", environment{anyExtra: true}, always},
		{"'dev' in dependency_groups", environment{groups: []string{"default"}}, never},
		{"'Dev_Tools' in dependency_groups and os_name == 'nt'", environment{groups: []string{"dev-tools"}}, maybe},
		{"'dev' not in dependency_groups", environment{}, always},
		{"'fast' in extras", environment{anyExtra: true}, always},
	} {
		if got := c.in.holds(c.marker); got != c.want {
			t.Errorf("%.60q in %v is %v, not %v", c.marker, c.in, got, c.want)
		}
	}
}
