package javaarchive

import (
	"cmp"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// manifest is the main section of META-INF/MANIFEST.MF, by header names in lower case.
//
// Source: https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#manifest-specification: a line that begins with a space continues the
// one before; the sections of single entries begin with the header Name.
type manifest map[string]string

func readManifest(text string) manifest {
	m := make(manifest)
	name, value := "", new(strings.Builder)
	flush := func() {
		if name != "" && m[name] == "" {
			m[name] = strings.TrimSpace(value.String())
		}
		name = ""
		value.Reset()
	}
	for line := range strings.Lines(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r", "\n")) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, " "); ok {
			value.WriteString(rest)
			continue
		}
		if line == "" {
			continue
		}
		flush()
		header, rest, ok := strings.Cut(line, ":")
		if ok {
			name = strings.ToLower(header)
			value.WriteString(rest)
		}
		if name == "name" {
			name = ""
			break
		}
	}
	flush()
	return m
}

// coordinates gives what the manifest says outright: the headers of Jenkins plugins
// (https://github.com/jenkinsci/maven-hpi-plugin) and those of NiFi archives (https://github.com/apache/nifi-maven).
func (m manifest) coordinates() coordinates {
	c := coordinates{m["nar-group"], m["nar-id"], m["nar-version"]}
	if c.artifact == "" {
		c = coordinates{m["group-id"], m["short-name"], m["plugin-version"]}
		c.version, _, _ = strings.Cut(c.version, " ") // "1.2-SNAPSHOT (private-0a1b2c3d-ada)"
	}
	return c
}

// version is that of the archive; the specification's only where nothing else is said.
func (m manifest) version() string {
	v := cmp.Or(m["implementation-version"], m["bundle-version"], m["specification-version"])
	if !plain(v) {
		return ""
	}
	return v
}

// symbolic is the name of the OSGi bundle, without directives: "org.x.y;singleton:=true".
func (m manifest) symbolic() string {
	name, _, _ := strings.Cut(m["bundle-symbolicname"], ";")
	return strings.TrimSpace(name)
}

// title is what the manifest calls the archive, where that could be the name of an artifact.
func (m manifest) title() string {
	for _, t := range [...]string{m["implementation-title"], m.symbolic(), m["automatic-module-name"], m["specification-title"]} {
		if plain(t) {
			return t
		}
	}
	return ""
}

// names tells whether the manifest speaks of an artifact.
func (m manifest) names(c coordinates) bool {
	for _, t := range [...]string{m["implementation-title"], m.symbolic(), m["automatic-module-name"]} {
		if t != "" && (t == c.artifact || t == c.group+"."+c.artifact || t == c.group+":"+c.artifact) {
			return true
		}
	}
	return false
}

// group finds the group of an artifact whose name is known: Maven writes it as the vendor's id; otherwise the bundle's symbolic name holds it,
// which maven-bundle-plugin makes of both, without repeating a word
// (https://felix.apache.org/documentation/subprojects/apache-felix-maven-bundle-plugin-bnd.html). A name of one word could be either's, and gives none.
func (m manifest) group(artifact string) string {
	if id := m["implementation-vendor-id"]; plain(id) && strings.Contains(id, ".") {
		return id
	}
	name := m.symbolic()
	if !plain(name) || !strings.Contains(artifact, "-") {
		return ""
	}
	if group, ok := strings.CutSuffix(name, "."+artifact); ok {
		return group
	}
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		group, rest := name[:dot], name[dot+1:]
		if last := group[strings.LastIndexByte(group, '.')+1:]; artifact == last+"-"+rest {
			return group
		}
	}
	return ""
}

// licenses are those that the bundle declares: `Apache-2.0;link=...` or addresses, separated by commas
// (https://docs.osgi.org/specification/osgi.core/8.0.0/framework.module.html).
func (m manifest) licenses() []sbom.License {
	var list []sbom.License
	for rest := m["bundle-license"]; rest != ""; {
		quoted := false
		end := strings.IndexFunc(rest, func(r rune) bool {
			quoted = quoted != (r == '"')
			return r == ',' && !quoted
		})
		clause := rest
		if rest = ""; end >= 0 {
			clause, rest = clause[:end], clause[end+1:]
		}
		text, _, _ := strings.Cut(clause, ";")
		if text = strings.Trim(text, `" `); words(text) && text != "<<EXTERNAL>>" {
			list = append(list, sbom.License{Text: text, Basis: sbom.DeclaredLicense})
		}
	}
	return list
}

// vendor is who made the archive.
func (m manifest) vendor() string {
	for _, v := range [...]string{m["implementation-vendor"], m["bundle-vendor"]} {
		if words(v) {
			return v
		}
	}
	return ""
}

// words tells whether a value is text for people, and neither a property that was not filled in nor the key of a translation.
func words(s string) bool {
	return s != "" && len(s) <= 300 && s[0] != '%' && !strings.Contains(s, "${")
}

// plain tells whether a word can be part of coordinates: not empty, of one word, with nothing left to fill in.
func plain(s string) bool {
	if s == "" || len(s) > 300 || strings.Contains(s, "${") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '/' || r == '\\' || r == ':' || r == 0x7f || r == '\ufffd' })
}
