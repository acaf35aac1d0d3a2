package apk

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/rootfs"
	"github.com/sbomgen/sbomgen/sbom"
)

// files are those of the paragraph that is being read: after F: with a folder come R: with the name of a file in it and Z: with the file's digest, which is that of
// the target where the file is a link.
type files struct {
	root   *rootfs.Root
	folder string // the place in the tree
	config bool
	list   []sbom.InstalledFile
}

// line reads one line. It returns false for one that is not about files.
func (f *files) line(letter byte, value string) bool {
	switch letter {
	case 'F':
		f.folder, f.config = f.root.Folder(value), config(value)
	case 'R':
		f.list = append(f.list, sbom.InstalledFile{Path: f.folder + value, Config: f.config})
	case 'Z':
		if len(f.list) > 0 {
			f.list[len(f.list)-1].Digest = digest(value)
		}
	case 'M', 'a': // owners and modes
	default:
		return false
	}
	return true
}

// config tells whether apk keeps what was changed in a folder, by the paths that it protects of itself: "+etc @etc/init.d !etc/apk", see
// src/database.c of apk-tools.
func config(folder string) bool {
	rest, ok := strings.CutPrefix(folder, "etc")
	return ok && (rest == "" || rest[0] == '/') && !strings.HasPrefix(rest+"/", "/init.d/") && !strings.HasPrefix(rest+"/", "/apk/")
}

// digest reads "Q1" and a SHA-1 in base64, or "Q2" and a SHA-256.
func digest(s string) sbom.Hash {
	var raw [sha256Size + 1]byte // the decoder may write its padding
	if len(s) < 2 || base64.StdEncoding.DecodedLen(len(s)-2) > len(raw) {
		return sbom.Hash{}
	}
	n, err := base64.StdEncoding.Decode(raw[:], []byte(s[2:]))
	if err != nil {
		return sbom.Hash{}
	}
	switch {
	case s[:2] == "Q1" && n == 20:
		return sbom.Hash{Algorithm: sbom.SHA1, Hex: hex.EncodeToString(raw[:n])}
	case s[:2] == "Q2" && n == sha256Size:
		return sbom.Hash{Algorithm: sbom.SHA256, Hex: hex.EncodeToString(raw[:n])}
	}
	return sbom.Hash{}
}

const sha256Size = 32

// claim says that the files are the package's.
func (f *files) claim(out *sbom.Facts, key string) {
	for i := range f.list {
		out.Installs(key, f.list[i])
	}
}

// forget makes ready for the next package.
func (f *files) forget() { f.folder, f.config, f.list = "", false, f.list[:0] }
