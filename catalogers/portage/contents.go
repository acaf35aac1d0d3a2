package portage

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/rootfs"
	"github.com/sbomgen/sbomgen/sbom"
)

// install claims what CONTENTS lists: "obj PATH MD5 TIME" for a file, "sym PATH -> TARGET TIME" for a link; paths may have spaces. What lies below etc is protected
// as configuration, as CONFIG_PROTECT has it where nobody sets it otherwise, see make.globals(5).
func install(f *catalogers.File, fs *rootfs.Root, key string, out *sbom.Facts) {
	text, err := f.Text()
	if err != nil {
		out.GapAt(f.Path, "%v", err)
		return
	}
	number, broken := 0, false
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		number++
		kind, rest, _ := strings.Cut(line, " ")
		file := sbom.InstalledFile{}
		ok := true
		switch kind {
		case "obj":
			rest = rest[:max(0, strings.LastIndexByte(rest, ' '))]
			at := strings.LastIndexByte(rest, ' ')
			if ok = at > 0; ok {
				file.Digest, ok = sbom.NewHash(sbom.MD5, rest[at+1:])
				file.Path = rest[:at]
			}
		case "sym":
			file.Path, _, ok = strings.Cut(rest, " -> ")
		case "dir", "fif", "dev", "":
			continue
		default:
			ok = false
		}
		if !ok {
			if !broken {
				broken = true
				out.GapAt(f.Path, "line %d: is no entry", number)
			}
			continue
		}
		file.Config = strings.HasPrefix(file.Path, "/etc/")
		if file.Path = fs.Place(file.Path); file.Path != "" {
			out.Installs(key, file)
		}
	}
}
