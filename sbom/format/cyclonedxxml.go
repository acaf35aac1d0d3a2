package format

import (
	"errors"
	"strconv"
	"strings"
)

// cyclonedxSpace begins the namespace of every version of CycloneDX's XML.
const cyclonedxSpace = "http://cyclonedx.org/schema/bom/"

// translation makes the JSON notation of CycloneDX out of the XML notation, of any version
// (https://github.com/CycloneDX/specification/tree/master/schema). Of what no graph holds it keeps the name, so that it can be
// counted. Elements of other namespaces, which may stand anywhere, are passed over.
type translation struct {
	markup
	out []byte
}

// cyclonedxJSON gives a CycloneDX document in XML as JSON.
func cyclonedxJSON(text string) (string, error) {
	t := &translation{markup: markup{text: text}, out: make([]byte, 0, len(text))}
	if t.next(nil) != '<' {
		if t.err == nil {
			t.err = errors.New("no element")
		}
		return "", t.err
	}
	version, ours := strings.CutPrefix(t.space, cyclonedxSpace)
	if !ours || t.local != "bom" {
		return "", errors.New("not a CycloneDX document")
	}
	t.out = append(t.out, `{"bomFormat":"CycloneDX"`...)
	t.member("specVersion", version)
	t.member("serialNumber", t.attribute("serialNumber"))
	t.number("version", t.attribute("version"))
	t.elements(func() {
		switch name := t.local; name {
		case "metadata":
			t.object(name, t.metadata)
		case "components":
			t.list(name, t.component)
		case "dependencies":
			t.list(name, t.dependency)
		case "compositions":
			t.list(name, func() { t.fields(t.composition) })
		default: // a list of things that no graph holds
			t.list(name, func() { t.raw("0") })
		}
	})
	t.out = append(t.out, '}')
	if t.err == nil && t.next(nil) != 0 {
		t.fail("text after the document")
	}
	return string(t.out), t.err
}

// elements is children for elements of CycloneDX's namespaces.
func (t *translation) elements(child func()) {
	t.children(func() {
		if strings.HasPrefix(t.space, cyclonedxSpace) {
			child()
		}
	})
}

func (t *translation) metadata() {
	switch name := t.local; name {
	case "timestamp":
		t.token(name)
	case "lifecycles":
		t.list(name, func() { t.fields(t.texts) })
	case "tools": // a list of tools up to 1.4, since then also components and services
		t.name(name)
		t.out = append(t.out, `{"components":[`...)
		t.elements(func() {
			switch t.local {
			case "tool":
				t.fields(t.tool)
			case "components":
				t.elements(func() { t.fields(t.tool) })
			}
		})
		t.out = append(t.out, "]}"...)
	case "authors":
		t.list(name, func() { t.fields(t.party) })
	case "component":
		t.name(name)
		t.component()
	case "manufacture", "manufacturer", "supplier":
		t.object(name, t.party)
	case "properties":
		t.list(name, t.property)
	default:
		t.leftOut(name)
	}
}

func (t *translation) tool() {
	switch name := t.local; name {
	case "vendor", "author", "publisher", "name", "version":
		t.text(name)
	case "manufacturer", "supplier":
		t.object(name, t.party)
	}
}

// party reads a person or an organisation.
func (t *translation) party() {
	switch name := t.local; name {
	case "name", "email":
		t.text(name)
	case "url":
		t.token(name)
	case "contact":
		t.name(name)
		t.out = append(t.out, '[')
		t.fields(t.party)
		t.out = append(t.out, ']')
	}
}

func (t *translation) component() {
	t.begin('{')
	for _, name := range [...]string{"type", "bom-ref", "mime-type"} {
		t.member(name, t.attribute(name))
	}
	if t.attribute("isExternal") == "true" {
		t.name("isExternal")
		t.raw("true")
	}
	t.elements(func() {
		switch name := t.local; name {
		case "author", "group", "name", "version", "description", "copyright":
			t.text(name)
		case "scope", "cpe", "purl":
			t.token(name)
		case "supplier", "manufacturer":
			t.object(name, t.party)
		case "authors":
			t.list(name, func() { t.fields(t.party) })
		case "hashes":
			t.list(name, t.hash)
		case "licenses":
			t.list(name, t.license)
		case "externalReferences":
			t.list(name, t.reference)
		case "components":
			t.list(name, t.component)
		case "evidence":
			t.object(name, t.evidence)
		case "properties":
			t.list(name, t.property)
		case "modified":
			t.name(name)
			if strings.TrimSpace(t.characters()) == "true" {
				t.raw("true")
			} else {
				t.raw("false")
			}
		default:
			t.leftOut(name)
		}
	})
	t.out = append(t.out, '}')
}

func (t *translation) hash() {
	t.begin('{')
	t.member("alg", t.attribute("alg"))
	t.member("content", strings.TrimSpace(t.characters()))
	t.out = append(t.out, '}')
}

func (t *translation) property() {
	t.begin('{')
	t.member("name", t.attribute("name"))
	t.member("value", t.characters())
	t.out = append(t.out, '}')
}

