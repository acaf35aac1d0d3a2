package purl

import "strings"

// The registered types, https://github.com/package-url/purl-spec/tree/main/types.
const (
	ALPM            Type = "alpm"
	APK             Type = "apk"
	Bazel           Type = "bazel"
	Bitbucket       Type = "bitbucket"
	Bitnami         Type = "bitnami"
	Brew            Type = "brew"
	Cargo           Type = "cargo"
	ChromeExtension Type = "chrome-extension"
	CocoaPods       Type = "cocoapods"
	Composer        Type = "composer"
	Conan           Type = "conan"
	Conda           Type = "conda"
	CPAN            Type = "cpan"
	CRAN            Type = "cran"
	Deb             Type = "deb"
	Docker          Type = "docker"
	Gem             Type = "gem"
	Generic         Type = "generic"
	Git             Type = "git"
	GitHub          Type = "github"
	Golang          Type = "golang"
	Hackage         Type = "hackage"
	Hex             Type = "hex"
	HuggingFace     Type = "huggingface"
	Julia           Type = "julia"
	LuaRocks        Type = "luarocks"
	Maven           Type = "maven"
	MLFlow          Type = "mlflow"
	NPM             Type = "npm"
	NuGet           Type = "nuget"
	OCI             Type = "oci"
	Opam            Type = "opam"
	OTP             Type = "otp"
	Pub             Type = "pub"
	PyPI            Type = "pypi"
	QPkg            Type = "qpkg"
	RPM             Type = "rpm"
	SWID            Type = "swid"
	Swift           Type = "swift"
	VCPkg           Type = "vcpkg"
	VSCodeExtension Type = "vscode-extension"
	Yocto           Type = "yocto"
)

// form is what a type asks of one component of its purls.
type form uint8

const (
	required   form = 1 << iota
	prohibited      // the component must be empty
	lower           // canonical in ASCII lower case
	upper           // canonical in ASCII upper case
	dashed          // runs of - _ . are one dash, as in PEP 503
	kebab           // _ is a dash
	snake           // what is not a letter or digit is _
)

// slash is what a "/" inside a name means: nothing special where names may
// hold one, else where the namespace ends.
type slash uint8

const (
	inName    slash = iota // part of the name, written %2F
	afterLast              // the name is the last segment: a Go module path, an npm scope
	path                   // the namespace is the first segment, the name a path: git
)

// rules are what the specification's definition of a type says of it.
type rules struct {
	namespace, name, version, subpath form

	slash      slash
	repository string // the default repository, empty where there is none
	implied    string // the qualifier that is meant where it is absent, "key=value"
	demands    string // the qualifier that must be present
}

