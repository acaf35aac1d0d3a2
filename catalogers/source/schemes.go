package source

import (
	"archive/tar"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// imageScheme gives what opens targets of the scheme that a target begins with, and the rest of the target.
func imageScheme(target string) (open func(context.Context, string, Options) (Tree, error), rest string) {
	scheme, rest, ok := strings.Cut(target, ":")
	if !ok {
		return nil, ""
	}
	file := func(kind string) func(context.Context, string, Options) (Tree, error) {
		return func(ctx context.Context, target string, o Options) (Tree, error) {
			return openImageFile(ctx, target, kind, o)
		}
	}
	switch scheme {
	case "oci", "oci-dir":
		return openLayout, rest
	case "oci-archive":
		return file("oci"), rest
	case "docker-archive":
		return file("docker"), rest
	case "registry":
		return openRegistry, rest
	case "docker", "podman":
		return func(ctx context.Context, ref string, o Options) (Tree, error) { return openDaemon(ctx, scheme, ref, o) }, rest
	}
	return nil, ""
}

// isLayout tells a folder that is an OCI layout.
func isLayout(dir string) bool {
	for _, name := range [...]string{"oci-layout", "index.json"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// openFile opens a file of the host: an image by its content, otherwise the file alone.
func openFile(ctx context.Context, target string, o Options) (Tree, error) {
	if strings.HasSuffix(target, ".tar") || strings.HasSuffix(target, ".tar.gz") || strings.HasSuffix(target, ".tgz") || strings.HasSuffix(target, ".tar.zst") {
		if is, err := holdsImage(target); err != nil {
			return nil, err
		} else if is {
			return openImageFile(ctx, target, "", o)
		}
	}
	return openSingle(target), nil
}

// holdsImage tells by the first members of a tar, compressed or not, whether it is one of an image: those have layers and configurations that are called
// after their digests, or the list of them.
func holdsImage(file string) (bool, error) {
	blob, err := openRegular(file)
	if err != nil {
		return false, err
	}
	defer blob.Close()
	unpacked, _, err := inflate(io.NewSectionReader(blob, 0, blob.Size()))
	if err != nil {
		return false, nil
	}
	defer unpacked.Close()
	const most = 32
	t := tar.NewReader(unpacked)
	for range most {
		h, err := t.Next()
		if err != nil {
			return false, nil
		}
		switch name := memberName(h.Name); name {
		case "oci-layout":
			return true, nil
		case "index.json":
			var index manifest
			if data, err := small(t); err == nil && json.Unmarshal(data, &index) == nil && len(index.Manifests) > 0 {
				return true, nil
			}
		case "manifest.json":
			var list []saved
			if data, err := small(t); err == nil && json.Unmarshal(data, &list) == nil && len(list) > 0 && len(list[0].Layers) > 0 {
				return true, nil
			}
		default:
			if isDigest(strings.TrimPrefix(name, "blobs/sha256/")) {
				return true, nil
			}
		}
	}
	return false, nil
}

// isDigest tells whether a name begins with a SHA-256.
func isDigest(name string) bool {
	const digits = 64
	name = strings.TrimPrefix(name, "sha256:")
	return len(name) >= digits && strings.Trim(name[:digits], "0123456789abcdef") == ""
}

// openStdin opens an image that is written to standard input, as docker save does.
func openStdin(o Options) (Tree, error) {
	unpacked, _, err := inflate(o.Stdin)
	if err != nil {
		return nil, err
	}
	return openStream(unpacked, "", "stdin", o)
}
