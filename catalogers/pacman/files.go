package pacman

import (
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/rootfs"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// install claims what a package has put on disk. The file "files" beside desc lists it, and under %BACKUP% the configuration with its MD5; "mtree" is the
// package's own .MTREE, in gzip, and has the digests of all regular files: https://man.archlinux.org/man/mtree.5.
func install(desc *catalogers.File, fs *rootfs.Root, key string, out *sbom.Facts) {
	list := text(desc, "files", out)
	if list == "" {
		return
	}
	digests := tree(desc, out)
	backup := backups(list)
	inside := false
	for list != "" {
		var line string
		line, list, _ = strings.Cut(list, "\n")
		line = strings.TrimSuffix(line, "\r")
		switch {
		case line == "":
			inside = false
		case line == "%FILES%":
			inside = true
		case inside && line[len(line)-1] != '/': // folders end so
			at := fs.Place(line)
			if at == "" {
				continue
			}
			original, config := backup[line]
			digest, ok := digests[line]
			if !ok {
				digest = original
			}
			out.Installs(key, sbom.InstalledFile{Path: at, Digest: digest, Config: config})
		}
	}
}

func text(desc *catalogers.File, name string, out *sbom.Facts) string {
	other, err := desc.Beside(name)
	if err != nil {
		return ""
	}
	s, err := other.Text()
	if err != nil {
		out.GapAt(path.Join(desc.Dir(), name), "%v", err)
	}
	return s
}

// backups reads the paths of configuration, with a tab and the MD5 that they had in the package.
func backups(list string) map[string]sbom.Hash {
	_, list, ok := strings.Cut(list, "%BACKUP%\n")
	if !ok {
		return nil
	}
	list, _, _ = strings.Cut(list, "\n\n")
	m := make(map[string]sbom.Hash)
	for line := range strings.Lines(list) {
		name, digest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		h, ok := sbom.NewHash(sbom.MD5, digest)
		if !ok {
			h = sbom.Hash{}
		}
		m[name] = h
	}
	return m
}

// tree reads the digests of an mtree: the strongest of each file.
func tree(desc *catalogers.File, out *sbom.Facts) map[string]sbom.Hash {
	other, err := desc.Beside("mtree")
	if err != nil {
		return nil
	}
	list, err := unpack(other)
	if err != nil {
		out.GapAt(other.Path, "%v", err)
	}
	m := make(map[string]sbom.Hash)
	for list != "" {
		var line string
		line, list, _ = strings.Cut(list, "\n")
		name, words, _ := strings.Cut(line, " ")
		name, ok := strings.CutPrefix(name, "./")
		if !ok {
			continue
		}
		for _, key := range [...]struct {
			algorithm sbom.Algorithm
			word      string
		}{{sbom.SHA256, "sha256digest="}, {sbom.SHA256, "sha256="}, {sbom.MD5, "md5digest="}, {sbom.MD5, "md5="}} {
			at := strings.Index(words, key.word)
			if at < 0 {
				continue
			}
			digest, _, _ := strings.Cut(words[at+len(key.word):], " ")
			if h, ok := sbom.NewHash(key.algorithm, digest); ok {
				m[unescape(name)] = h
				break
			}
		}
	}
	return m
}

// unpack gives what precedes an error too.
func unpack(f *catalogers.File) (string, error) {
	blob, err := f.Blob()
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := decode.Unpack(io.NewSectionReader(blob, 0, blob.Size()), catalogers.TextLimit)
	if err == nil && !strings.HasPrefix(text, "#mtree") {
		err = errors.New("is no mtree")
	}
	return text, err
}

// unescape undoes what vis(3) does to unusual characters: "\040" for a space.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if code, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(code))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
