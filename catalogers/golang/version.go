package golang

import (
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// version is the version of the main module, and where it comes from unless the build information states it: programs built in a
// checkout before go 1.24 have none there.
func (p *program) version() (v, source string) {
	if v := versionOf(p.Main.Version); v != "" {
		return v, ""
	}
	if v, name := p.linkedVersion(); v != "" {
		return v, "-ldflags -X " + name
	}
	// What the go command makes of a commit of which it knows no earlier tag (https://go.dev/ref/mod#pseudo-versions).
	revision, at := p.settings["vcs.revision"], p.settings["vcs.time"]
	t, err := time.Parse(time.RFC3339, at)
	if err != nil || len(revision) < 12 || p.Main.Path == "" {
		return "", ""
	}
	_, major, _ := module.SplitPathVersion(p.Main.Path)
	v = module.PseudoVersion(module.PathMajorPrefix(major), "", t.UTC(), revision[:12])
	if p.settings["vcs.modified"] == "true" {
		v += "+dirty"
	}
	return v, "vcs.revision and vcs.time"
}

// linkedVersion is the version that "-ldflags -X package.variable=value" put into a variable of the main package or the main module
// that is called like one. Variables of other modules tell those modules' versions.
func (p *program) linkedVersion() (v, name string) {
	for _, flag := range words(p.settings["-ldflags"]) {
		flag = strings.TrimPrefix(strings.TrimPrefix(flag, "-X"), "=")
		variable, value, ok := strings.Cut(flag, "=")
		dot := strings.LastIndexByte(variable, '.')
		if !ok || dot < 0 || !isVersion(value) || !p.owns(variable[:dot]) {
			continue
		}
		value = "v" + strings.TrimPrefix(value, "v")
		switch strings.ToLower(strings.TrimLeft(variable[dot+1:], "_")) {
		case "version", "appversion", "buildversion", "gitversion", "releaseversion", "currentversion", "fullversion", "versionstring", "semver", "tag", "gittag", "buildtag", "release":
			if variable[:dot] == "main" {
				return value, variable
			}
			if v == "" {
				v, name = value, variable
			}
		}
	}
	return v, name
}

func (p *program) owns(pkg string) bool {
	return pkg == "main" || p.Main.Path != "" && (pkg == p.Main.Path || strings.HasPrefix(pkg, p.Main.Path+"/"))
}

// isVersion tells whether a text is a version as projects tag them, with or without the v.
func isVersion(text string) bool {
	return strings.Contains(text, ".") && semver.IsValid("v"+strings.TrimPrefix(text, "v"))
}

// words splits flags at spaces outside quotes, as the go command does.
func words(text string) []string {
	var list []string
	var word strings.Builder
	quote, inside := byte(0), false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, inside = c, true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n'):
			if inside {
				list = append(list, word.String())
				word.Reset()
				inside = false
			}
		default:
			word.WriteByte(c)
			inside = true
		}
	}
	if inside {
		list = append(list, word.String())
	}
	return list
}
