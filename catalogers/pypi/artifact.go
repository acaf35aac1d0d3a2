package pypi

import (
	"fmt"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// artifact is one file that the index offers for a version: an sdist or a wheel.
type artifact struct {
	url    string // or a path, or just the file's name
	hashes []sbom.Hash
}

// distribute notes the files of a version: the digests of the only one are the component's, of several each is a
// reference. elsewhere says that the files do not come from PyPI, so that the only one's address is news too.
func distribute(c *sbom.Component, files []artifact, elsewhere bool) {
	if len(files) == 1 {
		c.Hashes = files[0].hashes
		if address := files[0].address(); elsewhere && strings.Contains(address, "://") {
			c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: address, Hashes: files[0].hashes})
		}
		return
	}
	first := len(c.References)
	for _, f := range files {
		address := f.address()
		if n := len(c.References); n > first && c.References[n-1].URL == address {
			c.References[n-1].Hashes = append(c.References[n-1].Hashes, f.hashes...) // pipenv repeats a file for each digest
			continue
		}
		if len(f.hashes) > 0 || strings.Contains(address, "://") {
			c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: address, Hashes: f.hashes})
		}
	}
}

// address is the file's address on the web, or its name.
func (a artifact) address() string {
	if clean, ok := sbom.CleanURL(a.url); ok && strings.Contains(clean, "://") {
		return clean
	}
	return fileName(a.url)
}

func fileName(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	return unescaped(path.Base(strings.ReplaceAll(address, `\`, "/")))
}

// digest reads "sha256:<hex>", also with the "=" of direct_url.json.
func digest(text string) (sbom.Hash, error) {
	name, hex, ok := strings.Cut(text, ":")
	if !ok {
		name, hex, _ = strings.Cut(text, "=")
	}
	algorithm := algorithmOf(strings.ToLower(name))
	if algorithm == "" {
		return sbom.Hash{}, fmt.Errorf("hash: unknown algorithm %q", shorten(name))
	}
	hash, ok := sbom.NewHash(algorithm, hex)
	if !ok {
		return sbom.Hash{}, fmt.Errorf("hash: %q is not the hex of a %s digest", shorten(hash.Hex), name)
	}
	return hash, nil
}

// algorithmOf gives a digest's name in documents, "" if it is none of Python's hashlib.
func algorithmOf(name string) sbom.Algorithm {
	switch name {
	case "sha256":
		return sbom.SHA256
	case "sha512":
		return sbom.SHA512
	case "sha384":
		return sbom.SHA384
	case "sha1":
		return sbom.SHA1
	case "md5":
		return sbom.MD5
	case "sha3_256":
		return sbom.SHA3256
	case "sha3_512":
		return sbom.SHA3512
	case "blake2b":
		return sbom.BLAKE2b
	}
	return ""
}

// digests reads a list of digests; each bad one is a Gap.
func digests(list []string, line int, out *sbom.Facts) []sbom.Hash {
	hashes := make([]sbom.Hash, 0, len(list))
	for _, text := range list {
		hash, err := digest(text)
		if err != nil {
			out.Gap(line, "%v", err)
			continue
		}
		hashes = append(hashes, hash)
	}
	return hashes
}

// parseFileName reads the project and version out of the name of a wheel, an egg or an sdist,
// https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention.
func parseFileName(file string) (name, version string, ok bool) {
	if stem, wheel := strings.CutSuffix(file, ".whl"); wheel {
		parts := strings.Split(stem, "-")
		if len(parts) < 5 {
			return "", "", false
		}
		return parts[0], parts[1], true
	}
	if stem, egg := strings.CutSuffix(file, ".egg"); egg {
		if parts := strings.Split(stem, "-"); len(parts) > 1 {
			return parts[0], parts[1], true
		}
		return "", "", false
	}
	for _, ending := range [...]string{".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar"} {
		stem, archive := strings.CutSuffix(file, ending)
		if !archive {
			continue
		}
		for at := strings.LastIndexByte(stem, '-'); at > 0; at = strings.LastIndexByte(stem[:at], '-') {
			if at+1 < len(stem) && stem[at+1] >= '0' && stem[at+1] <= '9' {
				return stem[:at], stem[at+1:], true
			}
		}
	}
	return "", "", false
}
