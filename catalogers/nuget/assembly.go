package nuget

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Assembly reads the names of .NET assemblies and the versions that their builds left in them.
//
// An assembly has four versions, and that of its package is none for certain: ProductVersion, in which the SDK puts the informational version,
// "13.0.3+<commit>", is nearest. The confidence says how near. It runs on each file alone, so that it works while a layer streams by, and does
// not know whether a *.deps.json lists the file; the cataloger of those says whose file it is.
var Assembly = catalogers.Cataloger{
	Name:  "dotnet-assembly",
	Doc:   ".NET assemblies by their own metadata: NuGet packages where no .deps.json tells of them, programs, and the runtime once.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.NuGet},
	Files: catalogers.Magic("MZ"),
	Parse: parseAssembly,
}

func parseAssembly(f *catalogers.File, out *sbom.Facts) error {
	if sharedFramework(f.Path) {
		return nil
	}
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	image, err := portable.Open(blob, blob.Size())
	if err != nil || !image.Managed() {
		return nil
	}
	a, err := readAssembly(image)
	if err != nil {
		return err
	}
	if a == nil || a.name.Culture != "" { // a satellite belongs to what it has texts for
		return nil
	}
	c, confidence, ok := a.locate(f.Path)
	if !ok {
		return nil
	}
	out.Technique, out.Confidence = sbom.BinaryAnalysis, confidence
	out.Add("assembly", c)
	return nil
}

// assembly is what a managed file says of itself.
type assembly struct {
	name    *portable.Name
	version *portable.Version // may be nil
	program bool
	machine uint16

	metadata *portable.Metadata
}

// readAssembly gives nil for a module that is only a part of an assembly. A version resource that cannot be read is as good as none: what the
// assembly is called does not depend on it.
func readAssembly(image *portable.Image) (*assembly, error) {
	a := &assembly{machine: image.Machine}
	var err error
	if a.metadata, err = image.Metadata(); err != nil {
		return nil, err
	}
	if a.name, err = a.metadata.Assembly(); a.name == nil || err != nil {
		return nil, err
	}
	a.program = a.metadata.EntryPoint && !image.Library
	a.version, _ = image.Version()
	return a, nil
}

// locate identifies the assembly with what its path says of it.
func (a *assembly) locate(file string) (c sbom.Component, confidence uint8, ok bool) {
	if id, version, inside := packageFolder(file); inside {
		switch {
		case strings.EqualFold(id, a.name.Name): // global packages folders are in lower case
			c = component(a.name.Name, version)
			if a.program { // a tool
				c.Kind = sbom.Application
			}
			return a.describe(c), 90, true
		case spokesman(id) == a.name.Name:
			return component(id, version), 90, true
		}
		return c, 0, false // the package is told by its .nuspec
	}
	if windowsFramework(file) {
		if a.name.Name == "mscorlib" && a.version != nil {
			return a.describe(sbom.Component{Kind: sbom.Framework, Name: ".NET Framework", Version: firstWord(a.version.ProductVersion)}), 80, true
		}
		return c, 0, false
	}
	return a.identify()
}

// identify tells what the assembly is by its own words alone.
func (a *assembly) identify() (c sbom.Component, confidence uint8, ok bool) {
	switch {
	case a.version != nil && a.version.CompanyName == "Mono development team":
		return c, 0, false // Mono's class library: says nothing of Mono's version
	case strings.HasPrefix(a.name.Name, "policy.") && !a.program:
		return c, 0, false // tells only which version of another assembly is to be taken instead
	}
	version, confidence := a.packageVersion()
	if ofRuntime(a.name, a.version) {
		if a.name.Name != coreLibrary {
			return c, 0, false
		}
		id := "Microsoft.NETCore.App"
		if rid := runtimeID(a.machine); rid != "" {
			id += ".Runtime." + rid
		}
		return a.describe(component(id, version)), min(confidence, 70), true
	}
	if a.program || strings.ContainsAny(a.name.Name, " /\\:@,") || version == "" {
		c = sbom.Component{Name: a.name.Name, Version: version}
		if a.program { // its purl would name a package of that name in the public gallery
			c.Kind = sbom.Application
		}
		return a.describe(c), confidence, true
	}
	return a.describe(component(a.name.Name, version)), confidence, true
}

