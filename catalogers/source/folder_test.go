package source

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

func (initials) Folder(string, []byte) bool { return false }

// shelves wants the folders in folders called shelf, and no file.
type shelves struct{ nothing }

func (shelves) Folder(dir string, name []byte) bool {
	return (dir == "shelf" || strings.HasSuffix(dir, "/shelf")) && string(name) != "plain"
}

func TestFoldersThatAreWantedAreListedAndReadAsFoldersOnly(t *testing.T) {
	files := map[string]string{"shelf/b/f": "x", "shelf/a/shelf/c/f": "x", "shelf/plain/f": "x", "shelf/file": "x", "shelf/link": "-> b", "shelf/gone/f": "x", "other/d/f": "x"}
	r := newRepo(t)
	delete(files, "shelf/link")
	r.commit(files)
	files["shelf/link"] = "-> b"
	archive, err := OpenArchive(blobOf(inGzip(tarOf(t, "shelf/b/ shelf/b/f=x shelf/a/shelf/c/ shelf/a/shelf/c/f=x shelf/plain/ shelf/file=x shelf/link->b shelf/gone/ other/d/f=x"))), "x.tar.gz", Options{})
	check(t, err)
	t.Cleanup(func() { check(t, archive.Close()) })
	for what, tree := range map[string]Tree{
		"folder":   open(t, lay(t, files), Options{}),
		"revision": open(t, "git:HEAD", Options{RepoDir: r.root}),
		"archive":  archive,
	} {
		found := find(t, tree, shelves{}, "shelf/gone")
		if got := strings.Join(paths(found), " "); got != "shelf/a shelf/a/shelf/c shelf/b" {
			t.Errorf("%s: %s %v", what, got, found)
		}
		for _, e := range found.Files {
			if got := read(t, tree, e.Path); !e.Folder || got != "error: "+errFolder.Error() {
				t.Errorf("%s: %s: %v, %s", what, e.Path, e.Folder, got)
			}
		}
	}
}

func TestFoldersOfAnImageHaveTheLayerByWhichTheyCame(t *testing.T) {
	s := layersOf(t, "shelf/ shelf/a/ shelf/a/x=1 shelf/b/ shelf/b/x=1", "shelf/a/ shelf/a/x=2 shelf/c/ .wh.other=", "shelf/.wh.b=")
	for what, target := range everywhere(t, s) {
		tree := open(t, target, Options{})
		var hidden []string
		found, err := tree.Walk(context.Background(), shelves{}, WalkOptions{Hidden: func(_ Tree, list []Entry) {
			for _, e := range list {
				hidden = append(hidden, fmt.Sprintf("%s %v", e.Path, e.Folder))
			}
		}})
		check(t, err)
		number := make(map[string]int)
		for i, l := range tree.About().Images[0].Layers {
			number[l.Key] = i
		}
		var got []string
		for _, e := range found.Files {
			got = append(got, fmt.Sprintf("%s %v %d", e.Path, e.Folder, number[e.Layer]))
		}
		if strings.Join(got, ", ") != "shelf/a true 0, shelf/c true 1" || strings.Join(hidden, ", ") != "shelf/b true" {
			t.Errorf("%s: %q, hidden %q", what, got, hidden)
		}
	}
}
