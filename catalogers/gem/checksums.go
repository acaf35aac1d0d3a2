package gem

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// checksum reads "name (version-platform) sha256=hex,...", which Bundler writes since 2.5.
func (l *lock) checksum(n int, name, inside, sums string) {
	version, platform, _ := strings.Cut(inside, "-")
	if sums == "" {
		return // of a gem that comes from no registry
	}
	key := name + " " + version + "-" + platform
	for sum := range strings.SplitSeq(sums, ",") {
		kind, hex, _ := strings.Cut(sum, "=")
		if h, ok := sbom.NewHash(algorithm(kind), hex); ok {
			l.sums[key] = append(l.sums[key], h)
		} else {
			l.out.Gap(n, "%s: the checksum is no digest", name)
		}
	}
}

func algorithm(kind string) sbom.Algorithm {
	switch kind {
	case "sha256":
		return sbom.SHA256
	case "sha384":
		return sbom.SHA384
	case "sha512":
		return sbom.SHA512
	}
	return ""
}

// distribute gives each gem its platforms and digests. Only the gem that is built for all platforms is the package itself.
func (l *lock) distribute() {
	for key, builds := range l.builds {
		c := l.out.Component(key)
		if c == nil {
			continue
		}
		if len(builds) == 1 && builds[0] == "" {
			c.Hashes = l.sums[key+"-"]
			continue
		}
		var platforms []string
		for _, platform := range builds {
			hashes, file := l.sums[key+"-"+platform], c.PURL.Name+"-"+c.PURL.Version
			if platform == "" {
				platform = "ruby"
			} else {
				file += "-" + platform
			}
			platforms = append(platforms, platform)
			if len(hashes) > 0 {
				c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: file + ".gem", Hashes: hashes})
			}
		}
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:gem:platforms", Value: strings.Join(platforms, ", ")})
	}
}
