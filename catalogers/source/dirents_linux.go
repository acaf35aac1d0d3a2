//go:build linux && !portable

package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// folder lists folders as the kernel hands them out (linux_dirent64, getdents64(2)): names stay in the buffer
// that they came in, so an entry that nobody wants costs neither memory nor a call.
type folder struct {
	medium *directory
	dir    string
	fd     int
	buf    []byte
	rest   []byte // entries read and not yet handed out
	name   []byte // the last one, with the zero byte behind it
	link   [unix.PathMax]byte
}

func newFolder(d *directory) *folder { return &folder{medium: d, buf: make([]byte, 32<<10)} }

func (f *folder) open(dir string) (err error) {
	f.dir, f.rest = dir, nil
	f.fd, err = openat(f.medium.fd, dir, unix.O_DIRECTORY|unix.O_NOFOLLOW)
	if err == nil && (dir == "proc" || dir == "sys") && kernel(f.fd) {
		f.close()
		return ruleKernel
	}
	return err
}

// kernel tells whether a folder is the kernel talking about itself.
func kernel(fd int) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(fd, &st) == nil && (st.Type == unix.PROC_SUPER_MAGIC || st.Type == unix.SYSFS_MAGIC)
}

func (f *folder) close() { unix.Close(f.fd) }

func (f *folder) next() (name []byte, k kind, err error) {
	for {
		for len(f.rest) == 0 {
			n, err := unix.Getdents(f.fd, f.buf)
			switch {
			case err == unix.EINTR:
				continue
			case err != nil:
				return nil, isUnknown, err
			case n <= 0:
				return nil, isUnknown, io.EOF
			}
			f.rest = f.buf[:n]
		}
		var typ byte
		var ok bool
		if f.name, typ, f.rest, ok = nextDirent(f.rest); !ok {
			return nil, isUnknown, errors.New("the file system lists it in an unknown form")
		}
		name = f.name[:len(f.name)-1]
		if len(name) == 0 || string(name) == "." || string(name) == ".." {
			continue
		}
		if k = kindOf(typ); k == isUnknown {
			mode, err := f.mode()
			if k = kindOf(byte(mode >> 12)); err != nil { // DT_x is S_IFx shifted, readdir(3)
				k = isRegular // whoever opens it learns what is wrong
			}
		}
		return name, k, nil
	}
}

// nextDirent splits the first record off a buffer: inode (8 bytes), offset (8), length of the record (2), type (1), then the name
// up to a zero byte, which it keeps.
func nextDirent(buf []byte) (name []byte, typ byte, rest []byte, ok bool) {
	const header = 19
	if len(buf) <= header {
		return nil, 0, nil, false
	}
	size := int(binary.NativeEndian.Uint16(buf[16:]))
	if size <= header || size > len(buf) {
		return nil, 0, nil, false
	}
	name = buf[header:size]
	end := bytes.IndexByte(name, 0)
	if end < 0 {
		return nil, 0, nil, false
	}
	return name[:end+1], buf[18], buf[size:], true
}

func kindOf(typ byte) kind {
	switch typ {
	case unix.DT_UNKNOWN:
		return isUnknown
	case unix.DT_REG:
		return isRegular
	case unix.DT_DIR:
		return isFolder
	case unix.DT_LNK:
		return isLink
	case unix.DT_FIFO:
		return isPipe
	case unix.DT_SOCK:
		return isSocket
	}
	return isDevice
}

// mode asks for the kind and the permissions of the entry handed out last.
func (f *folder) mode() (uint32, error) {
	var st unix.Stat_t
	err := unix.Fstatat(f.fd, unix.ByteSliceToString(f.name), &st, unix.AT_SYMLINK_NOFOLLOW)
	return st.Mode, err
}

func (f *folder) executable() (bool, error) {
	mode, err := f.mode()
	return mode&0o111 != 0, err
}

func (f *folder) head(buf []byte) (int, error) {
	fd, err := openat(f.fd, unix.ByteSliceToString(f.name), unix.O_NOFOLLOW)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	return readFull(fd, buf, 0)
}

