package source

import (
	"io"
	"os"
	"syscall"
)

// osFile is an open regular file of the host, as a Blob.
type osFile struct {
	*os.File
	size int64
}

func (f osFile) Size() int64 { return f.size }

// openRegular opens a file of the host if it is a regular one. It never waits, for a named pipe for instance.
func openRegular(host string) (Blob, error) {
	f, err := os.OpenFile(host, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, bare(err)
	}
	return regular(f)
}

// regular makes a Blob of an open file, or closes it.
func regular(f *os.File) (Blob, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		err = bare(err)
	case info.IsDir():
		err = errFolder
	case !info.Mode().IsRegular():
		err = errSpecial
	default:
		return osFile{f, info.Size()}, nil
	}
	f.Close()
	return nil, err
}

// peek reads the first bytes of a file.
func peek(m medium, p string, buf []byte) (int, error) {
	blob, err := m.file(p)
	if err != nil {
		return 0, err
	}
	defer blob.Close()
	return start(blob, buf)
}

// start reads from the beginning; a blob that is shorter is no error.
func start(blob Blob, buf []byte) (int, error) {
	n, err := blob.ReadAt(buf, 0)
	if err == io.EOF {
		err = nil
	}
	return n, err
}
