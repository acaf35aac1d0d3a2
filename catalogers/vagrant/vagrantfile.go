// Package vagrant reads the machines of Vagrant.
package vagrant

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Vagrantfile reads the boxes that machines are made from, where the Vagrantfile writes them out,
// https://developer.hashicorp.com/vagrant/docs/vagrantfile/machine_settings. It is a program; its lines are read, not run.
var Vagrantfile = catalogers.Cataloger{
	Name:  "vagrantfile",
	Doc:   "Boxes that the machines of a Vagrantfile are made from, with versions and addresses.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("Vagrantfile"),
	Parse: parseVagrantfile,
}

type box struct {
	name, version, address, checksum, kind string
	line                                   int
}

func parseVagrantfile(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	var boxes []*box
	current := make(map[string]*box) // by the variable of the machine: another one may bear the same name in its block
	n := 0
	for line := range strings.Lines(text) {
		n++
		left, right, ok := strings.Cut(strings.TrimSpace(line), "=")
		left = strings.TrimSpace(left)
		machine, setting, found := strings.Cut(left, ".vm.box")
		if !ok || !found || strings.HasPrefix(left, "#") || strings.ContainsAny(left, " (") {
			continue
		}
		b, value := current[machine], literal(right)
		if b == nil || setting == "" && b.name != "" {
			b = new(box)
			boxes, current[machine] = append(boxes, b), b
		}
		switch setting {
		case "":
			if b.name, b.line = value, n; value == "" && quoted(right) {
				out.Gap(n, "a box without a name")
			}
		case "_version":
			b.version = value
		case "_url":
			b.address = value
		case "_download_checksum":
			b.checksum = value
		case "_download_checksum_type":
			b.kind = strings.TrimPrefix(value, ":")
		}
	}
	for _, b := range boxes {
		if b.name != "" {
			b.claim(out)
		}
	}
	return nil
}

// literal is the text of a Ruby string that holds no expression.
func literal(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, ":") {
		return strings.TrimSpace(s)
	}
	if !quoted(s) {
		return ""
	}
	text, _, closed := strings.Cut(s[1:], s[:1])
	if !closed || strings.Contains(text, "#{") {
		return ""
	}
	return text
}

func quoted(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && (s[0] == '"' || s[0] == '\'')
}

// claim claims a box of HashiCorp's catalogue, or one from an address of its own.
func (b *box) claim(out *sbom.Facts) {
	namespace, name, ok := strings.Cut(b.name, "/")
	if !ok {
		namespace, name = "", b.name
	}
	version := strings.TrimSpace(strings.TrimPrefix(b.version, "="))
	if version == "" || version[0] < '0' || version[0] > '9' || strings.ContainsAny(version, "<>~, ") {
		version = ""
	}
	c := sbom.Component{PURL: purl.New(purl.Generic, namespace, name, version)}
	if clean, remote := sbom.CleanURL(b.address); remote && strings.Contains(clean, "://") {
		c.References = []sbom.Reference{{Type: sbom.Distribution, URL: clean}}
		c.PURL = c.PURL.With("download_url", clean)
	} else if b.address == "" {
		c.PURL = c.PURL.With("repository_url", "https://vagrantcloud.com")
	}
	for _, a := range [...]struct {
		kind      string
		algorithm sbom.Algorithm
	}{{"md5", sbom.MD5}, {"sha1", sbom.SHA1}, {"sha256", sbom.SHA256}, {"sha384", sbom.SHA384}, {"sha512", sbom.SHA512}} {
		if h, ok := sbom.NewHash(a.algorithm, b.checksum); ok && b.kind == a.kind {
			c.Hashes = []sbom.Hash{h}
		}
	}
	if b.checksum != "" && b.kind != "" && c.Hashes == nil {
		out.Gap(b.line, "%.80s: the checksum is no %.20s", b.name, b.kind)
	}
	if c.PURL.IsZero() {
		return
	}
	key := c.PURL.String()
	if !out.Has(key) {
		out.AddAt(b.line, key, c)
	}
	out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: b.version, Scope: sbom.Development, Line: b.line})
}