func (f *folder) foreign() bool {
	name := unix.ByteSliceToString(f.name)
	n, err := unix.Readlinkat(f.fd, name, f.link[:])
	return err == nil && f.medium.leads(f.dir, name, string(f.link[:n]))
}

// openFlags never wait, for a named pipe for instance.
const openFlags = unix.O_RDONLY | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC | unix.O_LARGEFILE

func openat(dir int, p string, flags int) (fd int, err error) {
	for {
		if fd, err = unix.Openat(dir, p, openFlags|flags, 0); err != unix.EINTR {
			return fd, absent(err)
		}
	}
}

// handle is the root of a directory tree, open.
type handle struct {
	fd   int
	path string
}

func openHandle(root string) (handle, error) {
	fd, err := openat(unix.AT_FDCWD, root, unix.O_DIRECTORY)
	return handle{fd, root}, err
}

func (h handle) close() error { return unix.Close(h.fd) }

func (h handle) quick(p string) (Blob, error) {
	fd, err := h.beneath(p, openFlags, unix.RESOLVE_BENEATH|unix.RESOLVE_NO_MAGICLINKS)
	if err != nil {
		return nil, err
	}
	return newBlob(fd)
}

func (h handle) file(p string) (Blob, error) {
	fd, err := openat(h.fd, p, unix.O_NOFOLLOW)
	if err != nil {
		return nil, err
	}
	return newBlob(fd)
}

func (h handle) list(p string) (*os.File, error) {
	fd, err := openat(h.fd, p, unix.O_DIRECTORY|unix.O_NOFOLLOW)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), filepath.Join(h.path, filepath.FromSlash(p))), nil
}

func (h handle) plain(p string) bool {
	fd, err := h.beneath(p, unix.O_PATH|unix.O_CLOEXEC, unix.RESOLVE_BENEATH|unix.RESOLVE_NO_SYMLINKS)
	if err != nil {
		return false
	}
	unix.Close(fd)
	return true
}

// beneath opens with openat2(2), which keeps to the tree by itself. Kernels before 5.6 and some sandboxes lack it.
func (h handle) beneath(p string, flags, resolve uint64) (int, error) {
	for {
		fd, err := unix.Openat2(h.fd, p, &unix.OpenHow{Flags: flags, Resolve: resolve})
		switch err {
		case unix.EINTR:
			continue
		case unix.EXDEV, unix.ELOOP, unix.EAGAIN, unix.ENOSYS, unix.EPERM:
			return -1, errAsk
		}
		return fd, absent(err)
	}
}

// absent tells a path that goes on behind a file apart from what is really wrong: there is nothing.
func absent(err error) error {
	if err == unix.ENOTDIR {
		return unix.ENOENT
	}
	return err
}

// file is an open regular file. It does without os.File, whose poller and finalizer cost as much as the reading of a small file.
type file struct {
	fd   int
	size int64
}

func newBlob(fd int) (Blob, error) {
	var st unix.Stat_t
	err := unix.Fstat(fd, &st)
	switch {
	case err != nil:
	case st.Mode&unix.S_IFMT == unix.S_IFREG:
		return &file{fd, st.Size}, nil
	case st.Mode&unix.S_IFMT == unix.S_IFDIR:
		err = errFolder
	default:
		err = errSpecial
	}
	unix.Close(fd)
	return nil, err
}

func (f *file) Size() int64 { return f.size }

func (f *file) Close() error {
	fd := f.fd
	f.fd = -1
	return unix.Close(fd)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	n, err := readFull(f.fd, p, off)
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

// readFull reads until p is full or the file ends, which is no error.
func readFull(fd int, p []byte, off int64) (n int, err error) {
	for n < len(p) {
		m, err := unix.Pread(fd, p[n:], off+int64(n))
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return n, err
		case m == 0:
			return n, nil
		}
		n += m
	}
	return n, nil
}
