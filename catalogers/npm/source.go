package npm

import (
	"net/url"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// origin is where a package comes from.
type origin uint8

const (
	registry origin = iota // a registry, by version, range, tag or the address of its tarball
	git                    // a commit of a repository
	tarball                // an archive at an address of its own
	local                  // a folder or archive of the machine: file:, link:, portal:, workspace:
)

// source is what a specifier of a manifest or a resolved address of a lockfile says. It holds no credentials.
type source struct {
	origin origin
	url    string // of the registry, "" if it is the public one; of the repository, as "https://host/o/r"; of the tarball
	ref    string // what follows "#": the commit, tag or branch of a repository, yarn's sha1 of a tarball
	path   string // of a local one, without protocol, as written
}

// locate reads a specifier or a resolved address, in the spellings of
// https://docs.npmjs.com/cli/v11/configuring-npm/package-json#dependencies and of yarn and pnpm.
func locate(spec string) source {
	spec = strings.TrimSpace(spec)
	colon := strings.IndexAny(spec, ":#")
	if colon < 0 || spec[colon] == '#' {
		return bare(spec)
	}
	protocol, rest := spec[:colon], spec[colon+1:]
	switch protocol {
	case "https", "http":
		return web(spec)
	case "git", "git+ssh", "git+https", "git+http", "git+file", "ssh", "git+git":
		return repository(spec)
	case "github", "gitlab", "bitbucket", "gist":
		return hosted(protocol, rest)
	case "file", "link", "portal", "workspace":
		return source{origin: local, path: strings.TrimPrefix(rest, "//")}
	case "npm", "catalog", "patch", "jsr":
		return source{}
	}
	if len(protocol) == 1 { // a drive of Windows
		return source{origin: local, path: spec}
	}
	if strings.Contains(protocol, "@") { // git@host:owner/repository
		return repository("ssh://" + protocol + "/" + rest)
	}
	return source{}
}

// bare reads a specifier without a protocol: a range, a path or GitHub's owner/repository.
func bare(spec string) source {
	switch {
	case spec == "":
		return source{}
	case spec[0] == '.', spec[0] == '/', strings.HasPrefix(spec, "~/"):
		return source{origin: local, path: spec}
	}
	path, _, _ := strings.Cut(spec, "#")
	if owner, name, ok := strings.Cut(path, "/"); ok && owner != "" && owner[0] != '@' && name != "" && !strings.ContainsAny(path, " |<>=~^") {
		if strings.Contains(name, "/") {
			return source{origin: local, path: spec} // a/b/c is a path
		}
		return hosted("github", spec)
	}
	return source{}
}

// hosted reads "owner/repository#ref" at one of the hosts that have a shorthand.
func hosted(name, rest string) source {
	path, ref, _ := strings.Cut(rest, "#")
	host := name + ".com"
	switch name {
	case "bitbucket":
		host = "bitbucket.org"
	case "gist":
		host = "gist.github.com"
	}
	if at := strings.LastIndexByte(path, '@'); at >= 0 { // github:user:token@owner/repository
		path = path[at+1:]
	}
	return source{origin: git, url: "https://" + host + "/" + strings.TrimSuffix(strings.Trim(path, "/"), ".git"), ref: commitish(ref)}
}

// commitish is a ref without what yarn puts around it ("commit=<sha>", "workspace=x&head=main"); a range among the tags
// ("semver:^1") is none.
func commitish(ref string) string {
	for part := range strings.SplitSeq(ref, "&") {
		key, value, ok := strings.Cut(part, "=")
		switch {
		case strings.HasPrefix(part, "semver:"):
			return ""
		case !ok:
			return part
		case key == "commit" || key == "head" || key == "tag":
			return value
		}
	}
	return ""
}

// repository reads the address of a git repository: git+ssh://git@host/owner/name.git#ref, and the form of scp with
// a colon after the host.
func repository(address string) source {
	address, ref, _ := strings.Cut(address, "#")
	protocol, rest, _ := strings.Cut(address, "://")
	if strings.HasSuffix(protocol, "file") {
		return source{origin: local}
	}
	host, path, _ := strings.Cut(rest, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	if name, first, ok := strings.Cut(host, ":"); ok && strings.Trim(first, "0123456789") != "" {
		host, path = name, first+"/"+path
	}
	path, _, _ = strings.Cut(path, "?")
	path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	if host == "" || path == "" {
		return source{origin: git, ref: commitish(ref)}
	}
	scheme := strings.TrimPrefix(protocol, "git+")
	switch host {
	case "github.com", "gitlab.com", "bitbucket.org", "gist.github.com", "codeberg.org":
		scheme = "https" // one repository, however it is reached
	}
	return source{origin: git, url: scheme + "://" + strings.ToLower(host) + "/" + path, ref: commitish(ref)}
}

// web reads an address of the web: a registry's tarball, a repository, its archive, or any other tarball.
func web(address string) source {
	address, ref, _ := strings.Cut(address, "#")
	at := strings.Index(address, "://")
	if at < 0 {
		return source{}
	}
	host, path, _ := strings.Cut(address[at+3:], "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	if public(host) {
		return source{ref: ref}
	}
	if s, ok := archive(host, path); ok {
		return s
	}
	clean := stripped(address)
	if plain, _, _ := strings.Cut(path, "?"); strings.HasSuffix(plain, ".git") {
		s := repository(clean)
		s.ref = commitish(ref)
		return s
	}
	if strings.HasPrefix(host, "npm.jsr.io") || strings.HasPrefix(host, "npm.pkg.github.com") { // tarballs have paths of their own there
		return source{url: clean[:at+3] + host, ref: ref}
	}
	if base := strings.LastIndex(clean, "/-/"); base > at+3 { // registry/name/-/name-version.tgz
		base = max(strings.LastIndexByte(clean[:base], '/'), at+2)
		if scope := strings.LastIndexByte(clean[:base], '/'); scope > at+2 && scope+1 < base && clean[scope+1] == '@' {
			base = scope
		}
		if base > at+2 {
			return source{url: clean[:base], ref: ref}
		}
	}
	if strings.Count(path, "/") == 1 && path[strings.IndexByte(path, '/')+1:] != "" && (host == "github.com" || host == "gitlab.com" || host == "bitbucket.org") {
		return source{origin: git, url: "https://" + host + "/" + path, ref: commitish(ref)}
	}
	return source{origin: tarball, url: clean, ref: ref}
}

// public tells whether a host is npm's own registry or the alias of it that yarn uses.
func public(host string) bool {
	host, _, _ = strings.Cut(host, ":")
	for _, domain := range [...]string{"npmjs.org", "yarnpkg.com", "npmjs.com"} {
		if rest, ok := strings.CutSuffix(host, domain); ok && (rest == "" || rest[len(rest)-1] == '.') {
			return true
		}
	}
	return false
}

// archive recognises the addresses at which the hosts of repositories hand out a commit as a tarball, which is how
// yarn and pnpm fetch from them.
func archive(host, path string) (source, bool) {
	part := strings.Split(path, "/")
	if len(part) < 4 {
		return source{}, false
	}
	ref := ""
	switch {
	case host == "codeload.github.com" && part[2] == "tar.gz":
		host, ref = "github.com", strings.Join(part[3:], "/")
	case host == "github.com" && (part[2] == "archive" || part[2] == "tarball"):
		ref = strings.TrimPrefix(strings.TrimPrefix(strings.Join(part[3:], "/"), "refs/tags/"), "refs/heads/")
	case host == "bitbucket.org" && part[2] == "get":
		ref = part[3]
	case host == "gitlab.com" && part[2] == "-" && part[3] == "archive" && len(part) > 4:
		ref = part[4]
	default:
		return source{}, false
	}
	ref, _, _ = strings.Cut(ref, "?")
	ref = strings.TrimSuffix(strings.TrimSuffix(ref, ".tgz"), ".tar.gz")
	return source{origin: git, url: "https://" + host + "/" + part[0] + "/" + strings.TrimSuffix(part[1], ".git"), ref: ref}, true
}

// stripped is an address of the web without user info and without the parts of its query that look like a token.
func stripped(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	rest, query, _ := strings.Cut(rest, "?")
	host, path, slash := strings.Cut(rest, "/")
	address = scheme + "://" + host[strings.LastIndexByte(host, '@')+1:]
	if slash {
		address += "/" + path
	}
	separator := "?"
	for pair := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(strings.ToLower(pair), "=")
		if key == "" || secret(key) {
			continue
		}
		address += separator + pair
		separator = "&"
	}
	return address
}

// secret tells whether a query's key is the kind that carries a credential.
func secret(key string) bool {
	for _, word := range [...]string{"token", "auth", "key", "sig", "pass", "pwd", "secret", "cred", "jwt", "session", "amz", "goog", "private"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

// vcs is the purl qualifier vcs_url of a git source, "" if it has no address.
func (s source) vcs() string {
	if s.origin != git || s.url == "" {
		return ""
	}
	if s.ref == "" {
		return "git+" + s.url
	}
	return "git+" + s.url + "@" + s.ref
}

// mark notes on a component where it comes from, unless that is npm's public registry.
func (s source) mark(c *sbom.Component) {
	if s.url == "" {
		return
	}
	switch s.origin {
	case git:
		c.PURL = c.PURL.With("vcs_url", s.vcs())
		c.References = append(c.References, sbom.Reference{Type: sbom.VCS, URL: s.vcs()})
	case tarball:
		c.PURL = c.PURL.With("download_url", s.url)
		c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: s.url})
	case registry:
		c.PURL = c.PURL.With("repository_url", s.url)
	}
}

// page is the address that people read of a repository field of package.json, without credentials; "" if it has none.
func page(repository string) string {
	s := locate(repository)
	if s.origin == git && strings.HasPrefix(s.url, "http") {
		return s.url
	}
	if u, err := url.Parse(repository); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return stripped(repository)
	}
	if s.origin == git {
		return s.vcs()
	}
	return ""
}

