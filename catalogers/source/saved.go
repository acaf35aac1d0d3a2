package source

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// saved is an entry of the manifest.json of docker save.
type saved struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// fromSaved makes the pictures of docker save's manifest.json.
func (c *choice) fromSaved(ctx context.Context, b blobs) ([]*picture, error) {
	data, err := b.document(ctx, "manifest.json")
	if err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	var list []saved
	if err := parse(data, &list, "manifest.json"); err != nil {
		return nil, err
	}
	if c.name != "" {
		list = slices.DeleteFunc(list, func(s saved) bool { return !c.names("", s.RepoTags...) })
	}
	if len(list) == 0 {
		return nil, errors.New("holds no image of that name")
	}
	if len(list) > 1 {
		var names []string
		for _, s := range list {
			names = append(names, s.RepoTags...)
		}
		return nil, &severalError{names}
	}
	s := &list[0]
	if len(s.Layers) > maxLayers {
		return nil, errTooMany
	}
	config, err := b.document(ctx, memberName(s.Config))
	if err == nil {
		err = matches(config, digestOf(s.Config))
	}
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", shorten(s.Config), err)
	}
	p := &picture{Image: Image{Config: digestOf(s.Config)}}
	for _, name := range s.Layers {
		p.Layers = append(p.Layers, Layer{Key: memberName(name), Digest: digestOf(name), Size: -1})
	}
	if len(s.RepoTags) > 0 {
		p.called(s.RepoTags[0])
	}
	if err := p.configure(config); err != nil {
		return nil, err
	}
	return []*picture{p}, c.fits(p)
}

// digestOf is the digest that the name of a member holds: blobs/sha256/HEX, or HEX.json of a configuration. Layers in folders of their own are
// not called after theirs.
func digestOf(name string) string {
	dir, base := path.Split(name)
	hex := strings.TrimSuffix(base, ".json")
	if len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == "" && (dir == "" && hex != base || dir == "blobs/sha256/") {
		return "sha256:" + hex
	}
	return ""
}
