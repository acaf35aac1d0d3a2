package ansible

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// galaxy is where roles and collections come from by default.
const galaxy = "https://galaxy.ansible.com"

// role reads a role of the list: an address or a name, by itself or as src.
func role(n decode.Node, out *sbom.Facts) {
	source, version := n.Get("src").Text(), n.Get("version").Text()
	switch {
	case n.Kind() == decode.String:
		source = n.Text()
	case source == "":
		source = n.Get("name").Text()
	}
	if parts := strings.Split(source, ","); len(parts) > 1 { // "source,version,name"
		source, version = parts[0], parts[1]
	}
	ask(n, source, version, n.Get("scm").Text() == "git", out)
}

// collection reads a collection of the list. Those in files and folders are of this machine.
func collection(n decode.Node, out *sbom.Facts) {
	name, version := n.Get("name").Text(), n.Get("version").Text()
	if n.Kind() == decode.String {
		name, version, _ = strings.Cut(n.Text(), ":")
	}
	kind := n.Get("type").Text()
	if source := n.Get("source").Text(); kind == "git" && name == "" {
		name = source
	}
	switch kind {
	case "file", "dir", "subdirs":
		return
	case "git":
		address, ref, _ := strings.Cut(name, ",")
		if ref != "" {
			version = ref
		}
		ask(n, address, version, true, out)
		return
	}
	ask(n, name, version, false, out)
}

// ask claims what Galaxy calls "namespace.name", or what lies in a repository.
func ask(n decode.Node, source, version string, git bool, out *sbom.Facts) {
	var c sbom.Component
	ok := false
	switch {
	case git, strings.HasPrefix(source, "git+"), strings.HasPrefix(source, "git@"), strings.HasSuffix(source, ".git"), strings.HasPrefix(source, "https://github.com/"):
		address, folder, _ := strings.Cut(strings.TrimPrefix(source, "git+"), "#")
		c, ok = repository.Component(address, version, folder)
	case strings.Contains(source, "://"):
		if clean, remote := sbom.CleanURL(source); remote {
			name := strings.TrimSuffix(path.Base(source), ".tar.gz")
			c = sbom.Component{PURL: purl.New(purl.Generic, "", name, "").With("download_url", clean), References: []sbom.Reference{{Type: sbom.Distribution, URL: clean}}}
			ok = !c.PURL.IsZero()
		}
	default:
		namespace, name, dotted := strings.Cut(source, ".")
		if ok = dotted && namespace != "" && name != "" && !strings.ContainsAny(source, "/ {}<>="); !ok {
			return // a path, a variable, or a line of another tool's file
		}
		exact := strings.TrimSpace(strings.TrimPrefix(version, "=="))
		if strings.ContainsAny(exact, "*<>=!, ") {
			exact = ""
		}
		c = sbom.Component{PURL: purl.New(purl.Generic, namespace, name, exact).With("repository_url", galaxy)}
		if server := n.Get("source").Text(); strings.Contains(server, "://") {
			if clean, remote := sbom.CleanURL(server); remote {
				c.PURL = c.PURL.With("repository_url", strings.TrimRight(clean, "/"))
			}
		}
	}
	if !ok {
		out.Gap(n.Line(), "a source that cannot be read")
		return
	}
	out.Ask(c, sbom.Relation{Range: version, Line: n.Line()})
}
