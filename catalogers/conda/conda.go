// Package conda reads what conda, mamba, conda-lock and pixi write: environments, and the files they are made from.
package conda

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// artifact is one archive of a package: https://host/channel/subdir/name-version-build.conda,
// https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html.
type artifact struct {
	url                  string // clean, "" if unknown
	name, version, build string
	extension            string // conda or tar.bz2
	channel, subdir      string
	registry             string // of the channel, "" for those of anaconda.org
	md5, sha256          string
}

// locate reads the address of an archive. What it cannot tell stays empty.
func locate(address string) artifact {
	clean, ok := sbom.CleanURL(withoutToken(address))
	if !ok || !strings.Contains(clean, "://") {
		return artifact{}
	}
	a := artifact{url: clean}
	place, _, _ := strings.Cut(clean, "#")
	dir, file := path.Split(place)
	if a.extension = extension(file); a.extension != "" {
		var stem string
		stem, a.build = cutLast(strings.TrimSuffix(file, "."+a.extension))
		a.name, a.version = cutLast(stem)
	}
	dir = strings.TrimRight(dir, "/")
	a.subdir = path.Base(dir)
	a.place(dir)
	return a
}

// extension is the kind of archive that a file name tells.
func extension(file string) string {
	for _, e := range [...]string{"conda", "tar.bz2"} {
		if strings.HasSuffix(file, "."+e) {
			return e
		}
	}
	return ""
}

// withoutToken takes out the token that conda puts into addresses of private channels, https://host/t/<token>/channel.
func withoutToken(address string) string {
	before, rest, ok := strings.Cut(address, "/t/")
	if _, after, more := strings.Cut(rest, "/"); ok && more {
		return before + "/" + after
	}
	return address
}

func cutLast(s string) (before, after string) {
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// place reads a channel: a name, or the address of one, with or without the folder of the platform. The hosts of Anaconda are where
// names lead by default.
func (a *artifact) place(channel string) {
	clean, ok := sbom.CleanURL(strings.TrimRight(withoutToken(channel), "/"))
	if !ok || strings.ContainsAny(clean, "<> ") {
		return
	}
	if a.subdir != "" {
		clean = strings.TrimSuffix(clean, "/"+a.subdir)
	}
	_, place, remote := strings.Cut(clean, "://")
	if !remote {
		a.channel = clean
		return
	}
	switch host, name, _ := strings.Cut(place, "/"); host {
	case "repo.anaconda.com", "repo.continuum.io":
		a.channel = strings.TrimPrefix(name, "pkgs/")
	case "conda.anaconda.org", "anaconda.org":
		a.channel = name
	default:
		a.channel, a.registry = path.Base(place), clean
	}
}

// purl is the package of the archive, with what tells this archive from others of the same version if single.
func (a *artifact) purl(name, version string, single bool) purl.PURL {
	p := purl.New(purl.Conda, "", name, version).With("channel", a.channel).With("repository_url", a.registry)
	if single {
		p = p.With("build", a.build).With("subdir", a.subdir).With("type", a.extension)
	}
	return p
}

// hashes are the digests of the archive. Bad ones are reported.
func (a *artifact) hashes(report func(format string, args ...any)) []sbom.Hash {
	var list []sbom.Hash
	for _, d := range [...]struct {
		algorithm sbom.Algorithm
		hex       string
	}{{sbom.SHA256, a.sha256}, {sbom.MD5, a.md5}} {
		if h, ok := sbom.NewHash(d.algorithm, d.hex); ok {
			list = append(list, h)
		} else if d.hex != "" {
			report("%.80s: the digest is no %s", a.name, d.algorithm)
		}
	}
	return list
}

// distribute gives a component its archives: of one the digests are the component's own, of several each has its own.
func distribute(c *sbom.Component, list []artifact, report func(format string, args ...any)) {
	if len(list) == 1 {
		c.Hashes = list[0].hashes(report)
		if list[0].registry != "" {
			c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: list[0].url})
		}
		return
	}
	for i := range list {
		if a := &list[i]; a.url != "" {
			c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: a.url, Hashes: a.hashes(report)})
		}
	}
}

