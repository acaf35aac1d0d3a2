package binary

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// one is a Tree of one file, which counts what is read of it.
type one struct {
	data []byte
	read *int
}

type blob struct {
	*bytes.Reader
	read *int
}

func (blob) Close() error { return nil }

func (b blob) ReadAt(p []byte, at int64) (int, error) {
	n, err := b.Reader.ReadAt(p, at)
	*b.read += n
	return n, err
}

func (o one) Open(string) (catalogers.Blob, error)  { return blob{bytes.NewReader(o.data), o.read}, nil }
func (o one) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (o one) Resolve(p string) (string, error)      { return p, nil }

// parsed is what a cataloger claims of a file, and how many bytes it read.
func parsed(c *catalogers.Cataloger, file string, data []byte) (out *sbom.Facts, read int, err error) {
	out = sbom.NewFacts(c.Name, c.Stage, file)
	out.Own(".")
	err = c.Parse(catalogers.NewFile(one{data, &read}, c, file), out)
	return out, read, err
}

// program is an ELF header with something behind it.
func program(content string) []byte {
	return append([]byte("\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 57)), content...)
}

func classified(file, content string) string {
	out, _, err := parsed(&Classifier, file, program(content))
	if err != nil {
		return err.Error()
	}
	if c := out.Component("program"); c != nil {
		return c.PURL.String()
	}
	return ""
}

func TestTheTableIsValid(t *testing.T) {
	for _, list := range [][]Rule{programs, libraries, runtimes} {
		for i := range list {
			if err := list[i].Validate(); err != nil {
				t.Error(err)
			}
			if list[i].ByName && !slices.Contains(scripts, list[i].Files[0]) {
				t.Errorf("%s: %s is not among the scripts", list[i].Name, list[i].Files[0])
			}
		}
	}
}

func TestEveryRuleFindsTheVersionThatFilesState(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	filler := make([]byte, 4096)
	for i := range filler {
		filler[i] = byte(noise.Uint32() | 0x80) // no text
	}
	seen := make(map[string]int)
	for _, s := range samples {
		seen[s.rule]++
		content := string(filler) + s.content + string(filler)
		out, _, err := parsed(&Classifier, s.file, program(content))
		c := out.Component("program")
		if err != nil || c == nil {
			t.Errorf("%s: %s: nothing found: %v", s.rule, s.file, err)
			continue
		}
		if c.PURL.Version != s.version {
			t.Errorf("%s: %s: %s, want the version %s", s.rule, s.file, c.PURL, s.version)
		}
		known := false
		for _, i := range table().of(path.Base(s.file)) {
			r := table().list[i]
			known = known || r.Name == s.rule && r.component(path.Base(s.file), s.version).PURL == c.PURL
		}
		if !known {
			t.Errorf("%s: %s was told by another rule: %s", s.rule, s.file, c.PURL)
		}
	}
	count := make(map[string]int)
	for _, r := range table().list {
		count[r.Name]++
	}
	for name, n := range count {
		if seen[name] == 0 || n > 1 && seen[name] < n {
			t.Errorf("%s: %d rules, %d samples", name, n, seen[name])
		}
	}
}

func TestNamesOfOtherProgramsSayNothing(t *testing.T) {
	for file, content := range map[string]string{
		"usr/bin/frobnicate":                    "nginx/1.22.1",
		"usr/bin/ls":                            "\x009.1\x00",                         // no GNU coreutils
		"usr/lib/collectd/curl.so":              "\x005.12.0\x00",                      // no extension of PHP
		"usr/lib/x86_64-linux-gnu/libc.so.6":    "\x001.2.4\x00",                       // neither libc
		"usr/bin/redis-server":                  "redis",                               // no version
		"usr/bin/python3.11":                    "\x003.10.4\x00%.80s (%.80s) %.80s?X", // taken: the second expression
		"usr/lib/x86_64-linux-gnu/libssl3.so":   "OpenSSL 3.0.2",                       // of NSS
		"usr/lib/x86_64-linux-gnu/libcrypt.so1": "OpenSSL 3.0.2",
	} {
		got := classified(file, content)
		if strings.HasSuffix(file, "python3.11") {
			if got != "pkg:generic/python@3.10.4" {
				t.Errorf("%s: %s", file, got)
			}
		} else if got != "" {
			t.Errorf("%s: %s", file, got)
		}
	}
}

func TestNamesAreComparedByTheirStem(t *testing.T) {
	for name, want := range map[string]string{
		"libz.so": "libz.so", "libz.so.1.2.13": "libz.so", "libz.1.dylib": "libz.so", "libz.1.2.13.dylib": "libz.so", "nginx.exe": "nginx", "libc-2.31.so": "libc-2.31.so", "x": "x",
		"libpython3.11.so.1.0": "libpython3.11.so", "zlib1.dll": "zlib1.dll",
	} {
		if got := stem(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for file, want := range map[string]string{
		"usr/lib/libz.1.2.13.dylib": " deflate 1.2.13 Copyright",
		"nginx/nginx.exe":           "nginx/1.24.0",
	} {
		if got := classified(file, want); got == "" {
			t.Errorf("%s: nothing", file)
		}
	}
}

func TestAFileThatNoRuleNamesIsNotRead(t *testing.T) {
	_, read, err := parsed(&Classifier, "usr/bin/frobnicate", program(strings.Repeat("nginx/1.22.1", 1000)))
	if read != 0 || err != nil {
		t.Errorf("%d bytes read, %v", read, err)
	}
}

func TestTheSearchEndsWithTheFirstVersion(t *testing.T) {
	_, read, _ := parsed(&Classifier, "nginx", program("nginx/1.22.1"+strings.Repeat("\x00", 8<<20)))
	if read > 2<<20 {
		t.Errorf("%d bytes read", read)
	}
}

func TestAVersionAcrossTheBorderOfTwoReadsIsFound(t *testing.T) {
	for shift := -20; shift <= 20; shift++ {
		for _, border := range []int{windowSize, 2*windowSize - overlap, 2 * windowSize, 3 * windowSize} {
			content := strings.Repeat("\x01", border-64+shift) + "nginx/1.22.1\x00" + strings.Repeat("\x01", 4096)
			if got := classified("nginx", content); got != "pkg:generic/nginx@1.22.1" {
				t.Fatalf("at %d%+d: %q", border, shift, got)
			}
		}
	}
}

func TestAHostileFileCostsBoundedTime(t *testing.T) {
	began := time.Now()
	for file, content := range map[string]string{
		"nginx":          strings.Repeat("nginx/", 6<<20),
		"postgres":       strings.Repeat("(PostgreSQL) ", 3<<20),
		"libharfbuzz.so": strings.Repeat("\x001.1", 8<<20),
		"libc.so.6":      strings.Repeat("GNU C Library (", 2<<20),
	} {
		if got := classified(file, content); got != "" {
			t.Errorf("%s: %s", file, got)
		}
	}
	if took := time.Since(began); took > 60*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestWhatIsClaimedIsToldHonestly(t *testing.T) {
	graph := func(file, content string) *sbom.Component {
		out, _, err := parsed(&Classifier, file, program(content))
		if err != nil {
			t.Fatal(err)
		}
		g := sbom.Resolve([]*sbom.Facts{out}, sbom.Options{})
		for i := range g.Components {
			if !g.Components[i].PURL.IsZero() {
				return &g.Components[i]
			}
		}
		t.Fatalf("%s: nothing", file)
		return nil
	}
	c := graph("usr/sbin/nginx", "nginx/1.22.1")
	if e := c.Evidence[0]; e.Technique != sbom.BinaryAnalysis || e.Confidence != 80 || e.Location.Path != "usr/sbin/nginx" || c.Kind != sbom.Application || c.Stage != sbom.Built {
		t.Errorf("by content: %+v %s", e, c.Kind)
	}
	want := []string{"cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:*", "cpe:2.3:a:nginx:nginx:1.22.1:*:*:*:*:*:*:*"}
	if diff := cmp.Diff(want, c.CPEs); diff != "" || len(c.Properties) > 0 {
		t.Error(diff)
	}
	c = graph("usr/lib/libbrotlidec.so.1.0.9", "")
	if e := c.Evidence[0]; e.Technique != sbom.FileName || e.Confidence != 60 || c.Kind != sbom.Library {
		t.Errorf("by name: %+v %s", e, c.Kind)
	}
}

func TestFurtherRulesComeFirst(t *testing.T) {
	c, err := New([]Rule{
		{Name: "own", Files: []string{"frob", "frob-*"}, Contents: []string{`frob v{version}`}, PURL: "pkg:github/acme/frob", CPEs: []string{"cpe:2.3:a:acme:frob"}},
		{Name: "patched", Files: []string{"nginx"}, Contents: []string{`acme-nginx/{version}`}, PURL: "pkg:generic/acme-nginx?repository_url=https://example.com"},
		{Name: "firmware", Files: []string{"*.fw"}, ByName: true, Contents: []string{`FW(?P<major>[0-9]{2})(?P<minor>[0-9]{2})`}, PURL: "pkg:generic/{name}"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for file, x := range map[string][2]string{
		"frob-x":     {"frob v2.0.1", "pkg:github/acme/frob@2.0.1"},
		"nginx":      {"nginx/1.22.1 acme-nginx/7.1", "pkg:generic/acme-nginx@7.1?repository_url=https:%2F%2Fexample.com"},
		"sbin/nginx": {"nginx/1.22.1", "pkg:generic/nginx@1.22.1"},
		"modem.fw":   {"FW0307", "pkg:generic/modem@3.7"},
	} {
		out, _, err := parsed(&c, file, []byte(x[0]))
		if p := out.Component("program"); err != nil || p == nil || p.PURL.String() != x[1] {
			t.Errorf("%s: %v, %v", file, p, err)
		}
	}
	for _, s := range []catalogers.Selector{{By: catalogers.ByGlob, Pattern: "*.fw"}, {By: catalogers.ByMagic, Pattern: "\x7fELF"}} {
		if !slices.Contains(c.Files, s) {
			t.Errorf("%v is not selected", s)
		}
	}
	if !slices.Contains(c.Emits, "github") || slices.Contains(Classifier.Emits, "github") {
		t.Errorf("emits %v", c.Emits)
	}
}

func TestWrongRulesAreToldAllTogether(t *testing.T) {
	_, err := New([]Rule{
		{},
		{Name: "a", Files: []string{"[", "*", "x/y"}, Contents: []string{`(`, `v[0-9]+`, `^v{version}`}, Paths: []string{`x`, `(`}, Series: `a`, PURL: "pkg:nonsense/a", CPEs: []string{"cpe:/a:b:c"}, Confidence: 101},
		{Name: "b", Files: []string{"b"}, Contents: []string{`{version}`}, PURL: "pkg:generic/b@1"},
		{Name: "c", Files: []string{"c"}, Contents: []string{`{version}`}, PURL: "no purl"},
		{Name: "good", Files: []string{"d"}, Contents: []string{`{version}`}, PURL: "pkg:generic/d"},
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{
		`rule "": has no name`, "has no patterns of files", "says nowhere what the version is", `file "["`, `file "*": fits every name`, `file "x/y"`, `content "(": error parsing`, `content "v[0-9]+": has no group`,
		`content "^v{version}": has an anchor`, `path "x": has no group`, `path "(": error parsing`, `series "a": has not exactly one group`, "type nonsense is not registered", `cpe "cpe:/a:b:c"`, "confidence 101",
		`rule "b": purl "pkg:generic/b@1": has a version`, `rule "c": purl "no purl"`,
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("does not say %q:\n%v", part, err)
		}
	}
	if strings.Contains(err.Error(), "good") {
		t.Error("complains of a good rule")
	}
}

func TestTheLiteralOfAnExpressionIsInEveryMatch(t *testing.T) {
	for expression, want := range map[string]string{
		`nginx/(?P<version>[0-9.]+)`:       "nginx/",
		`\x00v(?P<version>5\.[0-9]+)\x00`:  "\x00v5.",
		`(?:a|b)(?P<version>1)`:            "1",
		`(?i)NGINX/(?P<version>[0-9]+)`:    "",
		`(?:long text)?(?P<version>ab)c*d`: "ab",
		`(?:abc){2}(?P<version>1)`:         "abc",
		`\x00\x00name(?P<version>1)`:       "name1",
	} {
		p, err := newPattern(expression)
		if err != nil || string(p.literal) != want {
			t.Errorf("%s: %q, %v", expression, p.literal, err)
		}
	}
}

// noted is an ELF program of 64 bits with one note and the names of two libraries.
func noted(owner string, kind uint32, content string, order binary.ByteOrder) []byte {
	var b bytes.Buffer
	write := func(v any) { binary.Write(&b, order, v) }
	note := new(bytes.Buffer)
	for _, n := range []uint32{uint32(len(owner) + 1), uint32(len(content)), kind} {
		binary.Write(note, order, n)
	}
	pad := func(s string) string { return s + strings.Repeat("\x00", (4-len(s)%4)%4) }
	note.WriteString(pad(owner+"\x00") + pad(content))
	strs := "\x00libc.so.6\x00libz.so.1\x00"
	const base = 0x400000
	head := uint64(64 + 3*56)
	noteAt, strAt := head, head+uint64(note.Len())
	dynAt := strAt + uint64(len(strs))
	dyn := []elf.Dyn64{{Tag: int64(elf.DT_NEEDED), Val: 1}, {Tag: int64(elf.DT_NEEDED), Val: 11}, {Tag: int64(elf.DT_STRTAB), Val: base + strAt}, {Tag: int64(elf.DT_NULL)}}
	end := dynAt + uint64(len(dyn)*16)
	h := elf.Header64{Type: uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 3}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	if order == binary.BigEndian {
		h.Ident[elf.EI_DATA] = byte(elf.ELFDATA2MSB)
	}
	write(h)
	write(elf.Prog64{Type: uint32(elf.PT_LOAD), Vaddr: base, Filesz: end, Memsz: end})
	write(elf.Prog64{Type: uint32(elf.PT_NOTE), Off: noteAt, Vaddr: base + noteAt, Filesz: uint64(note.Len()), Align: 4})
	write(elf.Prog64{Type: uint32(elf.PT_DYNAMIC), Off: dynAt, Vaddr: base + dynAt, Filesz: uint64(len(dyn) * 16)})
	b.Write(note.Bytes())
	b.WriteString(strs)
	for _, d := range dyn {
		write(d)
	}
	return b.Bytes()
}

func TestAPackageNoteNamesThePackageAsItsDatabaseDoes(t *testing.T) {
	for content, want := range map[string]string{
		`{"type":"rpm","name":"coreutils","version":"9.4-7.fc40","architecture":"x86_64","osCpe":"cpe:/o:fedoraproject:fedora:40"}`:                         "pkg:rpm/fedora/coreutils@9.4-7.fc40?arch=x86_64&distro=fedora-40",
		`{"type":"deb","os":"Debian","name":"systemd","version":"252.39-1~deb12u2","architecture":"amd64","debugInfoUrl":"https://debuginfod.example.org"}`: "pkg:deb/debian/systemd@252.39-1~deb12u2?arch=amd64",
		`{"type":"deb","os":"ubuntu","osVersion":"24.04","name":"systemd","version":"255.4-1ubuntu8","architecture":"amd64"}`:                               "pkg:deb/ubuntu/systemd@255.4-1ubuntu8?arch=amd64&distro=ubuntu-24.04",
		`{"type":"apk","os":"alpine","osVersion":"3.20.0","name":"busybox","version":"1.36.1-r28","architecture":"x86_64"}`:                                 "pkg:apk/alpine/busybox@1.36.1-r28?arch=x86_64&distro=alpine-3.20.0",
		`{"type":"alpm","name":"curl","version":"8.8.0-1","architecture":"x86_64","os":"arch"}`:                                                             "pkg:alpm/arch/curl@8.8.0-1?arch=x86_64",
		`{"type":"rpm","name":"bash","version":"5.1.8-9.el9","architecture":"x86_64","osCpe":"cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*"}`:          "pkg:rpm/redhat/bash@5.1.8-9.el9?arch=x86_64&distro=rhel-9",
		`{"type":"rpm","name":"bash","version":"0:5.2","architecture":"x86_64","osCpe":"cpe:/o:opensuse:leap:15.6"}`:                                        "pkg:rpm/opensuse/bash@5.2?arch=x86_64&distro=opensuse-leap-15.6",
		`{"type":"acme","name":"tool","version":"1.0"}`: "pkg:generic/tool@1.0",
	} {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			out, read, err := parsed(&Note, "usr/bin/tool", noted("FDO", packageNote, content, order))
			if c := out.Component("package"); err != nil || c == nil || c.PURL.String() != want {
				t.Errorf("%s: %v, %v", content, c, err)
			}
			if read > 8<<10 {
				t.Errorf("%d bytes read", read)
			}
		}
	}
}

func TestAPackageNoteStatesTheCPENameOfTheApplication(t *testing.T) {
	for cpe, want := range map[string]string{"cpe:2.3:a:acme:tool:1.0:*:*:*:*:*:*:*": "cpe:2.3:a:acme:tool:1.0:*:*:*:*:*:*:*", "cpe:/a:acme:tool%2b:1.0": `cpe:2.3:a:acme:tool\+:1.0:*:*:*:*:*:*:*`, "tool": ""} {
		content := fmt.Sprintf(`{"type":"rpm","name":"tool","version":"1.0-1","osCpe":"cpe:/o:fedoraproject:fedora:40","appCpe":%q}`, cpe)
		out, _, err := parsed(&Note, "usr/bin/tool", noted("FDO", packageNote, content, binary.LittleEndian))
		if err != nil {
			t.Fatal(err)
		}
		c := out.Component("package")
		if strings.Join(c.CPEs, " ") != want || !slices.Contains(c.Properties, sbom.Property{Name: "sbomgen:elf:os-cpe", Value: "cpe:/o:fedoraproject:fedora:40"}) {
			t.Errorf("%s: %v %v", cpe, c.CPEs, c.Properties)
		}
	}
}

func TestAWrongPackageNoteIsAnError(t *testing.T) {
	for content, want := range map[string]string{
		`{`: "package note", `{"type":"rpm"}`: "no name", `{"name":"x"}`: "no type", "\xff\xfe": "UTF-8", `{"type":1,"name":"x"}`: "package note", "": "package note",
	} {
		_, _, err := parsed(&Note, "x", noted("FDO", packageNote, content, binary.LittleEndian))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", content, err)
		}
	}
	for _, data := range [][]byte{noted("GNU", packageNote, "{}", binary.LittleEndian), noted("FDO", 3, "{", binary.LittleEndian), program(""), []byte("MZ"), nil} {
		if out, _, err := parsed(&Note, "x", data); err != nil || out.Len() != 0 {
			t.Errorf("%.20q: %d claims, %v", data, out.Len(), err)
		}
	}
}

func TestDamagedProgramsNeverPanic(t *testing.T) {
	whole := noted("FDO", packageNote, `{"type":"deb","os":"debian","name":"nginx","version":"1.22.1-9","architecture":"amd64"}`, binary.LittleEndian)
	whole = append(whole, "nginx/1.22.1\x00"...)
	try := func(data []byte) {
		parsed(&Note, "nginx", data)
		parsed(&Classifier, "nginx", data)
	}
	for cut := range whole {
		try(whole[:cut])
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		data := slices.Clone(whole)
		for range 1 + r.IntN(4) {
			data[r.IntN(len(data))] = byte(r.Uint32())
		}
		try(data)
	}
}

// TestTheProgramsOfThisMachineAreWhatDpkgSays holds the table to real files where there are any.
func TestTheProgramsOfThisMachineAreWhatDpkgSays(t *testing.T) {
	status, err := os.ReadFile("/var/lib/dpkg/status")
	if err != nil {
		t.Log("left out: no database of dpkg here")
		return
	}
	versions := make(map[string]string)
	for _, p := range strings.Split(string(status), "\n\n") {
		var name, version string
		for line := range strings.Lines(p) {
			if v, ok := strings.CutPrefix(line, "Package: "); ok {
				name = strings.TrimSpace(v)
			} else if v, ok := strings.CutPrefix(line, "Version: "); ok {
				version = strings.TrimSpace(v)
			}
		}
		versions[name] = version
	}
	seen := 0
	for name, pattern := range map[string]string{
		"bash": "/bin/bash", "tar": "/bin/tar", "coreutils": "/usr/bin/install", "perl-base": "/usr/bin/perl", "grep": "/bin/grep", "findutils": "/usr/bin/find", "zlib1g": "/lib/*/libz.so.1.*", "libc6": "/lib/*/libc.so.6",
		"libssl3": "/usr/lib/*/libcrypto.so.3", "libssl3t64": "/usr/lib/*/libcrypto.so.3", "util-linux": "/usr/bin/lscpu", "git": "/usr/bin/git", "openssh-client": "/usr/bin/ssh", "curl": "/usr/bin/curl",
	} {
		files, _ := filepath.Glob(pattern)
		if versions[name] == "" || len(files) == 0 {
			continue
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			continue
		}
		out, _, err := parsed(&Classifier, strings.TrimPrefix(files[0], "/"), data)
		c := out.Component("program")
		if err != nil || c == nil {
			t.Errorf("%s: nothing found: %v", files[0], err)
			continue
		}
		_, upstream, epoch := strings.Cut(versions[name], ":")
		if !epoch {
			upstream = versions[name]
		}
		if !strings.HasPrefix(upstream, c.PURL.Version) {
			t.Errorf("%s: %s, but dpkg has %s %s", files[0], c.PURL, name, versions[name])
		}
		seen++
	}
	t.Logf("%d programs", seen)
}

func FuzzPrograms(f *testing.F) {
	f.Add(noted("FDO", packageNote, `{"type":"deb","name":"x"}`, binary.LittleEndian))
	f.Add(program("nginx/1.22.1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, c := range []*catalogers.Cataloger{&Note, &Classifier} {
			if _, read, err := parsed(c, "nginx", data); err == io.EOF || read > 64*len(data)+1<<21 {
				t.Fatal(read, err)
			}
		}
	})
}
