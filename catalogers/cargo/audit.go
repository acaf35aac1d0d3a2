package cargo

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// audit is the list as cargo-auditable writes it,
// https://github.com/rust-secure-code/cargo-auditable/blob/master/cargo-auditable.schema.json.
type audit struct {
	Packages []struct {
		Name         string `json:"name"`
		Version      string `json:"version"`
		Source       string `json:"source"`
		Kind         string `json:"kind"`
		Dependencies []int  `json:"dependencies"`
		Root         bool   `json:"root"`
	} `json:"packages"`
}

const unpackedLimit = 16 << 20

func unpack(packed []byte) (*audit, error) {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(z, unpackedLimit+1))
	if err != nil {
		return nil, err
	}
	if len(text) > unpackedLimit {
		return nil, fmt.Errorf("unpacks to more than %d bytes", unpackedLimit)
	}
	list := new(audit)
	return list, decode.JSON(string(text), list)
}
