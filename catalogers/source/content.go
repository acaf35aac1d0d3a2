package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// content is where the bytes of a file of a container are: in memory, in a part of the container, or compressed in it.
type content interface{ open() (Blob, error) }

// errNotKept says that a file streamed by whose bytes nobody had asked for.
var errNotKept = errors.New("was not kept while the layers were read")

// bytesBlob is content in memory, and a Blob of it.
type bytesBlob struct {
	*bytes.Reader
	data []byte
}

func blobOf(data []byte) bytesBlob { return bytesBlob{bytes.NewReader(data), data} }

func (b bytesBlob) Close() error { return nil }

// inMemory is content that was kept.
type inMemory []byte

func (m inMemory) open() (Blob, error) { return blobOf(m), nil }

// region is content that lies unchanged in a part of something else, and a Blob of it.
type region struct{ *io.SectionReader }

func regionOf(r io.ReaderAt, offset, size int64) region {
	return region{io.NewSectionReader(r, offset, size)}
}

func (r region) open() (Blob, error) { return regionOf(r.SectionReader, 0, r.Size()), nil }
func (r region) Close() error        { return nil }

// passed is content that was seen while it streamed by, and dropped; its first bytes are left.
type passed string

func (p passed) open() (Blob, error) { return nil, errNotKept }

// defaultMemory is how many bytes a keeper holds in memory unless somebody says otherwise.
const defaultMemory = 256 << 20

// maxKept is the most bytes of one file that are kept, or handed to anybody, where a file cannot be read in its place.
const maxKept = 1 << 30

// keeper holds the contents that cannot be read again: in memory up to a budget, beyond it in a file that has no name.
type keeper struct {
	budget int64  // bytes
	parent string // folder of the file; "" is the system's

	mu   sync.Mutex
	used int64
	file *os.File
	end  int64 // of the file
}

// sizeable is from how many bytes on a file does not take from the budget: lists of repositories, databases.
const sizeable = 2 << 20

// put keeps a copy of data.
func (k *keeper) put(data []byte) (content, error) {
	k.mu.Lock()
	if len(data) <= sizeable && k.used+int64(len(data)) <= k.budget {
		k.used += int64(len(data))
		k.mu.Unlock()
		return inMemory(bytes.Clone(data)), nil
	}
	k.mu.Unlock()
	return k.write(bytes.NewReader(data), int64(len(data)))
}

// write keeps size bytes of a reader in the file.
func (k *keeper) write(r io.Reader, size int64) (content, error) {
	file, at, err := k.room(size)
	if err != nil {
		return nil, err
	}
	n, err := io.CopyN(io.NewOffsetWriter(file, at), r, size)
	if err == io.EOF || err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, bare(err)
	}
	return regionOf(file, at, size), nil
}

// maxSpilled is the most bytes that the file takes.
const maxSpilled = 16 << 30

// room gives a part of the file to one writer.
func (k *keeper) room(size int64) (file *os.File, at int64, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.end+size > maxSpilled {
		return nil, 0, fmt.Errorf("comes after %d GB of files that had to be kept", k.end>>30)
	}
	if k.file == nil {
		if k.file, err = nameless(k.parent); err != nil {
			return nil, 0, bare(err)
		}
	}
	at = k.end
	k.end += size
	return k.file, at, nil
}

// nameless opens a file that is gone when the process ends, however it ends.
func nameless(parent string) (*os.File, error) {
	file, err := os.CreateTemp(parent, "sbomgen-")
	if err != nil {
		return nil, err
	}
	os.Remove(file.Name()) // where a system cannot remove what is open, close does
	return file, nil
}

func (k *keeper) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.file == nil {
		return nil
	}
	name := k.file.Name()
	err := k.file.Close()
	os.Remove(name)
	k.file = nil
	return bare(err)
}
