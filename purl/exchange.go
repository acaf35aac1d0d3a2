package purl

import (
	"fmt"

	"github.com/anchore/packageurl-go"
)

// FromPackageURL returns the canonical PURL of a value that other Go programs
// exchange. Errors are those of Parse: a value that only breaks a rule of its
// type comes back beside the error.
func FromPackageURL(u packageurl.PackageURL) (PURL, error) {
	p := New(Type(u.Type), u.Namespace, u.Name, u.Version).WithSubpath(u.Subpath)
	for _, q := range u.Qualifiers {
		if !wellFormed(q.Key, "-._") {
			return PURL{}, fmt.Errorf("qualifier %q is not a valid key", q.Key)
		}
		p = p.With(q.Key, q.Value)
	}
	return p, p.Validate()
}

// ToPackageURL returns p as the value that other Go programs exchange. Print it
// with PURL.String: packageurl-go v0.2.0 escapes the colon, which ECMA-427 forbids.
func ToPackageURL(p PURL) packageurl.PackageURL {
	u := packageurl.PackageURL{
		Type:      string(p.Type),
		Namespace: p.Namespace,
		Name:      p.Name,
		Version:   p.Version,
		Subpath:   p.Subpath,
	}
	for key, value := range p.Qualifiers() {
		u.Qualifiers = append(u.Qualifiers, packageurl.Qualifier{Key: key, Value: value})
	}
	return u
}
