package npm

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// digests reads an integrity value of a lockfile: digests of the package's tarball in the notation of
// Subresource Integrity (https://www.w3.org/TR/SRI/), "sha512-<base64>", several of them separated by blanks.
// Good ones are returned beside the error about the first bad one.
func digests(integrity string) (hashes []sbom.Hash, err error) {
	for rest := integrity; rest != ""; {
		var word string
		word, rest, _ = strings.Cut(rest, " ")
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		hash, bad := digest(word)
		if bad != nil {
			if err == nil {
				err = bad
			}
			continue
		}
		hashes = append(hashes, hash)
	}
	return hashes, err
}

func digest(word string) (sbom.Hash, error) {
	word, _, _ = strings.Cut(word, "?") // options, which SRI reserves
	name, value, _ := strings.Cut(word, "-")
	algorithm := algorithm(name)
	size := algorithm.Size()
	if size == 0 {
		return sbom.Hash{}, fmt.Errorf("integrity: unknown algorithm %q", name)
	}
	if len(value) != base64.StdEncoding.EncodedLen(size) {
		return sbom.Hash{}, fmt.Errorf("integrity: %s digest of %d letters", name, len(value))
	}
	var letters [88]byte // of a sha512
	var raw [66]byte
	n, err := base64.StdEncoding.Decode(raw[:], letters[:copy(letters[:], value)])
	if err != nil || n != size {
		return sbom.Hash{}, fmt.Errorf("integrity: %s digest is not base64", name)
	}
	var digits [2 * len(raw)]byte
	return sbom.Hash{Algorithm: algorithm, Hex: string(digits[:hex.Encode(digits[:], raw[:n])])}, nil
}

// algorithm gives the name of a digest in documents, "" if it is none that npm writes.
func algorithm(name string) sbom.Algorithm {
	switch name {
	case "sha512":
		return sbom.SHA512
	case "sha1":
		return sbom.SHA1
	case "sha256":
		return sbom.SHA256
	case "sha384":
		return sbom.SHA384
	case "md5":
		return sbom.MD5
	}
	return ""
}
