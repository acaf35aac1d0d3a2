package notice

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

const terms = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`

// document is that of four packages: two under the same terms, one with terms of its own and a notice, one without any text.
func document(t *testing.T) *Document {
	t.Helper()
	packages := sbom.NewFacts("npm-node-modules", sbom.Installed, "node_modules")
	packages.Own(".")
	for _, name := range []string{"a", "b", "c", "d"} {
		c := sbom.Component{PURL: purl.New(purl.NPM, "", name, "1.0.0")}
		if name == "d" {
			c.Licenses = []sbom.License{{Text: "MIT"}}
		}
		packages.AddIn(sbom.Location{Path: "node_modules/" + name + "/package.json"}, name, c)
	}
	files := sbom.NewFacts("license-files", sbom.Installed, "node_modules")
	files.Own(".")
	for _, l := range []sbom.LicenseFile{
		{Path: "node_modules/a/LICENSE", License: "ISC", Digest: "1", Text: "ISC License\n\nCopyright 2020 Ada\n\n" + terms},
		{Path: "node_modules/b/LICENSE", License: "ISC", Digest: "2", Text: "ISC License\r\n\r\nCopyright 2021 Bob\r\nCopyright 2022 Eve\r\n\r\n" + terms},
		{Path: "node_modules/c/LICENSE", Digest: "3", Partly: true, Text: "You may ```look```. <script>alert(1)</script>\x1b[31m"},
		{Path: "node_modules/c/NOTICE", Notice: true, Digest: "4", Text: "This product holds things by others.\n"},
	} {
		l.Dir = strings.TrimSuffix(strings.TrimSuffix(l.Path, "/LICENSE"), "/NOTICE")
		files.LicenseFile(l)
	}
	facts := []*sbom.Facts{packages, files}
	return New(sbom.Resolve(facts, sbom.Options{Root: sbom.Component{Name: "app", Version: "2.0"}}), facts)
}

func written(t *testing.T, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := document(t).Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheSameTermsStandOnceWithAllCopyrightLines(t *testing.T) {
	want := `Third-party notices of app 2.0
==============================

This product includes the packages below, each under the terms that follow it.

------------------------------------------------------------------------
ISC

  * a 1.0.0
      Copyright 2020 Ada
  * b 1.0.0
      Copyright 2021 Bob
      Copyright 2022 Eve

ISC License


` + terms + `

------------------------------------------------------------------------
Other terms

  * c 1.0.0

You may ` + "```look```" + `. <script>alert(1)</script>[31m

------------------------------------------------------------------------
Notice

  * c 1.0.0

This product holds things by others.

------------------------------------------------------------------------
Packages without a licence text here

  * d 1.0.0
      states MIT

`
	if got := written(t, "text"); got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestTextsCannotBreakOutOfTheirFrame(t *testing.T) {
	if got := written(t, "markdown"); !strings.Contains(got, "````text\nYou may ```look```.") {
		t.Errorf("a fence in the text ends its block:\n%s", got)
	}
	if got := written(t, "html"); strings.Contains(got, "<script>") || !strings.Contains(got, "&lt;script&gt;") {
		t.Errorf("a text is markup:\n%s", got)
	}
}

func TestOtherFormatsAreRefused(t *testing.T) {
	if err := document(t).Write(new(bytes.Buffer), "pdf"); err == nil {
		t.Error("there is a PDF")
	}
}
