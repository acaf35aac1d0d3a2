package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
)

// choice says which of several images is meant.
type choice struct {
	name     string // a reference, a tag or a digest; empty for the only one
	platform string // os/architecture[/variant], "all", or empty for this machine's
	local    string // the platform of this machine
}

// all tells whether an index is to be read as a whole.
func (c *choice) all() bool { return c.platform == "all" }

// pick chooses among the images of an index those that are meant. Attestations about images are listed as images of an unknown platform.
func (c *choice) pick(list []descriptor) ([]descriptor, error) {
	list = slices.DeleteFunc(slices.Clone(list), func(d descriptor) bool {
		return d.Annotations["vnd.docker.reference.type"] != "" || d.Platform != nil && d.Platform.OS == "unknown"
	})
	if c.all() || len(list) == 1 && c.platform == "" {
		return list, nil
	}
	var names []string
	for _, d := range list {
		if d.Platform == nil {
			continue
		}
		name := (&Image{OS: d.Platform.OS, Arch: d.Platform.Architecture, Variant: d.Platform.Variant}).Platform()
		if want := cmp.Or(c.platform, c.local); name == want || strings.HasPrefix(name, want+"/") {
			return []descriptor{d}, nil
		}
		names = append(names, name)
	}
	if len(list) == 1 && list[0].Platform == nil {
		return list, nil
	}
	return nil, fmt.Errorf("has no image for %s, but for %s", cmp.Or(c.platform, c.local), cmp.Or(strings.Join(names, ", "), "none"))
}

// pictures follows an index or manifest to the images that are meant.
func (c *choice) pictures(ctx context.Context, b blobs, d descriptor, depth int) ([]*picture, error) {
	if depth > 4 {
		return nil, errors.New("an index lists itself")
	}
	data, err := addressed(ctx, b, d.Digest)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", short(d.Digest), err)
	}
	var m manifest
	if err := parse(data, &m, "manifest "+short(d.Digest)); err != nil {
		return nil, err
	}
	if len(m.Manifests) == 0 {
		p, err := manifestPicture(ctx, b, &m, d.Digest)
		if err != nil {
			return nil, err
		}
		if err := c.fits(p); err != nil {
			return nil, err
		}
		p.Annotations = merged(d.Annotations, p.Annotations)
		return []*picture{p}, nil
	}
	chosen, err := c.pick(m.Manifests)
	if err != nil {
		return nil, err
	}
	var list []*picture
	for _, d := range chosen {
		d.Annotations = merged(m.Annotations, d.Annotations)
		some, err := c.pictures(ctx, b, d, depth+1)
		if c.all() && errors.Is(err, fs.ErrNotExist) { // exported without its other platforms
			some, err = []*picture{absentPicture(&d)}, nil
		}
		if err != nil {
			return nil, err
		}
		if list = append(list, some...); len(list) > maxPictures {
			return nil, fmt.Errorf("has more than %d images", maxPictures)
		}
	}
	return list, nil
}

// fits tells whether an image that is in no index is for the platform that is meant.
func (c *choice) fits(p *picture) error {
	if c.platform != "" && !c.all() && p.Platform() != c.platform && !strings.HasPrefix(p.Platform(), c.platform+"/") {
		return fmt.Errorf("is an image for %s, not %s", p.Platform(), c.platform)
	}
	return nil
}

// fromIndex makes the pictures of a layout's index.json.
func (c *choice) fromIndex(ctx context.Context, b blobs) ([]*picture, error) {
	data, err := b.document(ctx, "index.json")
	if err != nil {
		return nil, fmt.Errorf("index.json: %w", err)
	}
	var index manifest
	if err := parse(data, &index, "index.json"); err != nil {
		return nil, err
	}
	list := index.Manifests
	if c.name != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(d descriptor) bool { return !c.names(d.Digest, refNames(&d)...) })
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("holds no image%s", cmp.Or(" called "+c.name, ""))
	}
	// Several images of one name are platforms without an index of their own; otherwise the user has to say which.
	if names := allNames(list); len(names) > 1 && !c.all() && c.platform == "" {
		return nil, &severalError{names}
	}
	chosen, err := c.pick(list)
	if err != nil {
		return nil, err
	}
	var all []*picture
	for _, d := range chosen {
		some, err := c.pictures(ctx, b, d, 0)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			if p.Digest != d.Digest {
				p.Index = d.Digest
			}
			if names := refNames(&d); len(names) > 0 {
				p.called(names[0])
			}
		}
		all = append(all, some...)
	}
	return all, nil
}

// refNames are the names that an entry of a layout's index has.
func refNames(d *descriptor) (names []string) {
	for _, key := range [...]string{"io.containerd.image.name", "org.opencontainers.image.ref.name"} {
		if n := d.Annotations[key]; n != "" {
			names = append(names, n)
		}
	}
	return names
}

func allNames(list []descriptor) (names []string) {
	for i := range list {
		if n := refNames(&list[i]); len(n) > 0 && !slices.Contains(names, n[0]) {
			names = append(names, n[0])
		}
	}
	slices.Sort(names)
	return names
}

// severalError says that a target holds several images.
type severalError struct{ names []string }

func (e *severalError) Error() string {
	const most = 10
	more := ""
	if len(e.names) > most {
		more = fmt.Sprintf(" and %d more", len(e.names)-most)
	}
	return "holds several images: " + strings.Join(e.names[:min(most, len(e.names))], ", ") + more
}

// names tells whether the choice names an image by one of its names, its tag or its digest.
func (c *choice) names(digest string, names ...string) bool {
	if c.name == digest || "@"+digest == c.name {
		return true
	}
	for _, n := range names {
		if _, tag, _ := reference(n); n == c.name || tag == c.name {
			return true
		}
	}
	return false
}

// called takes over the name and tag of a picture, as a reference or as a bare tag.
func (p *picture) called(ref string) {
	name, tag, _ := reference(ref)
	if tag == "" && !strings.Contains(name, "/") { // an OCI layout has only tags
		name, tag = "", name
	}
	p.Name, p.Tag = cmp.Or(p.Name, name), cmp.Or(p.Tag, tag)
}

// choose makes a choice of what the options say.
func choose(name string, o Options) *choice {
	return &choice{name: name, platform: o.Platform, local: "linux/" + runtime.GOARCH}
}

// from makes the pictures of a tar of either kind.
func (c *choice) from(ctx context.Context, b blobs, kind string) (list []*picture, err error) {
	has := func(name string) bool { _, err := b.document(ctx, name); return err == nil }
	switch {
	case kind != "docker" && has("index.json") && has("oci-layout"):
		list, err = c.fromIndex(ctx, b)
	case kind != "oci" && has("manifest.json"):
		list, err = c.fromSaved(ctx, b)
	case kind == "oci":
		return nil, errNoLayout
	case kind == "docker":
		return nil, errNoSaved
	default:
		return nil, errNoImage
	}
	return list, err
}
