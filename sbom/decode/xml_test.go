package decode_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// outline writes what an XMLReader sees of every element without elements in it: line, path, attribute "a" and text.
func outline(text string) (string, error) {
	var b strings.Builder
	r := decode.NewXML(text)
	var walk func(path string)
	walk = func(path string) {
		r.Children(func(name string) {
			at := path + "/" + name
			line, a := r.Line(), r.Attr("a")
			if strings.HasPrefix(name, "text") {
				fmt.Fprintf(&b, "%d %s a=%q %q\n", line, at, a, r.Text())
			} else if !strings.HasPrefix(name, "skip") {
				fmt.Fprintf(&b, "%d %s a=%q\n", line, at, a)
				walk(at)
			}
		})
	}
	walk("")
	return b.String(), r.Err()
}

func TestXMLIsReadByPull(t *testing.T) {
	const text = `<?xml version="1.0"?>
<!-- a comment with <tags> -->
<!DOCTYPE root [ <!ENTITY big "it's <huge>"> <!-- it's --> ]>
<m:root xmlns:m="urn:x" a='1 &gt; 0'>
  <text a = "x > y">  plain  </text>
  <text>a &amp; b<!-- no --> &#65;&#x42; &big; & c<![CDATA[ <raw> & ]]></text>
  <skip><text>unseen</text></skip>
  <skip2 a="/"/>
  <text/>
  <deep m:a="
	2">
    <text>before<i>inside</i>after</text></deep >
</m:root>
`
	const want = `4 /root a="1 > 0"
5 /root/text a="x > y" "plain"
6 /root/text a="" "a & b AB &big; & c <raw> &"
9 /root/text a="" ""
10 /root/deep a="2"
12 /root/deep/text a="" "beforeafter"
`
	got, err := outline(text)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestXMLInOtherEncodingsIsReadAsWhatItIs(t *testing.T) {
	const want = "1 /text a=\"\" \"Gr\u00fc\u00dfe\"\n"
	for name, text := range map[string]string{
		"ISO-8859-1":           "<?xml version='1.0' encoding='ISO-8859-1'?><text>Gr\xfc\xdfe</text>",
		"UTF-8 that says else": "<?xml version=\"1.0\" encoding=\"windows-1252\" ?><text>Gr\u00fc\u00dfe</text>",
		"UTF-16LE":             "\xff\xfe<\x00t\x00e\x00x\x00t\x00>\x00G\x00r\x00\xfc\x00\xdf\x00e\x00<\x00/\x00t\x00e\x00x\x00t\x00>\x00",
		"UTF-16BE":             "\xfe\xff\x00<\x00t\x00e\x00x\x00t\x00>\x00G\x00r\x00\xfc\x00\xdf\x00e\x00<\x00/\x00t\x00e\x00x\x00t\x00>",
	} {
		if got, err := outline(text); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestBrokenXMLSaysWhereItBreaks(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "line 1: holds no element"},
		{"plain\ntext", "line 2: holds no element"},
		{"<a>\n<b>\n", "line 3: unexpected end in <b>"},
		{"<a>\n</b>", "line 2: unexpected </b>"},
		{"<a>\n<b c='", "line 2: a tag does not end"},
		{"<a/>\n<b/>", "line 2: a second root element"},
		{"<a><!-- ", "line 1: no -->"},
		{"<!DOCTYPE a [", "line 1: a declaration does not end"},
		{"<a><></a>", "line 1: a tag has no name"},
		{"</a>", "line 1: unexpected </a>"},
	} {
		if _, err := outline(c.text); err == nil || err.Error() != c.want {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := outline(strings.Repeat("<a>", 1<<20)); !errors.Is(err, decode.ErrDepth) {
		t.Errorf("deep nesting: %v", err)
	}
}

// FuzzXMLAgreesWithEncodingXML holds the reader to encoding/xml: where that reads a document without complaint, both see the same elements,
// attributes and text.
func FuzzXMLAgreesWithEncodingXML(f *testing.F) {
	f.Add("<a b='1'><c>x &lt; y</c><!-- --><d/></a>")
	f.Add("<?xml version='1.0'?><!DOCTYPE a><a><![CDATA[<]]>&#65;</a>")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 || strings.ContainsRune(text, '\r') || strings.Count(text, "<!") != strings.Count(text, "<!--")+strings.Count(text, "<![CDATA[") {
			return
		}
		r := decode.NewXML(text)
		var got, want strings.Builder
		var walk func()
		walk = func() {
			r.Children(func(name string) {
				fmt.Fprintf(&got, "<%s a=%q>", name, r.Attr("a"))
				walk()
				got.WriteString("</>")
			})
		}
		walk()
		d := xml.NewDecoder(strings.NewReader(text))
		for roots, depth := 0, 0; ; {
			token, err := d.Token()
			if err == io.EOF && roots == 1 {
				break
			}
			if err != nil {
				return
			}
			switch e := token.(type) {
			case xml.StartElement:
				a := ""
				for _, x := range e.Attr {
					if x.Name.Local == "a" && a == "" {
						a = strings.TrimSpace(x.Value)
					}
					if strings.ContainsAny(x.Value, "&") {
						return
					}
				}
				if roots += 1 - min(depth, 1); roots > 1 {
					return
				}
				depth++
				fmt.Fprintf(&want, "<%s a=%q>", e.Name.Local, a)
			case xml.EndElement:
				depth--
				want.WriteString("</>")
			}
		}
		if r.Err() != nil || got.String() != want.String() {
			t.Errorf("%q: got %s (%v), encoding/xml sees %s", text, got.String(), r.Err(), want.String())
		}
	})
}
