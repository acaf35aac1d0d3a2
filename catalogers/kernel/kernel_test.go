package kernel_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/kernel"
	"github.com/sbomgen/sbomgen/catalogers/scan"
	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/sbom"
)

// blob is a file in memory.
type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

// one is a Tree of one file.
type one []byte

func (o one) Open(string) (catalogers.Blob, error)  { return blob{bytes.NewReader(o)}, nil }
func (o one) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (o one) Resolve(p string) (string, error)      { return p, nil }

// told is what a cataloger says of one file: the package with its properties, and the gap.
func told(t testing.TB, c *catalogers.Cataloger, path string, data []byte) string {
	t.Helper()
	begin := time.Now()
	out := sbom.NewFacts(c.Name, c.Stage, path)
	out.Own(".")
	var list []string
	if err := c.Parse(catalogers.NewFile(one(data), c, path), out); err != nil {
		list = append(list, "error "+err.Error())
	}
	g := sbom.Resolve([]*sbom.Facts{out}, sbom.Options{})
	list = append(list, lines(g)...)
	if took := time.Since(begin); took > 10*time.Second {
		t.Fatalf("took %v", took)
	}
	return strings.Join(list, "\n")
}

func lines(g *sbom.Graph) (list []string) {
	for h := range g.Components {
		c := &g.Components[h]
		if c.PURL.IsZero() {
			continue
		}
		line := string(c.ID)
		for _, l := range c.Licenses {
			line += " (" + l.Text + ")"
		}
		for _, p := range c.Properties {
			line += " " + strings.TrimPrefix(p.Name, "sbomgen:linux:") + "=" + p.Value
		}
		list = append(list, line)
		for _, e := range g.Out(sbom.Handle(h)) {
			list = append(list, fmt.Sprintf("  %s %s %s", e.Kind, g.Components[e.To].ID, e.Range))
		}
	}
	for _, gap := range g.Gaps {
		list = append(list, "gap "+gap.Path+" "+gap.Reason)
	}
	return list
}

const (
	version = "6.1.0-18-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld) #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)"
	debian  = "pkg:generic/linux-kernel@6.1.0-18-amd64 build=#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)"
)

// raw is an unpacked kernel: its banner far behind the code, after a format that looks like one.
func raw(head string, at int) []byte {
	data := append([]byte(head), make([]byte, at)...)
	data = append(data, "Linux version %s (%s)\n\x00Linux version "...)
	data = append(data, version+"\n\x00"...)
	return append(data, make([]byte, 5000)...)
}

func bzImage(text string) []byte {
	data := make([]byte, 0x4000)
	copy(data, "MZ")
	copy(data[0x202:], "HdrS")
	binary.LittleEndian.PutUint16(data[0x206:], 0x20f)
	binary.LittleEndian.PutUint16(data[0x20e:], 0x3000)
	copy(data[0x3200:], text)
	return data
}