func (a *assembly) describe(c sbom.Component) sbom.Component {
	if v := a.version; v != nil {
		c.Copyright = v.LegalCopyright
		if v.CompanyName != a.name.Name { // what the SDK writes where the project names nobody
			c.Supplier = v.CompanyName
		}
	}
	c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:nuget:assembly-version", Value: a.name.VersionText()})
	return c
}

// packageVersion guesses the version of the package that the assembly came in.
func (a *assembly) packageVersion() (version string, confidence uint8) {
	if v := a.version; v != nil {
		text := firstWord(v.ProductVersion)
		core, _, commit := strings.Cut(text, "+")
		if version, parts := normalVersion(core); version != "" {
			switch {
			case commit:
				return version, 80
			case text != v.ProductVersion:
				return version, 50 // "4.6.31308.01 @BuiltBy: ...": the version of a build
			case parts < 4:
				return version, 70
			}
			return version, 60
		}
		if version, _ := normalVersion(firstWord(v.FileVersion)); version != "" {
			return version, 50
		}
	}
	version, _ = normalVersion(a.name.VersionText())
	return version, 40
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// normalVersion writes a version as NuGet does, three numbers or four, without zeros before them, the fourth not zero
// (https://learn.microsoft.com/nuget/concepts/package-versioning#normalized-version-numbers). It is "" if it is none or only zeros. parts
// is how many numbers stood there.
func normalVersion(text string) (version string, parts int) {
	numbers, label, labelled := strings.Cut(text, "-")
	fields := strings.Split(numbers, ".")
	if len(fields) < 2 || len(fields) > 4 || labelled && !isLabel(label) {
		return "", 0
	}
	parts = len(fields)
	for i, f := range fields {
		if f == "" || len(f) > 10 || strings.Trim(f, "0123456789") != "" {
			return "", 0
		}
		if fields[i] = strings.TrimLeft(f, "0"); fields[i] == "" {
			fields[i] = "0"
		}
	}
	switch {
	case parts == 2:
		fields = append(fields, "0")
	case parts == 4 && fields[3] == "0":
		fields = fields[:3]
	}
	switch version = strings.Join(fields, "."); {
	case labelled:
		version += "-" + label
	case version == "0.0.0":
		return "", 0
	}
	return version, parts
}

// isLabel tells whether a text may stand behind the hyphen of a version.
func isLabel(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-') {
			return false
		}
	}
	return text != ""
}

// sharedFramework tells whether a file lies in a framework of an installed .NET, shared/NAME/VERSION, whose own .deps.json tells of it
// (https://learn.microsoft.com/dotnet/core/distribution-packaging#disk-layout).
func sharedFramework(file string) bool {
	version := path.Dir(file)
	name := path.Dir(version)
	return path.Base(path.Dir(name)) == "shared" && strings.HasSuffix(path.Base(name), ".App") && startsWithDigit(path.Base(version))
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// windowsFramework tells whether a file belongs to the .NET Framework that Windows brings along, or to its reference assemblies.
func windowsFramework(file string) bool {
	for dir := range strings.SplitSeq(path.Dir(file), "/") {
		switch strings.ToLower(dir) {
		case "microsoft.net", "gac_msil", "gac_32", "gac_64", "reference assemblies":
			return true
		}
	}
	return false
}

// packageFolder finds the package of a file in an unpacked one, as in a global packages folder and in the packs of an SDK: ID/VERSION/lib/net8.0 ...
// (https://learn.microsoft.com/nuget/create-packages/creating-a-package#from-a-convention-based-working-directory).
func packageFolder(file string) (id, version string, ok bool) {
	dirs := strings.Split(path.Dir(file), "/")
	for i := 2; i+1 < len(dirs); i++ {
		below := dirs[i+1]
		switch dirs[i] {
		case "lib", "ref", "tools", "build", "buildTransitive", "embed":
			ok = strings.HasPrefix(below, "net") || strings.HasPrefix(below, "portable-") || strings.HasPrefix(below, "uap")
		case "runtimes":
			ok = i+2 < len(dirs) && (dirs[i+2] == "lib" || dirs[i+2] == "native")
		case "analyzers":
			ok = below == "dotnet"
		}
		if ok {
			version, _ := normalVersion(dirs[i-1])
			return dirs[i-2], version, version != "" && dirs[i-2] != ""
		}
	}
	return "", "", false
}
