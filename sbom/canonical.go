package sbom

import "github.com/sbomgen/sbomgen/purl"

// canonical is the rule at the door: what comes in under an identity must be one that may leave. The addresses among a
// purl's qualifiers lose user info and what looks like a credential; one that nobody could follow is dropped.
func canonical(p purl.PURL) purl.PURL {
	for _, key := range [...]string{"repository_url", "vcs_url", "download_url"} {
		raw := p.Qualifier(key)
		if raw == "" {
			continue
		}
		if clean, _ := CleanURL(raw); clean != raw {
			p = p.With(key, clean)
		}
	}
	return p
}