func gz(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func zst(data []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return w.EncodeAll(data, nil)
}

func xzip(data []byte) []byte {
	var b bytes.Buffer
	w, err := xz.WriterConfig{DictCap: 1 << 20}.NewWriter(&b)
	if err != nil {
		panic(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// zboot is a kernel that EFI unpacks.
func zboot(payload []byte) []byte {
	data := make([]byte, 0x200)
	copy(data, "MZ\x00\x00zimg")
	binary.LittleEndian.PutUint32(data[8:], 0x200)
	binary.LittleEndian.PutUint32(data[12:], uint32(len(payload)))
	return append(append(data, payload...), "more"...)
}

// object builds an ELF file with one section.
func object(kind elf.Type, section string, content []byte) []byte {
	names := "\x00" + section + "\x00.shstrtab\x00"
	var b bytes.Buffer
	write := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	h := elf.Header64{Type: uint16(kind), Machine: uint16(elf.EM_X86_64), Version: 1, Ehsize: 64, Shentsize: 64, Shnum: 3, Shstrndx: 2,
		Shoff: 64 + uint64(len(content)+len(names))}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	write(h)
	b.Write(content)
	b.WriteString(names)
	write(elf.Section64{})
	write(elf.Section64{Name: 1, Type: uint32(elf.SHT_PROGBITS), Off: 64, Size: uint64(len(content)), Addralign: 1})
	write(elf.Section64{Name: uint32(2 + len(section)), Type: uint32(elf.SHT_STRTAB), Off: 64 + uint64(len(content)), Size: uint64(len(names)), Addralign: 1})
	return b.Bytes()
}

// unified builds a PE program with one section.
func unified(section, content string) []byte {
	data := make([]byte, 0x80)
	copy(data, "MZ")
	data[0x3c] = 0x80
	var b bytes.Buffer
	b.Write(data)
	b.WriteString("PE\x00\x00")
	write := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	write([]uint16{0x8664, 1})
	write([]uint32{0, 0, 0})
	write([]uint16{112, 0x22})
	write([112]byte{0x0b, 0x02}) // the header of 64 bit, without directories
	name := [8]byte{}
	copy(name[:], section)
	write(name)
	write([]uint32{uint32(len(content)), 0, uint32(len(content)), uint32(b.Len() + 4*4 + 4*4)})
	write([]uint32{0, 0, 0, 0})
	b.WriteString(content)
	return b.Bytes()
}

func uImage(name string) []byte {
	data := make([]byte, 80)
	copy(data, "\x27\x05\x19\x56")
	copy(data[32:], name)
	return data
}

func TestTheReleaseOfEveryKindOfKernelIsRead(t *testing.T) {
	arm := "MZ" + strings.Repeat("\x00", 54) + "ARM\x64"
	for name, c := range map[string]struct {
		path, want string
		data       []byte
	}{
		"x86":                       {"boot/vmlinuz-6.1.0-18-amd64", debian, bzImage(version)},
		"x86 under any name":        {"boot/vmlinuz", debian, bzImage(version)},
		"x86 without version":       {"boot/vmlinuz-5.10.0-1", "pkg:generic/linux-kernel@5.10.0-1\ngap boot/vmlinuz-5.10.0-1 is a kernel whose version is not found", bzImage("")},
		"x86 with nonsense":         {"lib/modules/5.10.0-1/vmlinuz", "pkg:generic/linux-kernel@5.10.0-1\ngap lib/modules/5.10.0-1/vmlinuz is a kernel whose version is not found", bzImage("6.1\x01")},
		"no version anywhere":       {"boot/vmlinuz", "gap boot/vmlinuz is a kernel whose version is not found", bzImage("no")},
		"arm64":                     {"boot/Image", debian, raw(arm, 3<<20)},
		"arm64 across two windows":  {"boot/Image", debian, raw(arm, 1<<20-100)},
		"arm64 packed":              {"boot/vmlinuz-6", debian, append(gz(raw(arm, 1<<20)), "and what follows"...)},
		"arm64 by EFI, gzip":        {"boot/vmlinuz-6", debian, zboot(gz(raw(arm, 1<<20)))},
		"arm64 by EFI, zstd":        {"boot/vmlinuz-6", debian, zboot(zst(raw(arm, 1<<20)))},
		"xz":                        {"boot/vmlinuz-6", debian, xzip(raw(arm, 1<<20))},
		"packed with lz4":           {"boot/vmlinuz-6.6", "pkg:generic/linux-kernel@6.6\ngap boot/vmlinuz-6.6 is packed in a way that is not read", zboot([]byte("\x02\x21\x4c\x18....."))},
		"arm, packed in itself":     {"boot/zImage", debian, append([]byte(strings.Repeat("\x00", 0x24)+"\x18\x28\x6f\x01"+strings.Repeat("code", 900)), gz(raw("", 1<<20))...)},
		"ELF":                       {"usr/lib/debug/vmlinux", debian, append(object(elf.ET_EXEC, ".rodata", nil), raw("", 1<<20)...)},
		"an object of the build":    {"vmlinux.o", "", append(object(elf.ET_REL, ".rodata", nil), raw("", 10)...)},
		"unified":                   {"boot/vmlinuz-virt.efi", "pkg:generic/linux-kernel@6.8.5-301.fc40.x86_64", unified(".uname", "6.8.5-301.fc40.x86_64")},
		"another program of EFI":    {"boot/kernel.efi", "", unified(".text", "code")},
		"U-Boot":                    {"boot/uImage", "pkg:generic/linux-kernel@5.4.0-yocto", uImage("Linux-5.4.0-yocto")},
		"something else for U-Boot": {"boot/uImage", "", uImage("ramdisk")},
		"a script":                  {"scripts/vmlinux-gdb.py", "", []byte("import gdb\n")},
		"a header":                  {"vmlinux.h", "", []byte("#ifndef __VMLINUX_H__\n")},
		"nothing":                   {"boot/vmlinuz", "", nil},
	} {
		if diff := cmp.Diff(c.want, told(t, &kernel.Image, c.path, c.data)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestDamagedKernelsAreBounded(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, whole := range [][]byte{bzImage(version), zboot(gz(raw("", 9000))), zst(raw("", 9000)), xzip(raw("", 9000)), unified(".uname", "6.8.5"), append(object(elf.ET_EXEC, ".rodata", nil), raw("", 100)...)} {
		for cut := 0; cut < len(whole); cut += 1 + len(whole)/60 {
			told(t, &kernel.Image, "boot/vmlinuz-6", whole[:cut])
		}
		for range 60 {
			data := bytes.Clone(whole)
			for range 1 + random.IntN(8) {
				data[random.IntN(len(data))] = byte(random.Uint32())
			}
			told(t, &kernel.Image, "boot/vmlinuz-6", data)
		}
	}
	bomb := gz(make([]byte, 300<<20)) // 300 KB
	if got := told(t, &kernel.Image, "boot/vmlinuz", bomb); !strings.Contains(got, "not found") {
		t.Error(got)
	}
}

// ko is a module that says this of itself.
func ko(entries ...string) []byte {
	return object(elf.ET_REL, ".modinfo", []byte(strings.Join(entries, "\x00")+"\x00"))
}

var zfs = ko("version=2.1.11-1", "license=CDDL", "author=OpenZFS", "author=Someone", "description=ZFS", "srcversion=ABCD", "depends=spl,zlib_deflate", "retpoline=Y", "name=zfs",
	"vermagic=6.1.0-18-amd64 SMP preempt mod_unload modversions ")

func TestTheDriversOfAKernelNeedItAndEachOther(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"lib/modules/6.1.0-18-amd64/modules.dep": []byte("kernel/drivers/net/dummy.ko.xz:\nkernel/lib/zlib_deflate.ko.xz:\nupdates/dkms/zfs.ko.xz: updates/dkms/spl.ko kernel/lib/zlib_deflate.ko.xz\n" +
			"updates/dkms/spl.ko:\nflat.ko.zst:\nextra/own-tree.ko.gz:\n"),
		"lib/modules/6.1.0-18-amd64/modules.builtin":                  []byte("kernel/fs/ext4/ext4.ko\nkernel/lib/crc16.ko\n"),
		"lib/modules/6.1.0-18-amd64/kernel/drivers/net/dummy.ko.xz":   []byte("never opened"),
		"lib/modules/6.1.0-18-amd64/kernel/lib/zlib_deflate.ko.xz":    []byte("never opened"),
		"lib/modules/6.1.0-18-amd64/updates/dkms/zfs.ko.xz":           xzip(zfs),
		"lib/modules/6.1.0-18-amd64/updates/dkms/spl.ko":              ko("version=2.1.11-1", "license=GPL", "depends=", "name=spl", "vermagic=6.1.0-18-amd64 SMP"),
		"lib/modules/6.1.0-18-amd64/flat.ko.zst":                      zst(ko("license=Proprietary", "vermagic=6.1.0-18-amd64 SMP")),
		"lib/modules/6.1.0-18-amd64/extra/own-tree.ko.gz":             gz(ko("license=GPL v2", "intree=Y", "name=own_tree")),
		"lib/modules/6.1.0-18-amd64/extra/damaged.ko.gz":              gz(zfs)[:100],
		"lib/modules/6.1.0-18-amd64/build/include/config/kernel.conf": nil,
		"usr/lib/modules/6.6.7-arch1/modules.order":                   []byte("kernel/fs/ext4/ext4.ko\n"),
		"boot/vmlinuz-6.1.0-18-amd64":                                 bzImage(version),
		"opt/agent/probe.ko":                                          ko("license=Dual MIT/GPL", "name=probe", "vermagic=5.15.0 SMP"),
		"opt/agent/usbnet.ko":                                         ko("license=GPL", "name=usbnet", "intree=Y", "vermagic=5.15.0-105 SMP"),
		"share/vim/tutor.ko":                                          []byte("Korean"),
		"share/vim/tutor.ko.xz":                                       xzip([]byte("Korean")),
	} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(context.Background(), dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	r, err := scan.Run(context.Background(), tree, []*catalogers.Cataloger{&kernel.Modules, &kernel.Module, &kernel.Image}, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"pkg:generic/linux-kernel@6.1.0-18-amd64 build=#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01) modules=3 builtin-modules=2",
		"pkg:generic/linux-kernel@6.6.7-arch1 modules=1",
		"pkg:generic/linux-module/flat (Proprietary) built-for=6.1.0-18-amd64",
		"  depends-on pkg:generic/linux-kernel@6.1.0-18-amd64 6.1.0-18-amd64",
		"pkg:generic/linux-module/probe (Dual MIT/GPL) built-for=5.15.0",
		"pkg:generic/linux-module/spl@2.1.11-1 (GPL) built-for=6.1.0-18-amd64",
		"  depends-on pkg:generic/linux-kernel@6.1.0-18-amd64 6.1.0-18-amd64",
		"pkg:generic/linux-module/usbnet@5.15.0-105 (GPL)",
		"pkg:generic/linux-module/zfs@2.1.11-1 (CDDL) srcversion=ABCD built-for=6.1.0-18-amd64",
		"  depends-on pkg:generic/linux-kernel@6.1.0-18-amd64 6.1.0-18-amd64",
		"  depends-on pkg:generic/linux-module/spl@2.1.11-1 ",
		"gap lib/modules/6.1.0-18-amd64/extra/damaged.ko.gz cannot be unpacked: unexpected EOF",
	}
	if diff := cmp.Diff(want, lines(sbom.Resolve(r.Facts, sbom.Options{Gaps: r.Gaps}))); diff != "" {
		t.Error(diff)
	}
}

func TestModulesPackedByXZInManyBlocksAreRead(t *testing.T) {
	if _, err := exec.LookPath("xz"); err != nil {
		t.Log("left out: there is no xz")
		return
	}
	large := append(bytes.Clone(zfs[:0]), object(elf.ET_REL, ".modinfo", append([]byte("name=zfs\x00version=2\x00"), make([]byte, 900<<10)...))...)
	for _, options := range [][]string{{"--check=crc32", "--lzma2=dict=1MiB"}, {"--block-size=65536", "-T2"}, {"--check=sha256", "--block-size=70001"}, {"--check=none"}, {"--x86", "--lzma2"}} {
		cmd := exec.Command("xz", append(options, "-c")...)
		cmd.Stdin = bytes.NewReader(large)
		data, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		want := "pkg:generic/linux-module/zfs@2"
		if options[0] == "--x86" {
			want = "error cannot be unpacked: a block is filtered in a way that is not known"
		}
		if got := told(t, &kernel.Module, "opt/zfs.ko.xz", data); got != want {
			t.Errorf("%v: %s", options, got)
		}
	}
}

func TestDamagedModulesAreBounded(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for ext, whole := range map[string][]byte{".ko": zfs, ".ko.gz": gz(zfs), ".ko.xz": xzip(zfs), ".ko.zst": zst(zfs)} {
		for cut := range len(whole) {
			told(t, &kernel.Module, "opt/zfs"+ext, whole[:cut])
		}
		for range 150 {
			data := bytes.Clone(whole)
			for range 1 + random.IntN(8) {
				data[random.IntN(len(data))] = byte(random.Uint32())
			}
			told(t, &kernel.Module, "opt/zfs"+ext, data)
		}
	}
	if got := told(t, &kernel.Module, "opt/bomb.ko.gz", gz(make([]byte, 200<<20))); got != "error unpacks to more than the 128 MB that are read" {
		t.Error(got)
	}
}
