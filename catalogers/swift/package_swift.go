package swift

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// requirements reads which packages the Package.swift beside names in plain words: .package(url: "...", from: "1.0.0").
func requirements(f *catalogers.File) map[string]string {
	asked := make(map[string]string)
	manifest, err := f.Beside("Package.swift")
	if err != nil {
		return asked
	}
	text, err := manifest.Text()
	if err != nil {
		return asked
	}
	for call := range strings.SplitSeq(uncommented(text), ".package(") {
		name, rest, ok := strings.Cut(call, `"`)
		address, rest, closed := strings.Cut(rest, `"`)
		if !ok || !closed || !strings.HasSuffix(strings.TrimSpace(name), "url:") && !strings.HasSuffix(strings.TrimSpace(name), "id:") {
			continue
		}
		end, depth := len(rest), 0
		for i := range len(rest) {
			switch rest[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
			if depth < 0 {
				end = i
				break
			}
		}
		key := address
		if strings.HasSuffix(strings.TrimSpace(name), "url:") {
			home, _ := sbom.CleanURL(strings.TrimSuffix(address, ".git"))
			key = strings.ToLower(place(home))
		}
		asked[key] = strings.Join(strings.Fields(strings.Trim(rest[:end], ", \n\t")), " ")
	}
	return asked
}

// uncommented takes the comments to the end of a line out of a text.
func uncommented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		code := strings.TrimSpace(line)
		if strings.HasPrefix(code, "//") {
			continue
		}
		code, _, _ = strings.Cut(line, " //")
		b.WriteString(code)
		b.WriteByte('\n')
	}
	return b.String()
}
