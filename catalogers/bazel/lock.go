package bazel

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads MODULE.bazel.lock, https://bazel.build/external/lockfile. Until version 10 (Bazel 7.1) it holds the graph of the selected
// modules with their archives. From 11 on it holds the digests of the files fetched from registries, and of those a source.json is
// fetched only for modules that are selected; edges it holds no more.
var Lock = catalogers.Cataloger{
	Name:  "bazel-module-lock",
	Doc:   "Bazel modules selected in MODULE.bazel.lock, with registries and, until Bazel 7.1, edges and archives with digests.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Bazel},
	Files: catalogers.Named("MODULE.bazel.lock"),
	Parse: parseLock,
}

type lock struct {
	version int
	graph   bool
	modules []lockedModule
}

type lockedModule struct {
	key, name, version string
	registry           string
	depends            []string
	urls               []string
	integrity          string
	description        string // the digest of its source.json
	line               int
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	r := decode.NewJSON(text)
	l := readLock(r, out)
	if l.version == 0 && r.Err() == nil {
		return errors.New("is no lockfile of Bazel: it has no version")
	}
	for i := range l.modules {
		m := &l.modules[i]
		c := sbom.Component{PURL: purl.New(purl.Bazel, "", m.name, m.version)}
		if clean, ok := sbom.CleanURL(m.registry); ok && clean != purl.Bazel.DefaultRepository() && m.registry != centralOnGitHub {
			c.PURL = c.PURL.With("repository_url", clean)
		}
		if h, ok := integrity(m.integrity); ok {
			c.Hashes = []sbom.Hash{h}
		} else if m.integrity != "" {
			out.Gap(m.line, "%.80s: %.80q is no digest", m.key, m.integrity)
		}
		if len(m.urls) > 0 {
			if clean, ok := sbom.CleanURL(m.urls[0]); ok {
				c.References = []sbom.Reference{{Type: sbom.Distribution, URL: clean}}
			}
		}
		if m.description != "" {
			c.Properties = []sbom.Property{{Name: "sbomgen:bazel:source-json-sha256", Value: m.description}}
		}
		out.AddAt(m.line, m.key, c)
		for _, d := range m.depends {
			if builtIn(d) {
				continue
			}
			out.Relate(sbom.Relation{From: m.key, To: d, Line: m.line, MayMiss: r.Err() != nil})
		}
	}
	if l.graph {
		out.Edges(sbom.Complete)
	}
	return r.Finish()
}

// centralOnGitHub is where the central registry was before it had an address of its own.
const centralOnGitHub = "https://raw.githubusercontent.com/bazelbuild/bazel-central-registry/main"

// builtIn tells whether a key is that of a module that Bazel brings along or makes up, which has no version.
func builtIn(key string) bool { return key == "<root>" || strings.HasSuffix(key, "@_") }

// readLock reads what a lockfile selects. Edges of the root go to out, if there is one; MODULE.bazel tells more of them.
func readLock(r *decode.JSONReader, out *sbom.Facts) (l lock) {
	r.Object(func(key string) {
		switch key {
		case "lockFileVersion":
			l.version = r.Int()
		case "moduleDepGraph":
			l.graph = true
			r.Object(func(key string) {
				m := readModule(r)
				m.key = key
				switch {
				case key == "<root>" && out != nil:
					for _, d := range m.depends {
						if !builtIn(d) {
							out.Relate(sbom.Relation{From: out.Owner(), To: d, Line: m.line})
						}
					}
				case builtIn(key):
				case m.version != "":
					l.modules = append(l.modules, m)
				}
			})
		case "registryFileHashes":
			r.Object(func(address string) {
				line := r.Line()
				registry, place, ok := strings.Cut(address, "/modules/")
				name, rest, _ := strings.Cut(place, "/")
				version, file, _ := strings.Cut(rest, "/")
				if !ok || file != "source.json" || name == "" || version == "" {
					return
				}
				l.modules = append(l.modules, lockedModule{key: name + "@" + version, name: name, version: version, registry: registry, description: r.Text(), line: line})
			})
		}
	})
	return l
}

func readModule(r *decode.JSONReader) lockedModule {
	m := lockedModule{line: r.Line()}
	r.Object(func(key string) {
		switch key {
		case "name":
			m.name = r.Text()
		case "version":
			m.version = r.Text()
		case "deps":
			r.Object(func(string) { m.depends = append(m.depends, r.Text()) })
		case "repoSpec":
			r.Object(func(key string) {
				if key != "attributes" {
					return
				}
				r.Object(func(key string) {
					switch key {
					case "urls":
						m.urls = r.Texts()
					case "integrity":
						m.integrity = r.Text()
					}
				})
			})
		}
	})
	return m
}

// integrity reads a digest as browsers write it, sha256-<base64>, https://www.w3.org/TR/SRI/#the-integrity-attribute. Some
// registries write hex.
func integrity(text string) (sbom.Hash, bool) {
	name, sum, _ := strings.Cut(text, "-")
	algorithm := map[string]sbom.Algorithm{"sha256": sbom.SHA256, "sha384": sbom.SHA384, "sha512": sbom.SHA512}[name]
	if h, ok := sbom.NewHash(algorithm, sum); ok {
		return h, true
	}
	raw, err := base64.StdEncoding.DecodeString(sum)
	if err != nil {
		return sbom.Hash{}, false
	}
	return sbom.NewHash(algorithm, hex.EncodeToString(raw))
}
