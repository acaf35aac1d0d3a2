package osrelease

import "strings"

// older are the files of etc by which systems told what they are before os-release, and some few still do, in the order of how much they tell: derivatives
// keep those of what they derive from.
var older = [...]struct {
	name  string
	parse func(string) Release
}{
	{"lsb-release", parseLSB},
	{"openwrt_release", parseLSB},
	{"oracle-release", parseSentence},
	{"fedora-release", parseSentence},
	{"centos-release", parseSentence},
	{"redhat-release", parseSentence},
	{"system-release", parseSentence},
	{"photon-release", parseSentence},
	{"mariner-release", parseSentence},
	{"SuSE-release", parseSuSE},
	{"gentoo-release", parseSentence},
	{"slackware-version", parseSentence},
	{"alpine-release", parseAlpine},
	{"debian_version", parseDebian},
	{"arch-release", parseArch},
}

// parseLSB reads the file that lsb_release(1) does, and OpenWrt's, which is written alike.
func parseLSB(text string) (r Release) {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch value = unquote(value); name {
		case "DISTRIB_ID":
			r.ID = named(value)
		case "DISTRIB_RELEASE":
			if !strings.EqualFold(value, "rolling") && value[:min(1, len(value))] != "n" { // "n/a"
				r.version = value
			}
		case "DISTRIB_CODENAME":
			r.codename = value
		case "DISTRIB_DESCRIPTION":
			r.title = value
		}
	}
	return r
}

// parseSentence reads "CentOS release 6.10 (Final)", "Amazon Linux 2" and the like.
func parseSentence(text string) (r Release) {
	title, _, _ := strings.Cut(text, "\n")
	title = strings.TrimSpace(title)
	name, rest, ok := strings.Cut(title, " release ")
	if !ok {
		i := strings.IndexAny(title, "0123456789")
		if i < 2 {
			return r
		}
		name, rest = strings.TrimRight(title[:i], " v"), title[i:]
	}
	r.ID, r.title = named(name), title
	r.version, rest, _ = strings.Cut(rest, " ")
	if _, rest, ok = strings.Cut(rest, "("); ok {
		r.codename, _, _ = strings.Cut(rest, ")")
	}
	return r
}

// parseSuSE reads a sentence that is followed by "VERSION = 11" and "PATCHLEVEL = 4".
func parseSuSE(text string) Release {
	r := parseSentence(text)
	r.version, r.codename = "", ""
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch value = strings.TrimSpace(value); strings.TrimSpace(name) {
		case "VERSION":
			r.version = value
		case "PATCHLEVEL":
			if value != "0" && value != "" {
				r.version += "." + value
			}
		case "CODENAME":
			r.codename = value
		}
	}
	return r
}

func parseAlpine(text string) (r Release) {
	if v := word(text); v != "" {
		r.ID, r.version, r.title = "alpine", v, "Alpine Linux v"+v
	}
	return r
}

// parseDebian reads "7.11", of which os-release would name the major version, or "jessie/sid", which is not released.
func parseDebian(text string) (r Release) {
	v := word(text)
	switch {
	case v == "":
	case v[0] >= '0' && v[0] <= '9':
		r.ID, r.title = "debian", "Debian GNU/Linux "+v
		r.version, _, _ = strings.Cut(v, ".")
	default:
		r.ID, r.title = "debian", "Debian GNU/Linux "+v
		r.codename, _, _ = strings.Cut(v, "/")
	}
	return r
}

// parseArch reads a file that is empty as a rule: that it is there says it all.
func parseArch(string) Release { return Release{ID: "arch", title: "Arch Linux"} }

func word(text string) string {
	if fields := strings.Fields(text); len(fields) == 1 {
		return fields[0]
	}
	return ""
}

// named gives the id that os-release has for a distribution's name.
func named(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, known := range [...][2]string{
		{"red hat enterprise linux", "rhel"}, {"redhatenterprise", "rhel"}, {"red hat linux", "rhl"}, {"centos", "centos"}, {"oracle", "ol"},
		{"enterprise linux enterprise linux", "ol"}, {"amazon", "amzn"}, {"rocky", "rocky"}, {"almalinux", "almalinux"}, {"scientific", "scientific"},
		{"cloudlinux", "cloudlinux"}, {"cbl-mariner", "mariner"}, {"vmware photon", "photon"}, {"opensuse", "opensuse"},
		{"suse linux enterprise server", "sles"}, {"suse linux enterprise desktop", "sled"}, {"suse", "suse"}, {"gentoo", "gentoo"}, {"linux mint", "linuxmint"},
		{"elementary", "elementary"}, {"manjaro", "manjaro"}, {"arch", "arch"},
	} {
		if strings.HasPrefix(name, known[0]) {
			return known[1]
		}
	}
	name, _, _ = strings.Cut(name, " ")
	return name
}
