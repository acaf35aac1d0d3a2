package rootfs_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/apk"
	"github.com/sbomgen/sbomgen/catalogers/deb"
	"github.com/sbomgen/sbomgen/catalogers/opkg"
	"github.com/sbomgen/sbomgen/catalogers/pacman"
	"github.com/sbomgen/sbomgen/catalogers/portage"
	"github.com/sbomgen/sbomgen/catalogers/scan"
	"github.com/sbomgen/sbomgen/catalogers/source"
)

// listed makes a tree of files, "path -> target" for links and "path/" for folders, and lists what a cataloger says to belong to packages there:
// key, place, algorithm and the start of the digest, configuration. Gaps follow.
func listed(t *testing.T, c *catalogers.Cataloger, files map[string]string) (list []string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name, target, link := strings.Cut(name, " -> ")
		at := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		switch {
		case err != nil:
		case link:
			err = os.Symlink(target, at)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(at, 0o755)
		default:
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
	r, err := scan.Run(context.Background(), tree, []*catalogers.Cataloger{c}, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, facts := range r.Facts {
		for key, f := range facts.InstalledFiles() {
			line := key + " " + f.Path
			if f.Digest.Hex != "" {
				line += fmt.Sprintf(" %s:%.4s", f.Digest.Algorithm, f.Digest.Hex)
			}
			if f.Config {
				line += " config"
			}
			list = append(list, line)
		}
		for _, gap := range facts.Gaps() {
			list = append(list, "gap "+gap.Path+" "+gap.Reason)
		}
	}
	slices.Sort(list)
	return list
}

func check(t *testing.T, got []string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("other files belong to packages (-want +got):\n%s", diff)
	}
}

const (
	md5a = "aaaabbbbccccddddeeeeffff00001111"
	md5b = "bbbbccccddddeeeeffff000011112222"
	sha  = "cccc111122223333444455556666777788889999aaaabbbbccccddddeeeeffff"
)

func TestDpkgListsFilesWithDigests(t *testing.T) {
	check(t, listed(t, &deb.Status, map[string]string{
		"srv/root/bin -> usr/bin": "",
		"srv/root/lib/":           "",
		"srv/root/usr/bin/sh":     "",
		"srv/root/var/lib/dpkg/status": `Package: dash
Status: install ok installed
Version: 1
Architecture: amd64
Conffiles:
 /etc/dash.conf ` + md5b + `
 /etc/new newconffile
 /etc/old ` + md5b + ` obsolete

Package: bash
Status: install ok installed
Version: 1
Architecture: amd64

Package: libc6
Status: install ok installed
Version: 1
Architecture: amd64
Multi-Arch: same

Package: libc6
Status: install ok installed
Version: 1
Architecture: i386
Multi-Arch: same

Package: gone
Status: deinstall ok config-files
Version: 1
Architecture: amd64
Conffiles:
 /etc/gone ` + md5b + `
`,
		"srv/root/var/lib/dpkg/diversions":              "/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/local\n/usr/bin/local.orig\n:\n/cut/off\n",
		"srv/root/var/lib/dpkg/info/dash.list":          "/.\n/bin\n/bin/dash\n/bin/sh\n/etc\n/etc/dash.conf\n/etc/new\n/usr\n/usr/bin\n/usr/bin/local\n/usr/share\n/usr/share/empty\n/usr/lib\n/zz\n/zz-top\n/usr/lib/link\n/zz/link\n",
		"srv/root/var/lib/dpkg/info/dash.md5sums":       md5a + "  bin/dash\n" + md5b + "  usr/bin/local\n",
		"srv/root/var/lib/dpkg/info/bash.list":          "/.\n/bin\n/bin/sh\n/lib/a-b/x\n/lib/a/y\n/lib/s\\x2dt",
		"srv/root/var/lib/dpkg/info/bash.md5sums":       "\\" + md5a + "  lib/s\\\\x2dt\n" + md5a + "  ./lib/a/y\n" + md5b + " *lib/a-b/x\nnot a line\nnor this\n",
		"srv/root/var/lib/dpkg/info/libc6:amd64.list":   "/.\n/lib64\n/lib64/ld.so\n",
		"srv/root/var/lib/dpkg/info/libc6:i386.list":    "/.\n/lib\n/lib/ld.so\n",
		"srv/root/var/lib/dpkg/info/libc6:i386.md5sums": md5b + "  lib/ld.so\n",
		"srv/root/var/lib/dpkg/info/gone.list":          "/etc/gone\n",
	}),
		"dash:amd64 srv/root/usr/bin/dash MD5:aaaa",
		"dash:amd64 srv/root/usr/bin/sh",
		"dash:amd64 srv/root/etc/dash.conf MD5:bbbb config",
		"dash:amd64 srv/root/etc/new config",
		"dash:amd64 srv/root/etc/old MD5:bbbb config",
		"dash:amd64 srv/root/usr/bin/local.orig MD5:bbbb",
		"dash:amd64 srv/root/usr/share/empty",
		"dash:amd64 srv/root/usr/lib/link",
		"dash:amd64 srv/root/zz-top",
		"dash:amd64 srv/root/zz/link",
		"bash:amd64 srv/root/usr/bin/sh.distrib",
		"bash:amd64 srv/root/lib/a-b/x MD5:bbbb",
		"bash:amd64 srv/root/lib/a/y MD5:aaaa",
		"bash:amd64 srv/root/lib/s\\x2dt MD5:aaaa",
		"libc6:amd64 srv/root/lib64/ld.so",
		"libc6:i386 srv/root/lib/ld.so MD5:bbbb",
		"gap srv/root/var/lib/dpkg/info/bash.md5sums line 4: is no digest with a path",
	)
}

func TestImagesWithoutDpkgListDigests(t *testing.T) {
	check(t, listed(t, &deb.Status, map[string]string{
		"var/lib/dpkg/status.d/libssl3":         "Package: libssl3\nVersion: 3\nArchitecture: amd64\n",
		"var/lib/dpkg/status.d/libssl3.md5sums": md5a + "  usr/lib/libssl.so.3\n",
		"var/lib/dpkg/status.d/tzdata":          "Package: tzdata\nVersion: 3\nArchitecture: all\n",
	}), "libssl3:amd64 usr/lib/libssl.so.3 MD5:aaaa")
}

func TestApkListsFilesWithDigests(t *testing.T) {
	check(t, listed(t, &apk.Installed, map[string]string{
		"bin -> usr/bin": "", "usr/bin/": "",
		"lib/apk/db/installed": `P:busybox
V:1
A:x86_64
F:
R:top
F:bin
M:0:0:755
R:busybox
a:0:0:755
Z:Q1AAECAwQFBgcICQoLDA0ODxAREhM=
R:sh
Z:Q1!!!!
F:etc/network
R:interfaces
Z:Q2AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
F:etc/init.d
R:x
F:etc/apk/keys
R:k

P:other
V:1
F:usr/lib
R:o

P:other
V:1
F:usr/lib
R:twice

F:lost
R:lost
`}),
		"busybox top", "busybox usr/bin/busybox SHA-1:0001", "busybox usr/bin/sh", "busybox etc/network/interfaces SHA-256:0001 config",
		"busybox etc/init.d/x", "busybox etc/apk/keys/k", "other usr/lib/o",
		"gap lib/apk/db/installed other stands twice",
		"gap lib/apk/db/installed a package has no name or no version",
	)
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPacmanListsFilesWithDigests(t *testing.T) {
	files := map[string]string{
		"var/lib/pacman/local/zlib-1-1/desc":  "%NAME%\nzlib\n\n%VERSION%\n1-1\n\n",
		"var/lib/pacman/local/zlib-1-1/files": "%FILES%\netc/\netc/zlib.conf\netc/plain\nusr/\nusr/lib/\nusr/lib/libz.so\nusr/lib/libz.so.1\nusr/share/a b\n\n%BACKUP%\netc/zlib.conf\t" + md5b + "\netc/plain\t" + md5b + "\n\n",
		"var/lib/pacman/local/zlib-1-1/mtree": packed(t, "#mtree\n/set type=file uid=0 gid=0 mode=644\n./.PKGINFO time=1 size=1 sha256digest="+sha+"\n./etc time=1 mode=755 type=dir\n./etc/zlib.conf time=1 size=3 md5digest="+md5a+" sha256digest="+sha+
			"\n./usr/lib/libz.so time=1 mode=777 type=link link=libz.so.1\n./usr/lib/libz.so.1 time=1 md5digest="+md5a+"\n./usr/share/a\\040b time=1 sha256digest="+sha+"\n"),
	}
	check(t, listed(t, &pacman.Local, files),
		"zlib etc/zlib.conf SHA-256:cccc config", "zlib etc/plain MD5:bbbb config", "zlib usr/lib/libz.so", "zlib usr/lib/libz.so.1 MD5:aaaa", "zlib usr/share/a b SHA-256:cccc")

	whole := files["var/lib/pacman/local/zlib-1-1/mtree"]
	for cut := range len(whole) {
		files["var/lib/pacman/local/zlib-1-1/mtree"] = whole[:cut]
		got := listed(t, &pacman.Local, files)
		if len(got) != 6 || !strings.HasPrefix(got[0], "gap var/lib/pacman/local/zlib-1-1/mtree ") {
			t.Fatalf("cut at %d: %q", cut, got)
		}
	}
}

func TestPortageListsFilesWithDigests(t *testing.T) {
	check(t, listed(t, &portage.Installed, map[string]string{
		"lib -> usr/lib": "", "usr/lib/": "",
		"var/db/pkg/sys-libs/zlib-1.2/CONTENTS": "dir /etc\nobj /etc/zlib.conf " + md5b + " 1600000000\nobj /lib/libz.so.1.2 " + md5a + " 1600000000\nsym /lib/libz.so.1 -> libz.so.1.2 1600000000\nobj /usr/share/a b " + md5a + " 1600000000\nfif /run/x\nobj /short\nnonsense\n",
	}),
		"sys-libs/zlib-1.2 etc/zlib.conf MD5:bbbb config", "sys-libs/zlib-1.2 usr/lib/libz.so.1.2 MD5:aaaa", "sys-libs/zlib-1.2 usr/lib/libz.so.1",
		"sys-libs/zlib-1.2 usr/share/a b MD5:aaaa", "gap var/db/pkg/sys-libs/zlib-1.2/CONTENTS line 7: is no entry",
	)
}

func TestOpkgListsFiles(t *testing.T) {
	check(t, listed(t, &opkg.Status, map[string]string{
		"usr/lib/opkg/status":            "Package: dnsmasq\nVersion: 2\nStatus: install user installed\nConffiles:\n /etc/config/dhcp " + sha + "\n /etc/dnsmasq.conf " + md5a + "\n",
		"usr/lib/opkg/info/dnsmasq.list": "/etc/config/dhcp\n/usr/sbin/dnsmasq\t0100755\n/usr/lib/l\t0120777\tm\n",
	}),
		"dnsmasq etc/config/dhcp SHA-256:cccc config", "dnsmasq etc/dnsmasq.conf MD5:aaaa config", "dnsmasq usr/sbin/dnsmasq", "dnsmasq usr/lib/l")
}
