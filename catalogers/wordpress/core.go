package wordpress

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// claimCore claims WordPress itself, whose wp-includes/version.php sets $wp_version.
func claimCore(f *catalogers.File, text string, out *sbom.Facts) {
	for line := range strings.Lines(text) {
		value, ok := strings.CutPrefix(strings.TrimSpace(line), "$wp_version")
		if value = strings.Trim(value, " =;'\"\t"); ok && value != "" {
			c := sbom.Component{Kind: sbom.Framework, PURL: purl.New(purl.Generic, "", "wordpress", value).With("repository_url", "https://wordpress.org")}
			out.AddIn(sbom.Location{Path: f.Path}, "core", c)
			return
		}
	}
	out.GapAt(f.Path, "has no version of WordPress")
}
