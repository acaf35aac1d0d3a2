package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// zipMember is a member of a zip that may lie.
type zipMember struct {
	name         string
	mode         fs.FileMode
	data         []byte // compressed
	size         uint32 // that is told of what it unpacks to
	crc          uint32
	sameAsBefore bool // its data are those of the member before it
}

func deflated(text []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		panic(err) // the level is one
	}
	w.Write(text)
	w.Close()
	return b.Bytes()
}

func honest(name, text string) zipMember {
	return zipMember{name: name, data: deflated([]byte(text)), size: uint32(len(text)), crc: crc32.ChecksumIEEE([]byte(text))}
}

// rawZip writes a zip as its members want it, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
func rawZip(members ...zipMember) []byte {
	var b, directory []byte
	le16, le32 := binary.LittleEndian.AppendUint16, binary.LittleEndian.AppendUint32
	at := 0
	for _, m := range members {
		common := le16(le16(nil, 20), 0)
		common = le32(le16(le16(le16(common, zip.Deflate), 0), 0), m.crc)
		common = le32(le32(common, uint32(len(m.data))), m.size)
		common = le16(le16(common, uint16(len(m.name))), 0)
		if !m.sameAsBefore {
			at = len(b)
			b = append(append(append(append(b, "PK\x03\x04"...), common...), m.name...), m.data...)
		}
		directory = append(le16(append(directory, "PK\x01\x02"...), 3<<8|20), common...)
		directory = le16(le16(le16(directory, 0), 0), 0)
		h := zip.FileHeader{}
		h.SetMode(m.mode)
		directory = append(le32(le32(directory, h.ExternalAttrs), uint32(at)), m.name...)
	}
	end := le16(le16(append(append(b, directory...), "PK\x05\x06"...), 0), 0)
	end = le16(le16(end, uint16(min(len(members), 0xffff))), uint16(min(len(members), 0xffff)))
	return le16(le32(le32(end, uint32(len(directory))), uint32(len(b))), 0)
}

// nest packs an archive into one of the same kind, again and again.
func nest(depth, width int, name string, files map[string][]byte, pack func(map[string][]byte) []byte) []byte {
	data := pack(files)
	for range depth - 1 {
		files = make(map[string][]byte)
		for i := range width {
			files[fmt.Sprintf("%02d-%s", i, name)] = data
		}
		data = pack(files)
	}
	return data
}

