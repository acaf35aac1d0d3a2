package source

import (
	"io"
	"os"
	"sync"
)

// spill is where a tree whose bytes are in no file of the host puts copies, for libraries that insist on a path.
type spill struct {
	parent string // "" is the system's folder for temporary files

	mu  sync.Mutex
	dir string // made when first needed
}

// copy writes a blob to a file, which release removes.
func (s *spill) copy(blob Blob) (file string, release func(), err error) {
	s.mu.Lock()
	if s.dir == "" {
		s.dir, err = os.MkdirTemp(s.parent, "sbomgen-")
	}
	dir := s.dir
	s.mu.Unlock()
	if err != nil {
		return "", nil, bare(err)
	}
	f, err := os.CreateTemp(dir, "")
	if err != nil {
		return "", nil, bare(err)
	}
	_, err = io.Copy(f, io.NewSectionReader(blob, 0, blob.Size()))
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(f.Name())
		return "", nil, bare(err)
	}
	return f.Name(), func() { os.Remove(f.Name()) }, nil
}

// close removes all that was not released.
func (s *spill) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		return nil
	}
	return bare(os.RemoveAll(s.dir))
}
