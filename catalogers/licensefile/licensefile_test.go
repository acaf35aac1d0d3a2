package licensefile

import (
	"strings"
	"testing"
)

const isc = `Copyright (c) 2020 Ada

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`

func TestLicenceFilesAreKnownByTheirNames(t *testing.T) {
	for _, name := range strings.Fields("LICENSE license Licence.md LICENSE.txt LICENSE.TXT LICENCE.rst LICENSE-MIT LICENSE_APACHE LICENSE.APACHE2 LICENSE.esprima.txt " +
		"LICENSE-MIT.txt MIT-LICENSE MIT-LICENSE.txt COPYING COPYING.LESSER COPYING.lib COPYRIGHT CopyrightNotice.txt NOTICE NOTICE.txt NOTICES UNLICENSE licenses.md " +
		"ThirdPartyNotices.txt THIRD_PARTY_LICENSES third-party-licenses.txt LICENSE-3RD-PARTY.txt LICENSE-2.0.txt LICENSE.PSF") {
		if _, ok := Folder("a/b/" + name); !ok {
			t.Errorf("%s is not taken for a licence file", name)
		}
	}
	for _, name := range strings.Fields("license.go licenses.json LicenseDialog.tsx license_test.py licensed licensee copyrights.css copying.c notice.js NoticeBoard.java " +
		"License.cs third.txt thirdparty.txt license-manager-2018-08-01.min.json LICENSE.yml unlicensed.txt README LICENSE.png license_header.js Copyright.d.ts") {
		if _, ok := Folder(name); ok {
			t.Errorf("%s is taken for a licence file", name)
		}
	}
}

func TestNoticesAreNoLicenceOfThePackage(t *testing.T) {
	r := NewReader(false)
	own, ok := r.Read("a/LICENSE", isc)
	if !ok || own.License != "ISC" || own.Notice || own.Text != "" || len(own.Copyrights) != 1 {
		t.Errorf("%+v", own)
	}
	others, ok := r.Read("a/LICENSE-3RD-PARTY.txt", isc)
	if !ok || others.License != "" || !others.Notice || others.Path != "a/LICENSE-3RD-PARTY.txt" {
		t.Errorf("%+v", others)
	}
	if own.Digest != others.Digest {
		t.Error("the same text has two digests")
	}
}

func TestTextsStayOnlyForThoseWhoAsk(t *testing.T) {
	if l, _ := NewReader(true).Read("LICENSE", isc); l.Text != isc {
		t.Errorf("the text is %q", l.Text)
	}
}

func TestTermsOfItsOwnAreTold(t *testing.T) {
	r := NewReader(false)
	if l, _ := r.Read("LICENSE", "You may look at this software, but you may not touch it.\n"+strings.Repeat("Whoever touches it shall buy the author a house in the country. ", 10)); l.License != "" || !l.Partly {
		t.Errorf("%+v", l)
	}
	if l, _ := r.Read("LICENSE", isc+"\nMany thanks to everybody who helped.\n"); l.License != "ISC" || l.Partly {
		t.Errorf("%+v", l)
	}
}

func TestWhatIsNoTextIsNoLicence(t *testing.T) {
	r := NewReader(false)
	for _, content := range []string{"", " \n\t", "\x7fELF\x00\x00"} {
		if l, ok := r.Read("LICENSE", content); ok {
			t.Errorf("%q gives %+v", content, l)
		}
	}
}