// license reads a licence or an expression.
func (t *translation) license() {
	t.begin('{')
	switch t.local {
	case "license":
		t.name("license")
		t.begin('{')
		t.member("acknowledgement", t.attribute("acknowledgement"))
		t.elements(func() {
			switch name := t.local; name {
			case "id":
				t.token(name)
			case "name":
				t.text(name)
			case "properties":
				t.list(name, t.property)
			default:
				t.leftOut(name)
			}
		})
		t.out = append(t.out, '}')
	case "expression":
		t.member("acknowledgement", t.attribute("acknowledgement"))
		t.member("expression", t.characters())
	case "expression-detailed": // 1.7
		t.member("acknowledgement", t.attribute("acknowledgement"))
		t.member("expression", t.attribute("expression"))
		t.elements(func() { t.leftOut(t.local) })
	}
	t.out = append(t.out, '}')
}

func (t *translation) reference() {
	t.begin('{')
	t.member("type", t.attribute("type"))
	t.elements(func() {
		switch name := t.local; name {
		case "url":
			t.token(name)
		case "comment":
			t.text(name)
		case "hashes":
			t.list(name, t.hash)
		default:
			t.leftOut(name)
		}
	})
	t.out = append(t.out, '}')
}

func (t *translation) evidence() {
	switch name := t.local; name {
	case "identity": // one up to 1.5, several since
		t.object(name, func() {
			if t.local == "methods" {
				t.list(t.local, func() { t.fields(t.texts) })
			}
		})
	case "occurrences":
		t.list(name, func() { t.fields(t.texts) })
	case "licenses":
		t.list(name, t.license)
	default:
		t.leftOut(name)
	}
}

// texts reads a field of an object that has only texts and numbers.
func (t *translation) texts() {
	switch name := t.local; name {
	case "line", "offset", "confidence":
		t.number(name, strings.TrimSpace(t.characters()))
	case "phase", "technique":
		t.token(name)
	case "symbol":
		t.leftOut(name)
	default:
		t.text(name)
	}
}

// dependency reads what a component depends on and provides: elements that both only refer.
func (t *translation) dependency() {
	t.begin('{')
	t.member("ref", t.attribute("ref"))
	var provides []string
	t.name("dependsOn")
	t.begin('[')
	t.elements(func() {
		if ref := t.attribute("ref"); t.local == "provides" {
			provides = append(provides, ref)
		} else {
			t.quoted(ref)
		}
	})
	t.out = append(t.out, ']')
	t.name("provides")
	t.begin('[')
	for _, ref := range provides {
		t.quoted(ref)
	}
	t.out = append(t.out, "]}"...)
}

func (t *translation) composition() {
	switch name := t.local; name {
	case "aggregate":
		t.token(name)
	default: // lists of references
		t.list(name, func() { t.quoted(t.attribute("ref")) })
	}
}

// What follows writes JSON. A comma goes before whatever does not begin an object or array.

func (t *translation) comma() {
	if n := len(t.out); n > 0 {
		switch t.out[n-1] {
		case '{', '[', ':':
		default:
			t.out = append(t.out, ',')
		}
	}
}

func (t *translation) begin(bracket byte) {
	t.comma()
	t.out = append(t.out, bracket)
}

func (t *translation) raw(value string) {
	t.comma()
	t.out = append(t.out, value...)
}

// name writes the name of a member, whose value is to follow.
func (t *translation) name(name string) {
	t.quoted(name)
	t.out = append(t.out, ':')
}

// member writes a member that is a text, nothing for "".
func (t *translation) member(name, value string) {
	if value != "" {
		t.name(name)
		t.quoted(value)
	}
}

// number writes a member that is a number, nothing for what is none.
func (t *translation) number(name, value string) {
	if f, err := strconv.ParseFloat(value, 64); err == nil && f >= 0 && strings.Trim(value, "0123456789.") == "" {
		t.name(name)
		if f != float64(int64(f)) {
			t.raw(strconv.FormatFloat(f, 'g', -1, 64))
			return
		}
		t.raw(strconv.FormatInt(int64(f), 10))
	}
}

// text writes the character data of the current element as a member; token does so without the blanks around it.
func (t *translation) text(name string) {
	t.name(name)
	t.quoted(t.characters())
}

func (t *translation) token(name string) {
	t.name(name)
	t.quoted(strings.TrimSpace(t.characters()))
}

// object writes the current element as a member; field writes each of its elements.
func (t *translation) object(name string, field func()) {
	t.name(name)
	t.fields(field)
}

func (t *translation) fields(field func()) {
	t.begin('{')
	t.elements(field)
	t.out = append(t.out, '}')
}

// list writes the current element as a member that is an array; item writes each of its elements.
func (t *translation) list(name string, item func()) {
	t.name(name)
	t.begin('[')
	t.elements(item)
	t.out = append(t.out, ']')
}

// leftOut writes only that the current element is there.
func (t *translation) leftOut(name string) {
	t.name(name)
	t.raw("0")
}

const hexDigits = "0123456789abcdef"

func (t *translation) quoted(s string) {
	t.comma()
	t.out = append(t.out, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		t.out = append(t.out, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			t.out = append(t.out, '\\', c)
		case '\n':
			t.out = append(t.out, '\\', 'n')
		default:
			t.out = append(t.out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	t.out = append(append(t.out, s[from:]...), '"')
}