// TestHostileArchives scans trees with archives that no tool writes. What lies beside is found all the same.
func TestHostileArchives(t *testing.T) {
	const lock = "package-lock.json"
	member := func(name, text string) map[string][]byte { return map[string][]byte{name: []byte(text)} }
	wheel := func(version string) string { return "Metadata-Version: 2.1\nName: good\nVersion: " + version + "\n" }
	zeros := bytes.Repeat(gzipped(make([]byte, 100<<20)), 100) // 10 GB
	bomb := append(gzipped(lie(tarball(t, regular("x/"+lock, "")), 10<<30)[:512]), zeros...)
	noise := make([]byte, 200<<10)
	rand.NewChaCha8([32]byte{}).Read(noise)
	overlap := []zipMember{honest("0/"+lock, string(noise))}
	for i := range 5000 {
		m := overlap[0]
		m.name, m.sameAsBefore = fmt.Sprintf("%d/%s", i+1, lock), true
		overlap = append(overlap, m)
	}
	short, long, huge := honest("short/"+lock, goodPackages), honest("long/"+lock, goodPackages), honest("huge/"+lock, goodPackages)
	short.size, long.size, huge.size = 10, 1000, 0xfffffff0
	link := honest("link/"+lock, "../../../../outside/"+lock)
	link.mode = fs.ModeSymlink | 0o777
	absolute := honest("absolute/"+lock, "/outside/"+lock)
	absolute.mode = fs.ModeSymlink | 0o777
	deb := func(data []byte) []byte {
		return arOf("debian-binary", []byte("2.0\n"), "control.tar.gz", inGzip(member("control", "Package: x\nVersion: 1\nArchitecture: all\n")), "data.tar.gz", data)
	}
	promising := deb(inGzip(nil))
	copy(promising[bytes.Index(promising, []byte("data.tar.gz"))+48:], "9999999999")
	for name, is := range map[string]struct {
		file  string
		data  []byte
		words []string
	}{
		"tar whose names lead out": {"x.tgz", gzipped(tarball(t, regular("../../outside/"+lock, "{"), regular("/abs/"+lock, goodPackages), other(tar.TypeSymlink, "l/"+lock, "../../../outside/"+lock), other(tar.TypeLink, "h/"+lock, "../outside/"+lock),
			other(tar.TypeFifo, "p/"+lock, ""), other(tar.TypeSymlink, "loop", "loop"), other(tar.TypeChar, "c/"+lock, ""))), []string{"x.tgz", "leads outside the tree", "pkg:npm/good@1.0.0"}},
		"zip whose names lead out": {"x.zip", rawZip(honest("../../outside/"+lock, "{"), honest(`..\..\outside\`+lock, "{"), honest("/abs/"+lock, goodPackages), link, absolute, honest("a/../../"+lock, "{")),
			[]string{"x.zip", "leads outside the tree", "pkg:npm/good@1.0.0"}},
		"zip with a name of 64 KB":        {"x.zip", rawZip(honest(strings.Repeat("d/", 32000)+lock, "{"), honest("good/"+lock, goodPackages)), []string{"x.zip", "has a name of more than 4096 bytes", "pkg:npm/good@1.0.0"}},
		"zip whose members lie":           {"x.zip", rawZip(short, long, huge, honest("good/"+lock, goodPackages)), []string{"x.zip/short/" + lock, "x.zip/long/" + lock, "x.zip/huge/" + lock, "pkg:npm/good@1.0.0"}},
		"zip whose members overlap":       {"x.zip", rawZip(overlap...), []string{"x.zip/", "has members that overlap"}},
		"zip with members twice":          {"x.zip", rawZip(honest("a/"+lock, "{"), honest("a/"+lock, goodPackages), honest("a/"+lock+"/b", ""), honest("b", ""), honest("b/"+lock, goodPackages)), []string{"pkg:npm/good@1.0.0"}},
		"zips in zips, six levels of 16":  {"x.zip", nest(6, 16, "x.zip", map[string][]byte{lock: make([]byte, 50<<20)}, zipped), []string{"x.zip/"}},
		"tars in tars, ten levels":        {"x.tgz", nest(10, 2, "x.tgz", map[string][]byte{lock: []byte(goodPackages)}, inGzip), []string{"lies in 8 archives: no deeper one is opened"}},
		"debs in debs, a hundred levels":  {"x.deb", nest(100, 1, "x.deb", member("x", ""), func(files map[string][]byte) []byte { return deb(inGzip(files)) }), []string{"lies in 8 archives: no deeper one is opened", "pkg:deb/debian/x@1"}},
		"deb whose data are itself":       {"x.deb", deb(deb(nil)), []string{"x.deb: data.tar.gz: "}},
		"deb with a size of 10 GB":        {"x.deb", promising, []string{"x.deb: "}},
		"jars in jars, a hundred levels":  {"x.jar", nest(100, 1, "x.jar", member("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"), zipped), []string{"x.jar", "lies in more than 8 archives"}},
		"wheel of wheels":                 {"x.whl", nest(20, 3, "x.whl", member("good-1.dist-info/METADATA", wheel("1")), zipped), []string{"lies in 8 archives: no deeper one is opened"}},
		"10 GB of zeros in a tar":         {"x.tar.gz", bomb, []string{"x.tar.gz: ", "expands to more than 500 times its size"}},
		"10 GB of zeros in a gem":         {"x.gem", tarred(map[string][]byte{"metadata.gz": zeros, "data.tar.gz": bomb}), []string{"x.gem: "}},
		"10 GB of zeros for a gem":        {"x.gem", bomb, []string{"x.gem: "}},
		"10 GB of zeros in a crate":       {"x-1.0.0.crate", bomb, []string{"x-1.0.0.crate: ", "expands to more than 500 times its size"}},
		"a zip of nothing but a promise":  {"x.zip", []byte("PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7f\x00\x00\x00\x00\x00\x00"), []string{"x.zip: "}},
		"a wheel that is text":            {"x.whl", []byte("version https://git-lfs.github.com/spec/v1\n"), []string{"x.whl: is no archive"}},
		"names that steer terminals":      {"x.zip", rawZip(honest("a\n\x1b[2J/"+lock, "{"), honest("\xff\xfe/"+lock, "{"), honest("good/"+lock, goodPackages)), []string{"pkg:npm/good@1.0.0", "x.zip/a"}},
		"a member of 2^60 bytes in a tar": {"x.tgz", gzipped(append(tarball(t, regular("good/"+lock, goodPackages))[:1024], lie(tarball(t, regular("x/"+lock, "{}")), 1<<60)...)), []string{"x.tgz: ", "pkg:npm/good@1.0.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCell(t)
			c.put("work/tree/beside/Cargo.lock", []byte(goodLock))
			c.put("work/tree/"+is.file, is.data)
			got := c.scan("tree", "--archives", "-v", "-o", "purls")
			got.expect(t, 0, append(slices.Clone(is.words), "pkg:cargo/libc@0.2.62")...)
			if got.peak > 800<<20 {
				t.Errorf("peak memory %d MB", got.peak>>20)
			}
			c.scan("tree/"+is.file, "-o", "purls")
		})
	}
}

// rpm is a package file with a name, a version and a file: https://rpm-software-management.github.io/rpm/manual/format_v4.html.
func rpm(t *testing.T) []byte {
	header := func(tags ...any) []byte {
		var index, data []byte
		be := binary.BigEndian.AppendUint32
		for i := 0; i < len(tags); i += 2 {
			index = be(be(be(be(index, uint32(tags[i].(int))), 6), uint32(len(data))), 1) // a string
			data = append(append(data, tags[i+1].(string)...), 0)
		}
		return append(append(be(be([]byte("\x8e\xad\xe8\x01\x00\x00\x00\x00"), uint32(len(index)/16)), uint32(len(data))), index...), data...)
	}
	var payload []byte
	for _, name := range []string{"./usr/lib/node_modules/good/package.json", "TRAILER!!!"} {
		body := `{"name":"good","version":"1.0.0"}`
		if name == "TRAILER!!!" {
			body = ""
		}
		payload = fmt.Appendf(payload, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\x00", 1, 0o100644, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name)+1, 0, name)
		payload = append(payload, make([]byte, -len(payload)&3)...)
		payload = append(payload, body...)
		payload = append(payload, make([]byte, -len(payload)&3)...)
	}
	file := append([]byte("\xed\xab\xee\xdb\x03\x00\x00\x00"), make([]byte, 88)...)
	file = append(file, header(1000, "signature")...)
	file = append(file, make([]byte, -len(file)&7)...)
	file = append(file, header(1000, "good", 1001, "1.0", 1002, "1", 1022, "x86_64", 1014, "MIT", 1044, "good-1.0-1.src.rpm")...)
	return append(file, gzipped(payload)...)
}

// TestArchivesThatBreakOff cuts packages at thirty places each: what is said of each is the truth, or that something is missing.
func TestArchivesThatBreakOff(t *testing.T) {
	text := strings.Repeat("some text that fills the archive, so that there is something to cut\n", 50)
	files := func(list ...string) map[string][]byte {
		m := map[string][]byte{"filler.txt": []byte(text)}
		for i := 0; i < len(list); i += 2 {
			m[list[i]] = []byte(list[i+1])
		}
		return m
	}
	for name, is := range map[string]struct {
		data []byte
		purl string // of the whole
	}{
		"good-1.0.gem":              {gem(files("metadata", "--- !ruby/object:Gem::Specification\nname: good\nversion: !ruby/object:Gem::Version\n  version: '1.0'\n")), "pkg:gem/good@1.0"},
		"good-1.0-0.conda":          {conda(files("info/index.json", `{"name":"good","version":"1.0","build":"0","subdir":"noarch"}`, "pkg/x", text)), "pkg:conda/good@1.0"},
		"good-1.0-1.x86_64.rpm":     {rpm(t), "pkg:rpm/good@1.0-1"},
		"good-1.0-r0.apk":           {inGzip(files(".PKGINFO", "pkgname = good\npkgver = 1.0-r0\narch = x86_64\n")), "pkg:apk/alpine/good@1.0-r0"},
		"good_1.0_all.deb":          {deb(files("DEBIAN/control", "Package: good\nVersion: 1.0\nArchitecture: all\n")), "pkg:deb/debian/good@1.0"},
		"good-1.0-py3-none-any.whl": {zipped(files("good-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: good\nVersion: 1.0\n")), "pkg:pypi/good@1.0"},
		"good-1.0.0.crate":          {inGzip(files("good-1.0.0/Cargo.toml", "[package]\nname = \"good\"\nversion = \"1.0.0\"\n")), "pkg:cargo/good@1.0.0"},
		"good.1.0.0.nupkg":          {zipped(files("good.nuspec", "<package><metadata><id>good</id><version>1.0.0</version></metadata></package>")), "pkg:nuget/good@1.0.0"},
		"good.jar":                  {zipped(files("META-INF/maven/g/good/pom.properties", "groupId=g\nartifactId=good\nversion=1.0\n")), "pkg:maven/g/good@1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCell(t)
			c.put("work/whole/"+name, is.data)
			if got := c.scan("whole", "--strict", "-q", "-o", "purls"); !strings.HasPrefix(got.stdout, is.purl) {
				t.Fatalf("the whole archive is %s%s", got.stdout, got.stderr)
			}
			const cuts = 30
			for i := 1; i < cuts; i++ {
				c.put(fmt.Sprintf("work/tree/%02d/%s", i, name), is.data[:len(is.data)*i/cuts])
			}
			got := c.scan("tree", "--archives", "-v", "-o", "json")
			for i := 1; i < cuts; i++ {
				if place := fmt.Sprintf("%02d/%s", i, name); !strings.Contains(got.stderr+got.stdout, place) {
					t.Errorf("nothing is said of %s, of %d bytes of %d", place, len(is.data)*i/cuts, len(is.data))
				}
			}
			for line := range strings.Lines(c.scan("tree", "--archives", "-q", "-o", "purls").stdout) {
				if !strings.HasPrefix(line, is.purl) {
					t.Errorf("what is not there is told: %s", line)
				}
			}
		})
	}
}
