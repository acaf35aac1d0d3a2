package golang

import (
	"debug/buildinfo"
	"runtime/debug"
	"testing"
)

// Programs that older versions of Go built in a checkout cannot be built here: what they hold is written down.

func programOf(path, version string, settings ...string) *program {
	p := &program{BuildInfo: &buildinfo.BuildInfo{Path: path, Main: debug.Module{Path: path, Version: version}}, file: "tool", settings: make(map[string]string)}
	for i := 0; i < len(settings); i += 2 {
		p.Settings = append(p.Settings, debug.BuildSetting{Key: settings[i], Value: settings[i+1]})
		p.settings[settings[i]] = settings[i+1]
	}
	return p
}

func TestTheVersionOfAProgramIsTheBestThatItTells(t *testing.T) {
	commit := []string{"vcs", "git", "vcs.revision", "0123456789abcdef0123456789abcdef01234567", "vcs.time", "2023-04-05T06:07:08+02:00"}
	with := func(more ...string) []string { return append(append([]string(nil), commit...), more...) }
	for _, c := range []struct {
		name, path, version string
		settings            []string
		want, source        string
	}{
		{"stated", "github.com/a/b", "v1.2.3", with("-ldflags", "-X main.version=9.9.9"), "v1.2.3", ""},
		{"linked", "github.com/a/b", "(devel)", with("-ldflags", "-s -X main.version=1.4.0 -w"), "v1.4.0", "-ldflags -X main.version"},
		{"linked with an equals sign and quotes", "github.com/a/b", "(devel)", []string{"-ldflags", `-X="main.Version=v1.4.0-rc.1" -X 'main.name=a b'`}, "v1.4.0-rc.1", "-ldflags -X main.Version"},
		{"linked into a package of the module", "github.com/a/b", "", []string{"-ldflags", "-X github.com/a/b/internal/build.gitVersion=v2.0.0"}, "v2.0.0", "-ldflags -X github.com/a/b/internal/build.gitVersion"},
		{"linked into another module", "github.com/a/b", "(devel)", []string{"-ldflags", "-X k8s.io/client-go/pkg/version.gitVersion=v1.30.0"}, "", ""},
		{"linked, but no version", "github.com/a/b", "(devel)", []string{"-ldflags", "-X main.version=nightly -X main.date=2024.01.02"}, "", ""},
		{"commit", "github.com/a/b", "(devel)", commit, "v0.0.0-20230405040708-0123456789ab", "vcs.revision and vcs.time"},
		{"commit of a later major version, changed", "github.com/a/b/v3", "(devel)", with("vcs.modified", "true"), "v3.0.0-20230405040708-0123456789ab+dirty", "vcs.revision and vcs.time"},
		{"nothing", "github.com/a/b", "(devel)", nil, "", ""},
	} {
		p := programOf(c.path, c.version, c.settings...)
		if v, source := p.version(); v != c.want || source != c.source {
			t.Errorf("%s: %q from %q, want %q from %q", c.name, v, source, c.want, c.source)
		}
	}
}

func TestTheCommitIsPartOfTheIdentityOnlyWhereTheVersionIsNotKnown(t *testing.T) {
	commit := []string{"vcs", "git", "vcs.revision", "0123456789abcdef0123456789abcdef01234567", "vcs.time", "2023-04-05T06:07:08Z"}
	at := "git+https://github.com/a/b@0123456789abcdef0123456789abcdef01234567"
	for version, want := range map[string]string{"v1.2.3": "", "(devel)": at} {
		c := programOf("github.com/a/b", version, commit...).component()
		if got := c.PURL.Qualifier("vcs_url"); got != want {
			t.Errorf("%s: vcs_url is %q", version, got)
		}
		if len(c.References) != 1 || c.References[0].URL != at {
			t.Errorf("%s: references are %v", version, c.References)
		}
	}
	if c := programOf("example.com/b", "(devel)", commit...).component(); c.PURL.Qualifier("vcs_url") != "" {
		t.Error("the repository of a module of any host is guessed")
	}
}

func TestAFolderThatReplacesAModuleIsNotTold(t *testing.T) {
	for _, where := range []string{"/home/somebody/src/lib", "./lib", "../lib"} {
		c := linked(&debug.Module{Path: "github.com/a/lib", Version: "v1.0.0", Replace: &debug.Module{Path: where}})
		if got := c.PURL.String(); got != "pkg:golang/github.com/a/lib" {
			t.Errorf("%s: %s", where, got)
		}
		for _, p := range c.Properties {
			if p.Value == where {
				t.Errorf("%s is told in %s", where, p.Name)
			}
		}
	}
}

func TestTheStandardLibraryHasTheVersionOfTheRelease(t *testing.T) {
	for text, want := range map[string]string{
		"go1.22.1":                             "1.22.1",
		"go1.21.0 X:boringcrypto":              "1.21.0",
		"go1.20.12-vendor3":                    "1.20.12",
		"go1.22rc1":                            "1.22rc1",
		"devel go1.23-0123456789 Mon Jan 1":    "",
		"devel +0123456789 Mon Jan 1 00:00:00": "",
		"":                                     "",
	} {
		p := &program{BuildInfo: &buildinfo.BuildInfo{GoVersion: text}}
		if got := p.goVersion(); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
