package kernel

import (
	"errors"
	"fmt"
	"io"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// unpack gives what a packed file holds, by its first bytes. Kernels have their size and more behind them, which is an error once all else was read.
func unpack(r io.Reader) (io.Reader, error) {
	content, compression, err := decode.Decompress(r)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be unpacked: %w", err)
	case compression == "":
		return nil, errors.New("is packed in a way that is not read")
	}
	return content, nil
}
