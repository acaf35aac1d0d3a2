package source

import (
	"context"
	"errors"
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

// openFile opens a file of the host: an image or another archive by its content, otherwise the file alone.
func openFile(ctx context.Context, target string, o Options) (Tree, error) {
	if strings.HasSuffix(target, ".tar") || strings.HasSuffix(target, ".tar.gz") || strings.HasSuffix(target, ".tgz") || strings.HasSuffix(target, ".tar.zst") {
		t, err := openImageFile(ctx, target, "", o)
		if err == nil || !errors.Is(err, errNoImage) {
			return t, err
		}
	}
	return openSingle(target), nil
}

// openStdin opens an image that is written to standard input, as docker save does.
func openStdin(o Options) (Tree, error) {
	unpacked, _, err := decompress(o.Stdin)
	if err != nil {
		return nil, err
	}
	return openStream(unpacked, "", "stdin", o)
}
