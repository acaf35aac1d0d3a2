package sbom

import (
	"net/url"
	"strings"
	"testing"
)

func TestAddressesLoseWhatNobodyShouldSee(t *testing.T) {
	for _, c := range []struct{ raw, want string }{ // an empty want: refused
		{"https://registry.yarnpkg.com/@babel/core/-/core-7.0.0.tgz", "https://registry.yarnpkg.com/@babel/core/-/core-7.0.0.tgz"},
		{"https://user:hunter2@example.com/a.tgz", "https://example.com/a.tgz"},
		{"https://hunter2@example.com:8443/a.tgz", "https://example.com:8443/a.tgz"},
		{"//user:hunter2@example.com/a", "//example.com/a"},
		{"git+ssh://git@github.com/owner/name.git#v1", "git+ssh://github.com/owner/name.git#v1"},
		{"git+ssh://git@github.com:owner/name.git", "git+ssh://github.com/owner/name.git"},
		{"git@github.com:owner/name.git", "ssh://github.com/owner/name.git"},
		{"scm:git:git@github.com:owner/name.git", "ssh://github.com/owner/name.git"},
		{"scm:svn:https://user:hunter2@example.com/svn", "scm:svn:https://example.com/svn"},
		{"git+https://user:hunter2@example.com/x.git?ref=main&private_token=hunter2", "git+https://example.com/x.git?ref=main"},
		{"https://example.com/a?X-Amz-Signature=hunter2&X-Amz-Date=1&v=2", "https://example.com/a?v=2"},
		{"https://example.com/a?sv=1;sig=hunter2", "https://example.com/a?sv=1"},
		{"https://example.com/a?access_token=hunter2", "https://example.com/a"},
		{"https://example.com/a#access_token=hunter2", "https://example.com/a"},
		{"https://example.com/a.git#egg=name&subdirectory=x", "https://example.com/a.git#egg=name&subdirectory=x"},
		{"https://example.com/go?to=https://user:hunter2@inner.example/", "https://example.com/go"},
		{"https://example.com/go?to=https%3A%2F%2Fuser:hunter2@inner.example/", "https://example.com/go"},
		{"https://example.com/via/https://user:hunter2@inner.example/", ""},
		{"https://user:hun/ter2@example.com/", ""},
		{"user:hunter2@example.com/x", ""},
		{"user:hunter2@git://example.com/x", ""},
		{"https://example.com/a b\"<>{}|^`[]é%zz", "https://example.com/a%20b%22%3C%3E%7B%7D%7C%5E%60%5B%5D%C3%A9%25zz"},
		{"https://example.com\\a\\b", "https://example.com/a/b"},
		{"https://[2001:db8::1]:8080/[x]", ""},
		{"https://${host}/x", ""},
		{"https://exa mple.com/x", ""},
		{"https:///x", ""},
		{"https://example.com/a\nb", ""},
		{"mailto:bugs@example.com", "mailto:bugs@example.com"},
		{"www.example.com", "www.example.com"},
		{"1st:thing", ""},
		{"file:///home/alice/x.tgz", ""},
		{"git+file:///srv/x", ""},
		{"scm:git:file:///srv/x", ""},
		{"scm:git:/srv/x", ""},
		{"link:../x", ""},
		{"/home/alice/x", ""},
		{"~/x", ""},
		{"./x", ""},
		{"../x", ""},
		{`C:\Users\alice`, ""},
		{"c:/Users/alice", ""},
		{`\\server\share`, ""},
		{"  ", ""},
		{"", ""},
		{"https://example.com/\xff", "https://example.com/%EF%BF%BD"},
	} {
		got, ok := CleanURL(c.raw)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("CleanURL(%q) = %q, %v; want %q", c.raw, got, ok, c.want)
		}
	}
}

func FuzzCleanURL(f *testing.F) {
	for _, s := range []string{"https://u:p@example.com/a?token=x#y", "git@github.com:a/b", "scm:git:https://[::1]/", "a%zz", "//x", "https://a:b/c@d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, ok := CleanURL(raw)
		if !ok {
			if got != "" {
				t.Fatalf("refused %q but returned %q", raw, got)
			}
			return
		}
		if again, ok := CleanURL(got); !ok || again != got {
			t.Fatalf("%q became %q, and that %q, %v", raw, got, again, ok)
		}
		u, err := url.Parse(got)
		if err != nil {
			t.Fatalf("%q became %q: %v", raw, got, err)
		}
		if u.User != nil || strings.ContainsAny(got, " \\\"<>") {
			t.Fatalf("%q became %q", raw, got)
		}
	})
}

func BenchmarkCleanURL(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		CleanURL("https://registry.yarnpkg.com/@babel/core/-/core-7.0.0.tgz")
	}
}