// request is the component that a manifest's requirement asks for: without a version unless the specifier is
// an exact one.
func request(name, spec string) sbom.Component {
	if wanted, rest, ok := aliased(spec); ok {
		name, spec = wanted, rest
	}
	if rest, ok := strings.CutPrefix(spec, "jsr:"); ok {
		return sbom.Component{PURL: jsr(name, rest)}
	}
	var version string
	if exact(spec) {
		version = strings.TrimPrefix(strings.TrimPrefix(spec, "="), "v")
	}
	c := sbom.Component{PURL: pkg(name, version)}
	locate(spec).mark(&c)
	return c
}

// jsr is what a specifier of JSR means, "@scope/name@range" or a range of the package that it is asked by. JSR has no purl type; its
// registry serves every package to npm as @jsr/scope__name (https://jsr.io/docs/npm-compatibility).
func jsr(name, spec string) purl.PURL {
	if strings.HasPrefix(spec, "@") {
		name, _ = nameAt(spec)
	}
	scope, bare, _ := strings.Cut(strings.TrimPrefix(name, "@"), "/")
	return pkg("@jsr/"+scope+"__"+bare, "").With("repository_url", "https://npm.jsr.io")
}

// exact tells whether a specifier is one version in the grammar of Semantic Versioning, which npm lets "=" or "v" precede.
func exact(spec string) bool {
	spec = strings.TrimPrefix(strings.TrimPrefix(spec, "="), "v")
	core := spec
	if i := strings.IndexAny(spec, "-+"); i >= 0 {
		core = spec[:i]
		if strings.Trim(spec[i+1:], "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+.") != "" || i+1 == len(spec) {
			return false
		}
	}
	parts := 0
	for part := range strings.SplitSeq(core, ".") {
		parts++
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return parts == 3
}
