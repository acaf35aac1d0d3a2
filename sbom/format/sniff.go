package format

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// content is what a text is.
type content uint8

const (
	unknown content = iota
	cyclonedxInJSON
	cyclonedxInXML
	spdxInJSON
	spdx3InJSON
	spdxInTags
	spdxInYAML
	nativeInJSON // what the format "json" writes
	statement    // in-toto
	envelope     // DSSE
	bundle       // Sigstore
	answer       // of GitHub: {"sbom": ...}
	cyclonedxInProtobuf
	spdxInXML
)

func (c content) name() string {
	return [...]string{
		unknown: "", cyclonedxInJSON: "cyclonedx-json", cyclonedxInXML: "cyclonedx-xml", spdxInJSON: "spdx-json", spdx3InJSON: "spdx-json",
		spdxInTags: "spdx-tag-value", spdxInYAML: "spdx-yaml", nativeInJSON: "json", statement: "in-toto", envelope: "dsse", bundle: "sigstore-bundle",
		answer: "github", cyclonedxInProtobuf: "cyclonedx-protobuf", spdxInXML: "spdx-xml",
	}[c]
}

func (c content) readable() bool { return c > unknown && c < cyclonedxInProtobuf }

// refusal is why a text is not read.
func (c content) refusal() error {
	switch c {
	case cyclonedxInProtobuf:
		return errors.New("CycloneDX as protobuf is not read: convert it to JSON or XML")
	case spdxInXML:
		return errors.New("SPDX as RDF or XML is not read: convert it to JSON or tag-value")
	}
	return ErrNone
}

// ErrNone says that a text is no SBOM.
var ErrNone = errors.New("not an SBOM: neither CycloneDX nor SPDX")

// sniff finds what a text is that may be cut off anywhere.
func sniff(text string) content {
	text = strings.TrimLeft(text, " \t\r\n")
	switch {
	case strings.HasPrefix(text, "{"):
		return sniffJSON(text)
	case strings.HasPrefix(text, "<"):
		return sniffXML(text)
	case strings.HasPrefix(text, "\x031.") || strings.HasPrefix(text, "\n\x031."): // field 1, of 3 bytes, is the version
		return cyclonedxInProtobuf
	}
	return sniffLines(text)
}

func sniffJSON(text string) content {
	r := decode.NewJSON(text)
	found := unknown
	payload := false
	r.Object(func(key string) {
		if found == unknown {
			found = sniffMember(r, key)
		}
		payload = payload || key == "payload"
	})
	if found == unknown && payload && r.Err() != nil { // the text ends within the payload, before its type
		_, value, _ := strings.Cut(text, `"payload"`)
		value = strings.TrimLeft(value, ": \t\r\n\"")
		if i := strings.IndexByte(value, '"'); i >= 0 {
			value = value[:i]
		}
		if inner, err := unbase64(value[:len(value)/4*4]); err == nil && sniff(inner) != unknown {
			return envelope
		}
	}
	return found
}

// sniffMember tells what a JSON object is that has the member.
func sniffMember(r *decode.JSONReader, key string) content {
	switch key {
	case "bomFormat":
		if r.Text() == "CycloneDX" {
			return cyclonedxInJSON
		}
	case "$schema":
		if strings.Contains(r.Text(), "cyclonedx.org/schema/bom") {
			return cyclonedxInJSON
		}
	case "spdxVersion":
		if strings.HasPrefix(r.Text(), "SPDX-") {
			return spdxInJSON
		}
	case "SPDXID":
		if r.Text() == "SPDXRef-DOCUMENT" {
			return spdxInJSON
		}
	case "@context":
		for _, context := range r.Texts() {
			if strings.Contains(context, "spdx.org/rdf/3") {
				return spdx3InJSON
			}
		}
	case "schema":
		if r.Text() == NativeSchema {
			return nativeInJSON
		}
	case "_type":
		if strings.HasPrefix(r.Text(), "https://in-toto.io/Statement/") {
			return statement
		}
	case "payloadType":
		if strings.HasPrefix(r.Text(), "application/vnd.in-toto") {
			return envelope
		}
	case "mediaType":
		if strings.HasPrefix(r.Text(), "application/vnd.dev.sigstore.bundle") {
			return bundle
		}
	case "dsseEnvelope":
		return bundle
	case "sbom":
		inner := unknown
		r.Object(func(key string) {
			if inner == unknown {
				inner = sniffMember(r, key)
			}
		})
		if inner == spdxInJSON {
			return answer
		}
	}
	return unknown
}

func sniffXML(text string) content {
	m := &markup{text: text}
	if m.next(nil) != '<' {
		return unknown
	}
	switch {
	case m.local == "bom" && strings.HasPrefix(m.space, cyclonedxSpace):
		return cyclonedxInXML
	case m.local == "RDF" && strings.Contains(text, "spdx.org/rdf/"), m.local == "Document" && strings.Contains(text, "<spdxVersion>"):
		return spdxInXML
	}
	return unknown
}

func sniffLines(text string) content {
	yaml := 0
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.Trim(value, " \t\r\n'\"")
		switch strings.Trim(key, `'"`) {
		case "SPDXVersion":
			if strings.HasPrefix(value, "SPDX-") {
				return spdxInTags
			}
		case "spdxVersion":
			if strings.HasPrefix(value, "SPDX-") {
				return spdxInYAML
			}
		case "creationInfo", "dataLicense", "documentNamespace": // names that tag-value writes otherwise
			yaml |= 1
		case "SPDXID":
			if value == "SPDXRef-DOCUMENT" {
				yaml |= 2
			}
		case "spec_version", "# proto-message":
			if strings.HasPrefix(value, "1.") || value == "Bom" {
				return cyclonedxInProtobuf
			}
		}
	}
	if yaml == 3 {
		return spdxInYAML
	}
	return unknown
}
