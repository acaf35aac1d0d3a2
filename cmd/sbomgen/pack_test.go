package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// pack FILE FOLDER makes an archive of a folder, of the kind that the name of the file says. The control files of a .deb stand in the folder's DEBIAN,
// the specification of a .gem in its file metadata; the parts of a .conda are its folders info and pkg.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pack FILE FOLDER")
	}
	dir := ts.MkAbs(args[1])
	data, err := packed(args[0], filesIn(dir))
	ts.Check(err)
	file := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o755))
	ts.Check(os.WriteFile(file, data, 0o644))
}

// packed is files as an archive, whose kind its name says.
func packed(name string, files map[string][]byte) ([]byte, error) {
	for suffix, form := range map[string]func(map[string][]byte) []byte{
		".zip": zipped, ".whl": zipped, ".egg": zipped, ".nupkg": zipped, ".vsix": zipped, ".jar": zipped, ".war": zipped,
		".tar": tarred, ".tar.gz": inGzip, ".tgz": inGzip, ".crate": inGzip, ".apk": inGzip, ".tar.zst": inZstd, ".deb": deb, ".gem": gem, ".conda": conda,
	} {
		if strings.HasSuffix(name, suffix) {
			return form(files), nil
		}
	}
	return nil, fmt.Errorf("no archive is called %s", path.Ext(name))
}

func inGzip(files map[string][]byte) []byte { return gzipped(tarred(files)) }
func inZstd(files map[string][]byte) []byte { return zstandard(tarred(files)) }

// zipped is files as a zip, in the order of their names.
func zipped(files map[string][]byte) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f, err := w.Create(name); err == nil {
			f.Write(files[name])
		}
	}
	w.Close()
	return b.Bytes()
}

// split takes out of files those of one folder.
func split(files map[string][]byte, folder string) (in, others map[string][]byte) {
	in, others = make(map[string][]byte), make(map[string][]byte)
	for name, data := range files {
		if rest, ok := strings.CutPrefix(name, folder+"/"); ok {
			in[rest] = data
		} else {
			others[name] = data
		}
	}
	return in, others
}

// arOf is members as ar writes them, https://man.freebsd.org/cgi/man.cgi?query=ar&sektion=5.
func arOf(members ...any) []byte {
	b := []byte("!<arch>\n")
	for i := 0; i < len(members); i += 2 {
		data := members[i+1].([]byte)
		b = fmt.Appendf(b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", members[i], 0, 0, 0, "100644", len(data))
		if b = append(b, data...); len(data)%2 == 1 {
			b = append(b, '\n')
		}
	}
	return b
}

// deb is a package of Debian's, https://manpages.debian.org/stable/dpkg-dev/deb.5.en.html.
func deb(files map[string][]byte) []byte {
	control, others := split(files, "DEBIAN")
	return arOf("debian-binary", []byte("2.0\n"), "control.tar.gz", inGzip(control), "data.tar.zst", inZstd(others))
}

// gem is a package of RubyGems'.
func gem(files map[string][]byte) []byte {
	others := maps.Clone(files)
	delete(others, "metadata")
	return tarred(map[string][]byte{"metadata.gz": gzipped(files["metadata"]), "data.tar.gz": inGzip(others)})
}

// conda is a package of conda's second format.
func conda(files map[string][]byte) []byte {
	info, others := split(files, "info")
	pkg, _ := split(others, "pkg")
	whole := make(map[string][]byte)
	for name, data := range info {
		whole["info/"+name] = data
	}
	return zipped(map[string][]byte{"metadata.json": []byte(`{"conda_pkg_format_version":2}`), "info-x-1.tar.zst": inZstd(whole), "pkg-x-1.tar.zst": inZstd(pkg)})
}

// digest VARIABLE FILE sets a variable of the script to the SHA-256 of a file.
func digest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: digest VARIABLE FILE")
	}
	data, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Setenv(args[0], strings.TrimPrefix(digestOf(data), "sha256:"))
}
