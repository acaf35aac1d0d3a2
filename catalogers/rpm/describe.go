package rpm

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// identity is what tells a package from others.
type identity struct{ name, epoch, version, arch string }

func identify(h *rpmdb.Header) (identity, error) {
	id := identity{name: h.Text(rpmdb.Name), version: h.Text(rpmdb.Version), arch: h.Text(rpmdb.Arch)}
	release := h.Text(rpmdb.Release)
	if id.name == "" || id.version == "" || release == "" {
		return id, errors.New("a package has no name, version or release")
	}
	id.version += "-" + release
	if strings.ContainsAny(id.name+id.version, " \t\r\n/") {
		return id, fmt.Errorf("%.80q is no name with a version", id.name+"-"+id.version)
	}
	if epoch, ok := h.Int(rpmdb.Epoch); ok && epoch != 0 {
		id.epoch = strconv.FormatUint(epoch, 10)
	}
	return id, nil
}

func (id *identity) key() string {
	key := id.name + "-" + id.version + "." + id.arch
	if id.epoch != "" {
		key = id.epoch + ":" + key
	}
	return key
}

// component is what the header says of the package.
func (id *identity) component(h *rpmdb.Header, vendor, distro string) sbom.Component {
	c := sbom.Component{Description: h.Text(rpmdb.Summary), Supplier: h.Text(rpmdb.Vendor)}
	c.PURL = purl.New(purl.RPM, vendor, id.name, id.version).With("arch", id.arch).With("epoch", id.epoch).With("distro", distro).With("upstream", h.Text(rpmdb.SourceRPM))
	if license := h.Text(rpmdb.License); license != "" {
		c.Licenses = []sbom.License{{Text: license}}
	}
	for _, r := range [...]sbom.Reference{{Type: sbom.Website, URL: h.Text(rpmdb.URL)}, {Type: sbom.IssueTracker, URL: h.Text(rpmdb.BugURL)}, {Type: sbom.VCS, URL: repository(h.Text(rpmdb.VCS))}} {
		if clean, ok := sbom.CleanURL(r.URL); ok {
			r.URL = clean
			c.References = append(c.References, r)
		}
	}
	property := func(name, value string) {
		if value != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:rpm:" + name, Value: value})
		}
	}
	if at, ok := h.Int(rpmdb.BuildTime); ok && at < 1<<40 {
		property("build-time", time.Unix(int64(at), 0).UTC().Format(time.RFC3339))
	}
	if packager := h.Text(rpmdb.Packager); packager != c.Supplier {
		property("packager", packager)
	}
	property("modularity", h.Text(rpmdb.ModularityLabel))
	digests(h, property)
	for _, key := range h.KeyIDs() {
		property("signature-key", key)
	}
	return c
}

// digests notes those that cover parts of the package file; none of them is one of its bytes.
func digests(h *rpmdb.Header, property func(name, value string)) {
	digest := func(name string, a sbom.Algorithm, text string) bool {
		d, ok := sbom.NewHash(a, text)
		if ok {
			property(name, d.Hex)
		}
		return ok
	}
	if !digest("header-sha256", sbom.SHA256, h.Text(rpmdb.SHA256Header)) {
		digest("header-sha1", sbom.SHA1, h.Text(rpmdb.SHA1Header))
	}
	if algorithm, ok := h.Int(rpmdb.PayloadAlgo); !ok || algorithm == 8 {
		digest("payload-sha256", sbom.SHA256, h.Text(rpmdb.PayloadDigest))
	}
	digest("package-md5", sbom.MD5, hex.EncodeToString(h.Bytes(rpmdb.SigMD5))) // of header and payload: rpm's package id
}

// repository takes what names the tool off an address, as "git:https://host/path" has it.
func repository(s string) string {
	if tool, address, ok := strings.Cut(s, ":"); ok && strings.Contains(address, "://") && !strings.ContainsAny(tool, "/.+") {
		return address
	}
	return s
}

// guessVendor tells the namespace by who built a package, for want of an os-release.
func guessVendor(h *rpmdb.Header, version string) string {
	vendor := strings.ToLower(h.Text(rpmdb.Vendor) + " " + h.Text(rpmdb.Distribution))
	for _, known := range [...][2]string{{"fedora", "fedora"}, {"red hat", "redhat"}, {"centos", "centos"}, {"almalinux", "almalinux"}, {"rocky", "rocky"}, {"amazon", "amzn"},
		{"oracle", "ol"}, {"opensuse", "opensuse"}, {"suse", "suse"}, {"vmware", "photon"}, {"openeuler", "openeuler"}} {
		if strings.Contains(vendor, known[0]) {
			return known[1]
		}
	}
	if strings.Contains(vendor, "microsoft") {
		if strings.HasSuffix(version, ".cm1") || strings.HasSuffix(version, ".cm2") {
			return "mariner"
		}
		if strings.Contains(version, ".azl") {
			return "azurelinux"
		}
	}
	return ""
}
