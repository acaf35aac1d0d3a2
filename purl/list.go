package purl

// Types lists the registered types, sorted. The caller may change the list.
func Types() []Type {
	return []Type{ALPM, APK, Bazel, Bitbucket, Bitnami, Brew, Cargo, ChromeExtension, CocoaPods, Composer, Conan, Conda, CPAN, CRAN, Deb,
		Docker, Gem, Generic, Git, GitHub, Golang, Hackage, Hex, HuggingFace, Julia, LuaRocks, Maven, MLFlow, NPM, NuGet, OCI, Opam, OTP,
		Pub, PyPI, QPkg, RPM, SWID, Swift, VCPkg, VSCodeExtension, Yocto}
}