// rules returns the rules of t and whether t is registered. It is the one place
// that knows them: https://github.com/package-url/purl-spec/tree/main/types.
func (t Type) rules() (rules, bool) {
	switch t {
	case ALPM:
		return rules{namespace: required | lower, name: lower}, true
	case APK:
		return rules{namespace: required | lower, name: lower}, true
	case Bazel:
		return rules{namespace: prohibited, repository: "https://bcr.bazel.build", implied: "repository_url=https://bcr.bazel.build"}, true
	case Bitbucket:
		return rules{namespace: required | lower, name: lower, slash: afterLast, repository: "https://bitbucket.org"}, true
	case Bitnami:
		return rules{namespace: prohibited, name: lower, repository: "https://downloads.bitnami.com/files/stacksmith", implied: "arch=amd64"}, true
	case Brew:
		return rules{namespace: lower, name: lower, slash: afterLast, repository: "https://formulae.brew.sh/"}, true
	case Cargo:
		return rules{namespace: prohibited, repository: "https://crates.io/"}, true
	case ChromeExtension:
		return rules{namespace: prohibited, name: lower, repository: "https://chromewebstore.google.com/"}, true
	case CocoaPods:
		return rules{namespace: prohibited, repository: "https://cdn.cocoapods.org/"}, true
	case Composer:
		return rules{namespace: required | lower, name: lower, slash: afterLast, repository: "https://packagist.org"}, true
	case Conan:
		return rules{repository: "https://center.conan.io"}, true
	case Conda:
		return rules{namespace: prohibited, repository: "https://repo.anaconda.com"}, true
	case CPAN:
		return rules{namespace: upper, repository: "https://www.cpan.org/", implied: "ext=tar.gz"}, true
	case CRAN:
		return rules{namespace: prohibited, repository: "https://cran.r-project.org"}, true
	case Deb:
		return rules{namespace: required | lower, name: lower}, true
	case Docker:
		return rules{slash: afterLast, repository: "https://hub.docker.com"}, true
	case Gem:
		return rules{namespace: prohibited, repository: "https://rubygems.org", implied: "platform=ruby"}, true
	case Generic:
		return rules{}, true
	case Git:
		return rules{namespace: required, slash: path}, true
	case GitHub:
		return rules{namespace: required | lower, name: lower, slash: afterLast, repository: "https://github.com"}, true
	case Golang:
		// The definition requires a namespace, but the standard library and module paths of
		// one element have none; it is case sensitive, whatever its note says: module paths are.
		return rules{slash: afterLast}, true
	case Hackage:
		return rules{namespace: prohibited, name: kebab, repository: "https://hackage.haskell.org"}, true
	case Hex:
		return rules{namespace: lower, name: lower, repository: "https://repo.hex.pm"}, true
	case HuggingFace:
		// The definition requires a namespace and says "if present": the oldest models have none.
		return rules{version: lower, slash: afterLast}, true
	case Julia:
		return rules{namespace: prohibited, repository: "https://github.com/JuliaRegistries/General", demands: "uuid"}, true
	case LuaRocks:
		return rules{namespace: lower, name: lower}, true
	case Maven:
		return rules{namespace: required, repository: "https://repo.maven.apache.org/maven2/", implied: "type=jar"}, true
	case MLFlow:
		return rules{namespace: prohibited}, true
	case NPM:
		return rules{slash: afterLast, repository: "https://www.npmjs.com/"}, true
	case NuGet:
		return rules{namespace: prohibited, repository: "https://www.nuget.org"}, true
	case OCI:
		return rules{namespace: prohibited, name: lower, version: lower}, true
	case Opam:
		return rules{namespace: prohibited, repository: "https://opam.ocaml.org"}, true
	case OTP:
		return rules{namespace: prohibited, name: lower, subpath: lower}, true
	case Pub:
		return rules{namespace: prohibited, name: lower | snake, repository: "https://pub.dartlang.org"}, true
	case PyPI:
		return rules{namespace: prohibited, name: lower | dashed, version: lower, repository: "https://pypi.org"}, true
	case QPkg:
		return rules{namespace: required | lower}, true
	case RPM:
		// The definition requires a namespace, but a database without os-release names no vendor.
		return rules{namespace: lower}, true
	case SWID:
		return rules{demands: "tag_id"}, true
	case Swift:
		return rules{namespace: required, slash: afterLast}, true
	case VCPkg:
		return rules{namespace: prohibited, repository: "https://github.com/microsoft/vcpkg/"}, true
	case VSCodeExtension:
		return rules{namespace: required | lower, name: lower, version: lower, repository: "https://marketplace.visualstudio.com/vscode-extension", implied: "platform=universal"}, true
	case Yocto:
		return rules{namespace: lower}, true
	}
	return rules{}, false
}

// Registered says whether t is a type of the purl specification.
func (t Type) Registered() bool {
	_, ok := t.rules()
	return ok
}

// DefaultRepository returns the URL of the repository that a purl of type t
// without repository_url means, or "" where the type names none.
func (t Type) DefaultRepository() string {
	r, _ := t.rules()
	return r.repository
}

// Implied returns the value that the qualifier key has in a purl of type t that
// does not carry it ("jar" for maven's "type"), or "" where none is implied.
func (t Type) Implied(key string) string {
	r, _ := t.rules()
	if k, v, ok := strings.Cut(r.implied, "="); ok && k == key {
		return v
	}
	return ""
}