// match reads a requirement of conda, a match specification: "channel::name", then a version range and a build, parted by blanks or "=".
// exact is the version if the range admits only one.
func match(spec string) (name, channel, constraint, exact string) {
	spec, _, _ = strings.Cut(spec, "#")
	spec, _, _ = strings.Cut(spec, ";")
	spec, _, _ = strings.Cut(strings.TrimSpace(spec), "[")
	if before, after, ok := strings.Cut(spec, "::"); ok {
		channel, spec = before, after
	}
	end := strings.IndexAny(spec, " =<>!~")
	if end < 0 {
		return strings.ToLower(spec), channel, "", ""
	}
	name, constraint = strings.ToLower(spec[:end]), strings.TrimSpace(spec[end:])
	version := constraint
	switch {
	case strings.HasPrefix(version, "=="):
		version = strings.TrimSpace(version[2:])
	case strings.HasPrefix(version, "="): // a prefix, unless a build follows
		if version = version[1:]; !strings.Contains(version, "=") {
			return name, channel, constraint, ""
		}
	}
	if i := strings.IndexAny(version, " ="); i > 0 {
		version = version[:i]
	}
	if strings.ContainsAny(version, "*,|<>!~=") {
		version = ""
	}
	return name, channel, constraint, version
}

// virtual tells whether a name is that of something that conda finds on the machine: __glibc, __osx, __cuda.
func virtual(name string) bool { return strings.HasPrefix(name, "__") }

// wheel is the package of PyPI that a requirement of pip asks for: "name[extras]>=1; marker", "name @ url",
// https://packaging.python.org/en/latest/specifications/dependency-specifiers/.
func wheel(requirement string) (c sbom.Component, constraint string, ok bool) {
	text, _, _ := strings.Cut(requirement, " #")
	text, _, _ = strings.Cut(text, ";")
	text = strings.TrimSpace(text)
	if egg := strings.Index(text, "#egg="); egg > 0 && strings.Contains(text[:egg], "://") {
		name, _, _ := strings.Cut(text[egg+5:], "&")
		name, _, _ = strings.Cut(name, "[")
		return checkout(name, text[:egg])
	}
	end := 0
	for end < len(text) && (text[end] == '-' || text[end] == '_' || text[end] == '.' || '0' <= text[end] && text[end] <= '9' || 'a' <= text[end]|0x20 && text[end]|0x20 <= 'z') {
		end++
	}
	name, rest := text[:end], strings.TrimSpace(text[end:])
	if name == "" || name[0] == '-' || name[0] == '.' {
		return c, "", false
	}
	if strings.HasPrefix(rest, "[") {
		_, rest, _ = strings.Cut(rest, "]")
		rest = strings.TrimSpace(rest)
	}
	if address, ok := strings.CutPrefix(rest, "@"); ok {
		return checkout(name, strings.TrimSpace(address))
	}
	if rest != "" && strings.IndexByte("=<>!~(", rest[0]) < 0 {
		return c, "", false
	}
	constraint = strings.Trim(rest, "()")
	version := ""
	if pin, ok := strings.CutPrefix(constraint, "=="); ok && !strings.ContainsAny(pin, "*,") {
		version = strings.TrimSpace(strings.TrimPrefix(pin, "="))
	}
	return sbom.Component{PURL: purl.New(purl.PyPI, "", name, version)}, constraint, true
}

// checkout is a package of Python that comes from a repository or an address of its own.
func checkout(name, address string) (c sbom.Component, constraint string, ok bool) {
	c = sbom.Component{PURL: purl.New(purl.PyPI, "", name, "")}
	clean, remote := sbom.CleanURL(address)
	switch {
	case c.PURL.IsZero():
		return c, "", false
	case !remote:
	case strings.HasPrefix(clean, "git+"):
		home, _, _ := strings.Cut(strings.TrimPrefix(clean, "git+"), "@")
		c.PURL = c.PURL.With("vcs_url", clean)
		c.References = []sbom.Reference{{Type: sbom.VCS, URL: strings.TrimSuffix(home, ".git")}}
	default:
		c.References = []sbom.Reference{{Type: sbom.Distribution, URL: clean}}
	}
	return c, "", true
}

// wheelAt is the package of PyPI that a lockfile pins to an address. The digest of a repository's state is none of an archive.
func wheelAt(name, version, address string, a *artifact) sbom.Component {
	p := purl.New(purl.PyPI, "", name, version)
	if strings.HasPrefix(address, "git+") {
		a.md5, a.sha256 = "", ""
		c, _, _ := checkout(name, address)
		c.PURL = p.With("vcs_url", c.PURL.Qualifier("vcs_url"))
		return c
	}
	clean, ok := sbom.CleanURL(address)
	if ok && strings.Contains(clean, "://") {
		if a.url = clean; !strings.Contains(clean, "://files.pythonhosted.org/") {
			a.registry = clean // told, since it is not where pip looks by default
		}
	}
	return sbom.Component{PURL: p}
}
