package osrelease

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// vendors is the table of the namespaces that the packages of distributions have, by their ids in os-release. It lists those that
// build, or sign, packages of the type themselves; others have them from what they say that they are like. A star stands for
// any rest of the id.
//
// Sources: https://github.com/package-url/purl-spec/tree/main/types (alpm has a closed list), https://github.com/which-distro/os-release.
var vendors = [...]struct {
	t         purl.Type
	id        string
	namespace string // "" if it is the id
}{
	{purl.Deb, "debian", ""},
	{purl.Deb, "ubuntu", ""},
	{purl.Deb, "ubuntu-core", "ubuntu"},
	{purl.Deb, "raspbian", ""},
	{purl.Deb, "kali", ""},
	{purl.Deb, "devuan", ""},
	{purl.Deb, "linuxmint", ""},
	{purl.Deb, "pop", ""},
	{purl.Deb, "elementary", ""},
	{purl.Deb, "deepin", ""},
	{purl.Deb, "uos", ""},
	{purl.Deb, "kylin", ""},
	{purl.Deb, "openkylin", ""},
	{purl.Deb, "pureos", ""},
	{purl.Deb, "parrot", ""},
	{purl.Deb, "trisquel", ""},
	{purl.Deb, "astra", ""},
	{purl.Deb, "echo", ""},
	{purl.APK, "alpine", ""},
	{purl.APK, "wolfi", ""},
	{purl.APK, "chainguard", ""},
	{purl.APK, "minimos", ""},
	{purl.APK, "openwrt", ""},
	{purl.APK, "postmarketos", ""},
	{purl.APK, "adelie", ""},
	{purl.APK, "alpaquita", ""},
	{purl.APK, "chimera", ""},
	{purl.ALPM, "arch", ""},
	{purl.ALPM, "arch32", ""},
	{purl.ALPM, "archarm", ""},
	{purl.ALPM, "manjaro*", "manjaro"},
	{purl.ALPM, "msys*", "msys"},
	{purl.RPM, "fedora*", "fedora"},
	{purl.RPM, "rhel", "redhat"},
	{purl.RPM, "rhcos", "redhat"},
	{purl.RPM, "redhat", ""},
	{purl.RPM, "centos", ""},
	{purl.RPM, "almalinux", ""},
	{purl.RPM, "rocky", ""},
	{purl.RPM, "ol", ""},
	{purl.RPM, "amzn", ""},
	{purl.RPM, "scientific", ""},
	{purl.RPM, "springdale", ""},
	{purl.RPM, "cloudlinux", ""},
	{purl.RPM, "eurolinux", ""},
	{purl.RPM, "miraclelinux", ""},
	{purl.RPM, "virtuozzo", ""},
	{purl.RPM, "xenserver", ""},
	{purl.RPM, "mariner", ""},
	{purl.RPM, "azurelinux", ""},
	{purl.RPM, "photon", ""},
	{purl.RPM, "bottlerocket", ""},
	{purl.RPM, "opensuse*", "opensuse"},
	{purl.RPM, "sle*", "suse"}, // sles, sled, sles_sap, sle-micro
	{purl.RPM, "sl-*", "suse"}, // sl-micro
	{purl.RPM, "suse*", "suse"},
	{purl.RPM, "openeuler", ""},
	{purl.RPM, "euleros", ""},
	{purl.RPM, "hce", ""},
	{purl.RPM, "anolis", ""},
	{purl.RPM, "alinux", ""},
	{purl.RPM, "tencentos", ""},
	{purl.RPM, "opencloudos", ""},
	{purl.RPM, "kylin", ""},
	{purl.RPM, "uos", ""},
	{purl.RPM, "uniontech", "uos"},
	{purl.RPM, "mageia", ""},
	{purl.RPM, "openmandriva", ""},
	{purl.RPM, "altlinux", ""},
	{purl.RPM, "redos", ""},
	{purl.RPM, "rosa", ""},
	{purl.RPM, "clear-linux-os", ""},
	{purl.RPM, "qubes", ""},
	{purl.RPM, "wrlinux", ""},
}

// vendor gives the namespace of a distribution's packages of the type, "" if it is not known for any.
func vendor(t purl.Type, id string) string {
	for i := range vendors {
		v := &vendors[i]
		if v.t != t {
			continue
		}
		if start, open := strings.CutSuffix(v.id, "*"); v.id != id && !(open && strings.HasPrefix(id, start)) {
			continue
		}
		if v.namespace != "" {
			return v.namespace
		}
		return id
	}
	return ""
}
