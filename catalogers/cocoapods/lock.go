// Package cocoapods reads what CocoaPods writes.
package cocoapods

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads Podfile.lock. Subspecs are parts of their pod: Texture/Core and Texture/Video are one package. A spec's checksum is
// that of the podspec, not of what was downloaded.
//
// Source: https://guides.cocoapods.org/using/using-cocoapods.html#what-is-podfilelock and lockfile.rb of
// https://github.com/CocoaPods/Core.
var Lock = catalogers.Cataloger{
	Name:  "cocoapods-lock",
	Doc:   "Pods pinned in Podfile.lock, with edges, subspecs, sources and podspec checksums.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.CocoaPods},
	Files: catalogers.Named("Podfile.lock"),
	Parse: parseLock,
}

// lock is a lockfile while it is read.
type lock struct {
	out    *sbom.Facts
	dir    string
	r      *decode.Block
	pods   []*pod // in their order
	byName map[string]*pod
	wants  []want
}

// pod is what the sections say of one pod.
type pod struct {
	name, version, repository string

	subspecs []string
	checksum string
	options  map[string]string // of its external source, overlaid by those of the checkout
	key      string
	line     int
}

type want struct {
	from *pod // nil: the project
	to   string
	line int
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	l := lock{out: out, dir: f.Dir(), r: decode.NewBlock(text), byName: make(map[string]*pod)}
	known := false
	l.r.Object(func(section string) {
		switch section {
		case "PODS":
			known = true
			l.r.Array(l.pod)
		case "DEPENDENCIES":
			known = true
			l.r.Array(func() {
				line := l.r.Line()
				l.wants = append(l.wants, want{nil, l.r.Text(), line})
			})
		case "SPEC REPOS":
			l.r.Object(func(repository string) {
				for _, name := range l.r.Texts() {
					l.named(name, func(p *pod) { p.repository = repository })
				}
			})
		case "EXTERNAL SOURCES", "CHECKOUT OPTIONS":
			l.r.Object(func(name string) {
				options := make(map[string]string)
				l.r.Object(func(key string) { options[strings.TrimPrefix(key, ":")] = l.r.Text() })
				l.named(name, func(p *pod) {
					if p.options == nil {
						p.options = make(map[string]string)
					}
					for key, value := range options {
						p.options[key] = value
					}
				})
			})
		case "SPEC CHECKSUMS":
			l.r.Object(func(name string) {
				sum := l.r.Text()
				l.named(name, func(p *pod) { p.checksum = sum })
			})
		case "COCOAPODS":
			out.Application(l.dir, sbom.Component{Properties: []sbom.Property{{Name: "sbomgen:cocoapods:cocoapods", Value: l.r.Text()}}})
		}
	})
	for _, p := range l.pods {
		l.claim(p)
	}
	l.relate()
	out.Edges(sbom.Complete)
	if err = l.r.Finish(); err == nil && !known {
		return errors.New("is no lockfile of CocoaPods: it has no PODS")
	}
	return err
}

// named finds the pod that a section speaks of; sections may speak of pods that are not installed.
func (l *lock) named(name string, tell func(*pod)) {
	if p := l.byName[root(name)]; p != nil {
		tell(p)
	}
}

// pod reads an entry: "Name/Subspec (version)", alone or as the key of what it needs.
func (l *lock) pod() {
	line := l.r.Line()
	if l.r.Kind() != decode.Object {
		l.spec(line, l.r.Text())
		return
	}
	l.r.Object(func(spec string) {
		p := l.spec(line, spec)
		l.r.Array(func() {
			line := l.r.Line()
			if to := l.r.Text(); p != nil {
				l.wants = append(l.wants, want{p, to, line})
			}
		})
	})
}

func (l *lock) spec(line int, text string) *pod {
	name, version := split(text)
	if name == "" || version == "" {
		if l.r.Err() == nil {
			l.out.Gap(line, "%.80q names no pod and version", text)
		}
		return nil
	}
	p := l.byName[root(name)]
	if p == nil {
		p = &pod{name: root(name), version: version, line: line}
		l.byName[p.name] = p
		l.pods = append(l.pods, p)
	}
	if _, sub, ok := strings.Cut(name, "/"); ok {
		p.subspecs = append(p.subspecs, sub)
	}
	return p
}

// split divides "Name (inside)".
func split(text string) (name, inside string) {
	name, inside, _ = strings.Cut(text, " (")
	return name, strings.TrimSuffix(inside, ")")
}

// root is the pod of a subspec.
func root(name string) string {
	name, _, _ = strings.Cut(name, "/")
	return name
}

func (l *lock) relate() {
	for _, w := range l.wants {
		name, wanted := split(w.to)
		r := sbom.Relation{From: l.out.Owner(), To: root(name), Range: wanted, Line: w.line}
		if strings.HasPrefix(wanted, "from ") {
			r.Range = "" // repeats the external source, which may be a place on the machine
		}
		if w.from != nil { // a pod names what it needs on any platform; what this one does not need is not there
			r.From, r.MayMiss = w.from.key, true
		}
		if to := l.byName[r.To]; to != nil {
			r.To = to.key
		}
		if r.From != r.To {
			l.out.Relate(r)
		}
	}
}
