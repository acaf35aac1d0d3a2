package npm

import (
	"strings"
	"testing"
)

func TestSpecifiersAndAddressesTellWhereAPackageComesFrom(t *testing.T) {
	secretless := strings.NewReplacer("<token>", "npm_abcdefghijklmnopqrstuvwxyz0123456789")
	for _, c := range []struct {
		spec string
		want source
	}{
		{"", source{}},
		{"^1.0.0 || >=2", source{}},
		{"latest", source{}},
		{"npm:real@^1", source{}},
		{"catalog:", source{}},
		{"https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#abc", source{ref: "abc"}},
		{"https://user:<token>@registry.yarnpkg.com/a/-/a-1.0.0.tgz", source{}},
		{"https://registry.yarnpkg.com.example.org/a/-/a-1.0.0.tgz", source{url: "https://registry.yarnpkg.com.example.org"}},
		{"https://notyarnpkg.com/a/-/a-1.0.0.tgz", source{url: "https://notyarnpkg.com"}},
		{"https://npm.example.org/api/npm/a/-/a-1.0.0.tgz", source{url: "https://npm.example.org/api/npm"}},
		{"http://localhost:4873/@s/a/-/a-1.0.0.tgz", source{url: "http://localhost:4873"}},
		{"https://u:<token>@npm.example.org:8443/r/@s/a/-/@s/a-1.0.0.tgz?token=<token>&x=1", source{url: "https://npm.example.org:8443/r"}},
		{"https://npm.pkg.github.com/download/@s/a/1.0.0/0123", source{url: "https://npm.pkg.github.com"}},
		{"https://npm.jsr.io/~/11/@jsr/std__path/1.0.8.tgz", source{url: "https://npm.jsr.io"}},
		{"https://gitlab.example.org/api/v4/groups/g/-/packages/npm/@s/a/-/@s/a-1.0.0.tgz", source{url: "https://gitlab.example.org/api/v4/groups/g/-/packages/npm"}},
		{"https://example.org/a.tgz?_authToken=<token>&v=2#sha", source{origin: tarball, url: "https://example.org/a.tgz?v=2", ref: "sha"}},
		{"o/r", source{origin: git, url: "https://github.com/o/r"}},
		{"o/r#v1", source{origin: git, url: "https://github.com/o/r", ref: "v1"}},
		{"o/r#semver:^1", source{origin: git, url: "https://github.com/o/r"}},
		{"github:o/r.git#v1", source{origin: git, url: "https://github.com/o/r", ref: "v1"}},
		{"gitlab:o/s/r", source{origin: git, url: "https://gitlab.com/o/s/r"}},
		{"gist:11081aaa281", source{origin: git, url: "https://gist.github.com/11081aaa281"}},
		{"bitbucket:o/r", source{origin: git, url: "https://bitbucket.org/o/r"}},
		{"github:u:<token>@o/r", source{origin: git, url: "https://github.com/o/r"}},
		{"git+ssh://git@github.com/o/r.git#0123", source{origin: git, url: "https://github.com/o/r", ref: "0123"}},
		{"git+ssh://git@github.com:o/r.git#0123", source{origin: git, url: "https://github.com/o/r", ref: "0123"}},
		{"git@git.example.org:o/r.git#0123", source{origin: git, url: "ssh://git.example.org/o/r", ref: "0123"}},
		{"git+https://u:<token>@git.example.org:8443/o/r.git#0123", source{origin: git, url: "https://git.example.org:8443/o/r", ref: "0123"}},
		{"git://github.com/o/r#v1", source{origin: git, url: "https://github.com/o/r", ref: "v1"}},
		{"git+file:///home/u/r", source{origin: local}},
		{"https://u:<token>@github.com/o/r.git#commit=0123", source{origin: git, url: "https://github.com/o/r", ref: "0123"}},
		{"https://github.com/o/r", source{origin: git, url: "https://github.com/o/r"}},
		{"https://codeload.github.com/o/r/tar.gz/0123", source{origin: git, url: "https://github.com/o/r", ref: "0123"}},
		{"https://github.com/o/r/archive/refs/tags/v1.tar.gz", source{origin: git, url: "https://github.com/o/r", ref: "v1"}},
		{"file:../a", source{origin: local, path: "../a"}},
		{"../a", source{origin: local, path: "../a"}},
		{"a/b/c", source{origin: local, path: "a/b/c"}},
		{"C:\\a", source{origin: local, path: "C:\\a"}},
		{"link:./a", source{origin: local, path: "./a"}},
		{"workspace:^", source{origin: local, path: "^"}},
	} {
		got := locate(secretless.Replace(c.spec))
		if got != c.want {
			t.Errorf("locate(%q) = %+v, want %+v", c.spec, got, c.want)
		}
	}
}

func TestExactVersionsAreToldFromRanges(t *testing.T) {
	for _, spec := range []string{"1.2.3", "=1.2.3", "v1.2.3", "1.2.3-rc.1", "1.2.3+build", "0.0.0-2024-01"} {
		if !exact(spec) {
			t.Errorf("%q is not taken for exact", spec)
		}
	}
	for _, spec := range []string{"", "1", "1.2", "1.2.x", "^1.2.3", "1.2.3 || 2", "1.2.3-", "latest", "*", "1.2.3.4", "file:1.2.3"} {
		if exact(spec) {
			t.Errorf("%q is taken for exact", spec)
		}
	}
}
