package osrelease_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/purl"
)

// read makes a tree of files, "path -> target" for links, and reads what system it is.
func read(t *testing.T, files map[string]string) osrelease.Release {
	t.Helper()
	dir := t.TempDir()
	files["var/lib/db"] = ""
	for name, text := range files {
		name, target, link := strings.Cut(name, " -> ")
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if link {
			err = os.Symlink(target, at)
		} else {
			err = os.WriteFile(at, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(context.Background(), dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	return osrelease.Read(catalogers.NewFile(tree, &catalogers.Cataloger{Beside: osrelease.Beside("../..")}, "var/lib/db"), ".")
}

func TestEverySystemIsToldByItsFiles(t *testing.T) {
	for _, c := range []struct {
		files  map[string]string
		distro string
		t      purl.Type
		vendor string
	}{
		// By os-release.
		{map[string]string{"etc/os-release": "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm"}, "debian-12", purl.Deb, "debian"},
		{map[string]string{"etc/os-release -> ../usr/lib/os-release": "", "usr/lib/os-release": "ID=debian\nPRETTY_NAME='Debian GNU/Linux trixie/sid'\nVERSION_CODENAME=trixie"}, "debian-trixie", purl.Deb, "debian"},
		{map[string]string{"etc/os-release -> /usr/lib/os-release": "", "usr/lib/os-release": "ID=debian", "etc/debian_version": "bullseye/sid\n"}, "debian-bullseye", purl.Deb, "debian"},
		{map[string]string{"etc/os-release": "ID=zorin\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=17"}, "zorin-17", purl.Deb, "ubuntu"},
		{map[string]string{"etc/os-release": "ID=linuxmint\nID_LIKE=ubuntu\nVERSION_ID=\"21.3\""}, "linuxmint-21.3", purl.Deb, "linuxmint"},
		{map[string]string{"etc/os-release": "ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"11\""}, "raspbian-11", purl.Deb, "raspbian"},
		{map[string]string{"etc/os-release": "ID=Deepin\nVERSION_ID=\"23\""}, "deepin-23", purl.Deb, "deepin"},
		{map[string]string{"etc/os-release": "ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"9.4\"\nVARIANT_ID=\"coreos\""}, "rhel-9.4", purl.RPM, "redhat"},
		{map[string]string{"etc/os-release": "ID=\"rhcos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"4.15\""}, "rhcos-4.15", purl.RPM, "redhat"},
		{map[string]string{"etc/os-release": "ID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"9\""}, "centos-9", purl.RPM, "centos"},
		{map[string]string{"etc/os-release": "ID=\"somerebuild\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"9\""}, "somerebuild-9", purl.RPM, "redhat"},
		{map[string]string{"etc/os-release": "ID=\"ol\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"8.9\""}, "ol-8.9", purl.RPM, "ol"},
		{map[string]string{"etc/os-release": "ID=\"sle-micro\"\nID_LIKE=\"suse\"\nVERSION_ID=\"5.5\""}, "sle-micro-5.5", purl.RPM, "suse"},
		{map[string]string{"etc/os-release": "ID=\"sl-micro\"\nID_LIKE=\"suse\"\nVERSION_ID=\"6.0\""}, "sl-micro-6.0", purl.RPM, "suse"},
		{map[string]string{"etc/os-release": "ID=\"sles_sap\"\nID_LIKE=\"suse\"\nVERSION_ID=\"15.5\""}, "sles_sap-15.5", purl.RPM, "suse"},
		{map[string]string{"etc/os-release": "ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\nVERSION_ID=\"20240508\""}, "opensuse-tumbleweed-20240508", purl.RPM, "opensuse"},
		{map[string]string{"etc/os-release": "ID=\"openEuler\"\nVERSION_ID=\"22.03\""}, "openeuler-22.03", purl.RPM, "openeuler"},
		{map[string]string{"etc/os-release": "ID=\"kylin\"\nVERSION_ID=\"V10\""}, "kylin-V10", purl.RPM, "kylin"},
		{map[string]string{"etc/os-release": "ID=arch\nBUILD_ID=rolling"}, "arch", purl.ALPM, "arch"},
		{map[string]string{"etc/os-release": "ID=endeavouros\nID_LIKE=\"arch\"\nBUILD_ID=2024.04.20"}, "endeavouros", purl.ALPM, "arch"},
		{map[string]string{"etc/os-release": "ID=manjaro-arm\nID_LIKE=\"manjaro arch\""}, "manjaro-arm", purl.ALPM, "manjaro"},
		{map[string]string{"etc/os-release": "ID=wolfi\nVERSION_ID=\"20230201\""}, "wolfi-20230201", purl.APK, "wolfi"},
		{map[string]string{"etc/os-release": "ID=minimos\nVERSION_ID=\"20241031\""}, "minimos-20241031", purl.APK, "minimos"},
		{map[string]string{"etc/os-release": "ID=postmarketos\nID_LIKE=\"alpine\"\nVERSION_ID=\"v23.12\""}, "postmarketos-v23.12", purl.APK, "postmarketos"},
		{map[string]string{"etc/os-release": "ID=grml\nID_LIKE='nobody debian'"}, "grml", purl.Deb, "debian"},
		{map[string]string{"etc/os-release": "ID=unheard-of"}, "unheard-of", purl.Deb, "unheard-of"},
		{map[string]string{"etc/os-release": "NAME=nothing"}, "", purl.Deb, ""},
		// By what was there before it.
		{map[string]string{"etc/redhat-release": "CentOS release 6.10 (Final)\n"}, "centos-6.10", purl.RPM, "centos"},
		{map[string]string{"etc/redhat-release": "Red Hat Enterprise Linux Server release 5.11 (Tikanga)\n"}, "rhel-5.11", purl.RPM, "redhat"},
		{map[string]string{"etc/redhat-release": "Red Hat Enterprise Linux Server release 6.8 (Santiago)\n", "etc/oracle-release": "Oracle Linux Server release 6.8\n"}, "ol-6.8", purl.RPM, "ol"},
		{map[string]string{"etc/fedora-release": "Fedora release 16 (Verne)\n", "etc/redhat-release -> fedora-release": ""}, "fedora-16", purl.RPM, "fedora"},
		{map[string]string{"etc/system-release": "Amazon Linux AMI release 2013.09\n"}, "amzn-2013.09", purl.RPM, "amzn"},
		{map[string]string{"etc/system-release": "Amazon Linux 2\n"}, "amzn-2", purl.RPM, "amzn"},
		{map[string]string{"etc/SuSE-release": "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n"}, "sles-11.4", purl.RPM, "suse"},
		{map[string]string{"etc/SuSE-release": "openSUSE 12.3 (x86_64)\nVERSION = 12.3\nCODENAME = Dartmouth\n"}, "opensuse-12.3", purl.RPM, "opensuse"},
		{map[string]string{"etc/lsb-release": "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\n", "etc/debian_version": "squeeze/sid\n"}, "ubuntu-10.04", purl.Deb, "ubuntu"},
		{map[string]string{"etc/lsb-release": "LSB_VERSION=base-4.0-amd64\n", "etc/redhat-release": "Scientific Linux release 6.4 (Carbon)\n"}, "scientific-6.4", purl.RPM, "scientific"},
		{map[string]string{"etc/openwrt_release": "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='19.07.8'\n"}, "openwrt-19.07.8", purl.APK, "openwrt"},
		{map[string]string{"etc/debian_version": "6.0.10\n"}, "debian-6", purl.Deb, "debian"},
		{map[string]string{"etc/debian_version": "jessie/sid\n"}, "debian-jessie", purl.Deb, "debian"},
		{map[string]string{"etc/alpine-release": "3.4.6\n"}, "alpine-3.4.6", purl.APK, "alpine"},
		{map[string]string{"etc/arch-release": ""}, "arch", purl.ALPM, "arch"},
		{map[string]string{"etc/slackware-version": "Slackware 14.2\n"}, "slackware-14.2", purl.Generic, "slackware"},
		{map[string]string{"etc/gentoo-release": "Gentoo Base System release 2.2\n"}, "gentoo-2.2", purl.Generic, "gentoo"},
		{map[string]string{"etc/redhat-release": "\n", "etc/alpine-release": "not one word"}, "", purl.RPM, ""},
		{map[string]string{}, "", purl.RPM, ""},
	} {
		r := read(t, c.files)
		if got := r.Distro(); got != c.distro {
			t.Errorf("%v is %q, want %q", c.files, got, c.distro)
		}
		if got := r.Vendor(c.t); got != c.vendor {
			t.Errorf("%v has %s packages of %q, want %q", c.files, c.t, got, c.vendor)
		}
	}
}
