// Package kernel reads Linux kernels and their modules.
package kernel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Image reads kernels by the names under which they are installed: the version in the boot header of x86
// (https://docs.kernel.org/arch/x86/boot.html), in the section .uname of unified kernel images (https://uapi-group.org/specifications/specs/unified_kernel_image/),
// in the header of U-Boot, otherwise in the banner "Linux version" of the unpacked kernel. A kernel that cannot be unpacked has its version in its
// file's name at the best. Other files of these names say nothing.
var Image = catalogers.Cataloger{
	Name:  "linux-kernel",
	Doc:   "Linux kernels: vmlinuz, vmlinux, bzImage, zImage, Image, uImage and unified images, with release and build.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Generic},
	Files: append(catalogers.Begins("vmlinuz", "vmlinux", "bzimage", "zimage"), catalogers.Named("Image", "Image.gz", "uImage", "kernel.efi")...),
	Parse: parseImage,
}

// component is a kernel. It is a platform: the operating system is the distribution, and a document names only one.
func component(release string) sbom.Component {
	return sbom.Component{Kind: sbom.Platform, PURL: purl.New(purl.Generic, "", "linux-kernel", release)}
}

var errNoVersion = errors.New("is a kernel whose version is not found")

func parseImage(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	version, err := readImage(blob)
	if err == nil && version == "" {
		return nil
	}
	out.Technique = sbom.BinaryAnalysis
	release, rest, _ := strings.Cut(version, " ")
	if err != nil {
		out.Gap(0, "%v", err)
		out.Technique, out.Confidence = sbom.FileName, 70
		if release = named(f.Path); release == "" {
			return nil
		}
	}
	c := component(release)
	// Between them stand who compiled it on which machine, and with what.
	if i := strings.Index(rest, "#"); i >= 0 {
		c.Properties = []sbom.Property{{Name: "sbomgen:linux:build", Value: strings.TrimSpace(rest[i:])}}
	}
	out.Add("kernel", c)
	return nil
}

// named is the release that the path of a kernel tells: boot/vmlinuz-RELEASE, lib/modules/RELEASE/vmlinuz.
func named(file string) string {
	name := path.Base(file)
	if i := strings.IndexByte(name, '-'); i > 0 && i+1 < len(name) && name[i+1] >= '0' && name[i+1] <= '9' {
		return name[i+1:]
	}
	if dir := path.Dir(file); path.Base(path.Dir(dir)) == "modules" {
		return path.Base(dir)
	}
	return ""
}

const headLen = 0x1000

// readImage gives the version that a kernel says of itself, which begins with the release: "" without error if the file is none.
func readImage(blob catalogers.Blob) (string, error) {
	head := make([]byte, headLen)
	n, err := blob.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return "", err
	}
	head = head[:n]
	is := func(at int, magic string) bool {
		return at+len(magic) <= len(head) && string(head[at:at+len(magic)]) == magic
	}
	switch le := binary.LittleEndian; {
	case is(0x202, "HdrS"):
		if len(head) < 0x210 || le.Uint16(head[0x20e:]) == 0 {
			return "", errNoVersion
		}
		return found(textAt(blob, 0x200+int64(le.Uint16(head[0x20e:]))))
	case is(0, "MZ") && is(4, "zimg") && len(head) >= 0x40: // EFI's zboot: where the payload lies and how it is packed
		at, size := int64(le.Uint32(head[8:])), int64(le.Uint32(head[12:]))
		return banner(unpack(io.NewSectionReader(blob, at, size)))
	case is(0x38, "ARM\x64"), is(0x30, "RISCV"):
		return banner(io.NewSectionReader(blob, 0, blob.Size()), nil)
	case is(0x24, "\x18\x28\x6f\x01"): // zImage of 32 bit ARM: the packed kernel follows the code that unpacks it
		i := bytes.Index(peek(blob, 1<<18), []byte("\x1f\x8b\x08\x00"))
		if i < 0 {
			return "", errNoVersion
		}
		return banner(unpack(io.NewSectionReader(blob, int64(i), blob.Size()-int64(i))))
	case is(0, "\x27\x05\x19\x56") && len(head) >= 64: // U-Boot's header, with a name of 32 bytes
		name, _, _ := strings.Cut(string(head[32:64]), "\x00")
		if version, ok := strings.CutPrefix(name, "Linux-"); ok {
			return found(version)
		}
		return "", nil
	case is(0, "\x1f\x8b"), is(0, "\xfd7zXZ\x00"), is(0, "\x28\xb5\x2f\xfd"):
		return banner(unpack(io.NewSectionReader(blob, 0, blob.Size())))
	case is(0, "\x7fELF") && len(head) >= 20 && head[16] != 1 && head[17] != 1: // no object file
		return banner(io.NewSectionReader(blob, 0, blob.Size()), nil)
	case is(0, "MZ"):
		data, err := section.Find(blob, ".uname", 1<<12)
		if errors.Is(err, section.ErrNone) {
			return "", nil
		}
		version, _, _ := strings.Cut(string(data), "\x00")
		return found(strings.TrimSpace(version))
	}
	return "", nil
}

// found holds a version to how every release of Linux begins.
func found(version string) (string, error) {
	if version == "" || version[0] < '0' || version[0] > '9' || strings.ContainsFunc(version, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", errNoVersion
	}
	return version, nil
}

func peek(blob catalogers.Blob, n int64) []byte {
	data := make([]byte, min(n, blob.Size()))
	got, _ := blob.ReadAt(data, 0)
	return data[:got]
}

// textAt reads a text that a zero ends.
func textAt(blob catalogers.Blob, at int64) string {
	data := make([]byte, 512)
	n, _ := blob.ReadAt(data, at)
	text, _, ended := strings.Cut(string(data[:n]), "\x00")
	if !ended {
		return ""
	}
	return text
}

// bannerLimit is how far into a kernel its banner is looked for: in the data that is only read, behind the code.
const bannerLimit = 128 << 20

// banner finds the text that a kernel greets with: https://github.com/torvalds/linux/blob/v6.6/init/version-timestamp.c.
func banner(r io.Reader, err error) (string, error) {
	if err != nil {
		return "", err
	}
	const greeting, longest, window = "Linux version ", 512, 1 << 20
	buf := make([]byte, 0, window)
	for read := 0; read < bannerLimit; {
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		read += n
		for rest := buf; ; {
			i := bytes.Index(rest, []byte(greeting))
			if i < 0 || err == nil && len(rest)-i < longest {
				break
			}
			rest = rest[i+len(greeting):]
			line, _, _ := bytes.Cut(rest[:min(len(rest), longest)], []byte("\n"))
			line, _, _ = bytes.Cut(line, []byte("\x00"))
			if version, err := found(string(line)); err == nil { // formats for printing have a percent sign there
				return version, nil
			}
		}
		if err != nil {
			if err != io.EOF && err != io.ErrUnexpectedEOF {
				return "", err
			}
			break
		}
		kept := copy(buf, buf[len(buf)-longest:])
		buf = buf[:kept]
	}
	return "", errNoVersion
}
