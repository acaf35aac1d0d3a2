package nuget

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
	"github.com/sbomgen/sbomgen/catalogers/internal/portable/portabletest"
	"github.com/sbomgen/sbomgen/sbom"
)

// tree is a Tree of files by path.
type tree map[string]string

type blob struct{ *strings.Reader }

func (blob) Close() error { return nil }

func (t tree) Open(p string) (catalogers.Blob, error) {
	text, ok := t[p]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return blob{strings.NewReader(text)}, nil
}
func (tree) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (tree) Resolve(p string) (string, error)      { return p, nil }

// claims runs catalogers on files as a scan does.
func (t tree) claims(tb testing.TB, list ...*catalogers.Cataloger) []*sbom.Facts {
	tb.Helper()
	var facts []*sbom.Facts
	for order, c := range list {
		for p := range t {
			if strings.HasSuffix(p, ".json") != (c == &Deps) {
				continue
			}
			out := sbom.NewFacts(c.Name, c.Stage, p)
			out.Own(".")
			out.Order = order
			if err := c.Parse(catalogers.NewFile(t, c, p), out); err != nil {
				out.Gap(0, "%v", err)
			}
			facts = append(facts, out)
		}
	}
	return facts
}

// told lists what a graph holds besides its root: components with their confidences and edges.
func told(g *sbom.Graph) []string {
	var list []string
	for i := range g.Components {
		c := &g.Components[i]
		if sbom.Handle(i) == g.Root {
			continue
		}
		line := string(c.ID)
		if c.PURL.IsZero() || c.IsApplication() {
			line += fmt.Sprintf(" (%s %s)", c.Label(), c.VersionText())
		}
		if c.Kind != sbom.Library {
			line += " " + string(c.Kind)
		}
		for _, e := range c.Evidence {
			line += fmt.Sprintf(" %d%%", e.Confidence)
		}
		list = append(list, line)
	}
	for _, e := range g.Edges {
		if e.Kind == sbom.DependsOn {
			list = append(list, fmt.Sprintf("%s -> %s", g.Components[e.From].ID, g.Components[e.To].ID))
		}
	}
	for _, gap := range g.Gaps {
		list = append(list, fmt.Sprintf("gap %s: %s", gap.Path, gap.Reason))
	}
	slices.Sort(list)
	return list
}

func check(t *testing.T, about string, files tree, list []*catalogers.Cataloger, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, told(sbom.Resolve(files.claims(t, list...), sbom.Options{}))); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", about, diff)
	}
}

var justAssembly = []*catalogers.Cataloger{&Assembly}

func assemblyFile(name string, version [4]uint16, texts ...string) *portabletest.File {
	return &portabletest.File{Library: true, Version: portabletest.Texts(texts...), Assembly: &portabletest.Assembly{Name: name, Version: version}}
}

func TestTheVersionOfAnAssemblysPackageIsAGuessOfStatedQuality(t *testing.T) {
	for _, c := range []struct {
		product, file string
		assembly      [4]uint16
		want          string
	}{
		// As the SDK writes them; the examples are real.
		{"13.0.3+0a2e291c0d9c0c7675d445703e51750363a549ef", "13.0.3.27908", [4]uint16{13}, "pkg:nuget/A@13.0.3 80%"},
		{"1.0.0-alpha.20260918.2+004bc010733c5f0d036a07d4a748722c4012d9a5", "1.0.0.0", [4]uint16{1}, "pkg:nuget/A@1.0.0-alpha.20260918.2 80%"},
		{"10.0.10+f7d90799", "10.0.1026.32716", [4]uint16{10}, "pkg:nuget/A@10.0.10 80%"},
		{"2.9.1", "2.9.1.0", [4]uint16{2, 9, 1}, "pkg:nuget/A@2.9.1 70%"},
		{"1.62-beta", "", [4]uint16{1}, "pkg:nuget/A@1.62.0-beta 70%"},
		{"6.0.8.18111", "6.0.8.18111", [4]uint16{6}, "pkg:nuget/A@6.0.8.18111 60%"},
		{"2.12.0.0", "2.12.0.0", [4]uint16{2, 12}, "pkg:nuget/A@2.12.0 60%"},
		{"15.00.0913.000", "15.00.0913.000", [4]uint16{15}, "pkg:nuget/A@15.0.913 60%"},
		{"4.6.31308.01 @BuiltBy: dlab-DDVSOWINAGE059 @Branch: release/2.1", "4.6.31308.01", [4]uint16{4, 0, 1, 1}, "pkg:nuget/A@4.6.31308.1 50%"},
		{"a release of today", "3.1.4.0 built by: me", [4]uint16{3}, "pkg:nuget/A@3.1.4 50%"},
		{"0.0.0.0", "0.0.0.0", [4]uint16{2, 1}, "pkg:nuget/A@2.1.0 40%"},
		{"", "", [4]uint16{1, 2, 3, 4}, "pkg:nuget/A@1.2.3.4 40%"},
		{"99999999999.1", "", [4]uint16{1}, "pkg:nuget/A@1.0.0 40%"},
	} {
		f := assemblyFile("A", c.assembly, "ProductVersion", c.product, "FileVersion", c.file)
		check(t, c.product, tree{"app/A.dll": string(f.Bytes())}, justAssembly, c.want)
	}
	none := portabletest.File{Library: true, Assembly: &portabletest.Assembly{Name: "A", Version: [4]uint16{1, 2}}}
	check(t, "no resource", tree{"A.dll": string(none.Bytes())}, justAssembly, "pkg:nuget/A@1.2.0 40%")
	none.Assembly.Version = [4]uint16{}
	check(t, "no version", tree{"A.dll": string(none.Bytes())}, justAssembly, "library:A.dll:A (A ) 40%")
}

// ecmaKey is the public key whose SHA-1 gives the token with which Microsoft's and Mono's class libraries are signed.
var ecmaKey = append([]byte{0, 0, 0, 0, 0, 0, 0, 0, 4}, make([]byte, 7)...)

func TestTheRuntimeIsToldOnceAndNotByEachOfItsAssemblies(t *testing.T) {
	of := func(name string, machine uint16, product string, key []byte) string {
		f := assemblyFile(name, [4]uint16{8}, "ProductName", product, "ProductVersion", "8.0.1+bf5e279d", "CompanyName", "Microsoft Corporation")
		f.Machine, f.Assembly.Key, f.Wide = machine, key, true
		return string(f.Bytes())
	}
	const net = "Microsoft® .NET"
	app := tree{
		"app/System.Private.CoreLib.dll": of(coreLibrary, 0x8664^0x7B79, net, ecmaKey),
		"app/System.Runtime.dll":         of("System.Runtime", 0x14c, net, ecmaKey),
		"app/System.Private.Uri.dll":     of("System.Private.Uri", 0x8664^0x7B79, net, ecmaKey),
		"app/mscorlib.dll":               of("mscorlib", 0x14c, net, ecmaKey),
		"app/System.Text.Json.dll":       of("System.Text.Json", 0x14c, net, ecmaKey),
		"app/System.Linq.dll":            of("System.Linq", 0x14c, net, nil),
	}
	check(t, "an application with its runtime and no .deps.json", app, justAssembly,
		"pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@8.0.1 70%", "pkg:nuget/System.Linq@8.0.1 80%", "pkg:nuget/System.Text.Json@8.0.1 80%")
	for machine, want := range map[uint16]string{
		0x8664: "Microsoft.NETCore.App.Runtime.win-x64", 0xAA64: "Microsoft.NETCore.App.Runtime.win-arm64", 0xAA64 ^ 0x4644: "Microsoft.NETCore.App.Runtime.osx-arm64",
		0x1C4 ^ 0x7B79: "Microsoft.NETCore.App.Runtime.linux-arm", 0x14c: "Microsoft.NETCore.App",
	} {
		check(t, want, tree{"app/System.Private.CoreLib.dll": of(coreLibrary, machine, net, ecmaKey)}, justAssembly, "pkg:nuget/"+want+"@8.0.1 70%")
	}
	shared := tree{"usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/System.Private.CoreLib.dll": of(coreLibrary, 0x8664, net, ecmaKey),
		"usr/share/dotnet/shared/Microsoft.AspNetCore.App/8.0.1/Microsoft.AspNetCore.dll": of("Microsoft.AspNetCore", 0x14c, "Microsoft ASP.NET Core", ecmaKey)}
	check(t, "a shared framework, whose .deps.json tells it", shared, justAssembly)
	mono := assemblyFile("System.Web", [4]uint16{4}, "CompanyName", "Mono development team", "ProductVersion", "4.6.57.0")
	check(t, "Mono's class library", tree{"usr/lib/mono/4.5/System.Web.dll": string(mono.Bytes())}, justAssembly)
	windows := tree{}
	for _, name := range []string{"mscorlib", "System.Core"} {
		f := assemblyFile(name, [4]uint16{4}, "ProductName", "Microsoft® .NET Framework", "ProductVersion", "4.8.4220.0", "CompanyName", "Microsoft Corporation")
		windows["Windows/Microsoft.NET/Framework64/v4.0.30319/"+name+".dll"] = string(f.Bytes())
	}
	check(t, "the .NET Framework", windows, justAssembly,
		"framework:Windows/Microsoft.NET/Framework64/v4.0.30319/mscorlib.dll:.NET%20Framework@4.8.4220.0 (.NET Framework 4.8.4220.0) framework 80%")
	if !slices.IsSorted(runtimeAssemblies) {
		t.Error("the list of the runtime's assemblies is not sorted")
	}
}

func TestTheFolderOfAPackageKnowsItsVersion(t *testing.T) {
	a := assemblyFile("Newtonsoft.Json", [4]uint16{13}, "ProductVersion", "13.0.9-other")
	runtime := assemblyFile("System.Runtime", [4]uint16{8}, "ProductVersion", "8.0.99")
	tool := assemblyFile("dotnet-ef", [4]uint16{8}, "ProductVersion", "8.0.99")
	tool.Library, tool.Assembly.Program = false, true
	check(t, "packages", tree{
		"root/.nuget/packages/newtonsoft.json/13.0.3/lib/net6.0/Newtonsoft.Json.dll":               string(a.Bytes()),
		"root/.nuget/packages/other/1.0.0/lib/net6.0/Newtonsoft.Json.dll":                          string(a.Bytes()),
		"usr/share/dotnet/packs/Microsoft.NETCore.App.Ref/8.0.1/ref/net8.0/System.Runtime.dll":     string(runtime.Bytes()),
		"root/.dotnet/tools/.store/dotnet-ef/8.0.1/dotnet-ef/8.0.1/tools/net8.0/any/dotnet-ef.dll": string(tool.Bytes()),
		"root/.nuget/packages/x/2.0.0/runtimes/win/lib/net6.0/Newtonsoft.Json.dll":                 string(a.Bytes()),
		"root/.nuget/packages/x/2.0.0/analyzers/dotnet/cs/Newtonsoft.Json.dll":                     string(a.Bytes()),
	}, justAssembly, "pkg:nuget/Microsoft.NETCore.App.Ref@8.0.1 90%", "pkg:nuget/Newtonsoft.Json@13.0.3 90%", "pkg:nuget/dotnet-ef@8.0.1 application 90%")
	check(t, "folders that only look like it", tree{
		"opt/python/3.11.2/lib/python3.11/Newtonsoft.Json.dll": string(a.Bytes()), "lib/net6.0/Newtonsoft.Json.dll": string(a.Bytes()), "a/b/lib/net6.0/Newtonsoft.Json.dll": string(a.Bytes()),
	}, justAssembly, "pkg:nuget/Newtonsoft.Json@13.0.9-other 70% 70% 70%")
}

func TestWhatIsNoPackageHasNoPURL(t *testing.T) {
	program := assemblyFile("Tool", [4]uint16{1}, "ProductVersion", "1.2.3", "CompanyName", "Tool", "LegalCopyright", "© me")
	program.Library, program.Assembly.Program = false, true
	check(t, "a program", tree{"Tool.dll": string(program.Bytes())}, justAssembly, "application:Tool.dll:Tool@1.2.3 (Tool 1.2.3) application 70%")
	satellite := assemblyFile("A.resources", [4]uint16{1})
	satellite.Assembly.Culture = "de"
	check(t, "a satellite", tree{"de/A.resources.dll": string(satellite.Bytes())}, justAssembly)
	check(t, "a policy", tree{"policy.1.0.A.dll": string(assemblyFile("policy.1.0.A", [4]uint16{}).Bytes())}, justAssembly)
	check(t, "a name that no package has", tree{"x.dll": string(assemblyFile("a b", [4]uint16{1}).Bytes())}, justAssembly, "library:x.dll:a%20b@1.0.0 (a b 1.0.0) 40%")
	native := portabletest.File{Version: portabletest.Texts("ProductName", "X", "ProductVersion", "1")}
	check(t, "a native library", tree{"x.dll": string(native.Bytes())}, justAssembly)
	check(t, "a program for DOS", tree{"x.exe": "MZ" + strings.Repeat("\x00", 200)}, justAssembly)
	broken := bytes.Replace(program.Bytes(), []byte("BSJB"), []byte("BSJX"), 1)
	check(t, "metadata that is none", tree{"x.dll": string(broken)}, justAssembly, "gap x.dll: has metadata that cannot be read")
}

func TestAFileThatDepsListIsToldUnderItsPackage(t *testing.T) {
	dll := func(name, product string) string {
		return string(assemblyFile(name, [4]uint16{1}, "ProductVersion", product).Bytes())
	}
	program := assemblyFile("App", [4]uint16{1}, "ProductVersion", "1.0.0+x")
	program.Library, program.Assembly.Program = false, true
	files := tree{
		"app/App.deps.json": `{
  "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0" },
  "targets": { ".NETCoreApp,Version=v10.0": {
    "App/1.0.0": { "dependencies": { "Pkg.Core": "2.0.0", "Same": "3.0.0" }, "runtime": { "App.dll": {} } },
    "Pkg.Core/2.0.0": {
      "runtime": { "lib/net8.0/Pkg.dll": { "assemblyVersion": "1.0.0.0" }, "lib/net8.0/_._": {}, "lib/net8.0/Moved.dll": { "localPath": "sub/Moved.dll" }, "lib/net8.0/Out.dll": { "localPath": "../Out.dll" } },
      "native": { "runtimes/linux-x64/native/libpkg.so": {} },
      "resources": { "lib/net8.0/de/Pkg.resources.dll": { "locale": "de" } },
      "runtimeTargets": { "runtimes/win/lib/net8.0/Pkg.dll": { "rid": "win" } }
    },
    "Same/3.0.0": { "runtime": { "lib/net8.0/Same.dll": {} } }
  } },
  "libraries": { "App/1.0.0": { "type": "project" }, "Pkg.Core/2.0.0": { "type": "package" }, "Same/3.0.0": { "type": "package" } }
}`,
		"app/App.dll": string(program.Bytes()), "app/Pkg.dll": dll("Pkg", "2.0.0-7.99+build"), "app/Same.dll": dll("Same", "3.0.0+x"),
		"app/runtimes/win/lib/net8.0/Pkg.dll": dll("Pkg", "2.0.0-7.99+build"), "app/sub/Moved.dll": dll("Moved", "9.9.9"), "app/Plugin.dll": dll("Plugin", "4.0.0+y"),
		"Out.dll": dll("Out", "5.0.0+y"),
	}
	var owned []string
	for _, f := range files.claims(t, &Deps) {
		for key, file := range f.InstalledFiles() {
			owned = append(owned, key+" "+file.Path)
		}
	}
	if diff := cmp.Diff([]string{"app:app/App.deps.json app/App.dll", "pkg.core/2.0.0 app/Pkg.dll", "pkg.core/2.0.0 app/sub/Moved.dll", "pkg.core/2.0.0 app/libpkg.so",
		"pkg.core/2.0.0 app/de/Pkg.resources.dll", "pkg.core/2.0.0 app/runtimes/win/lib/net8.0/Pkg.dll", "same/3.0.0 app/Same.dll"}, owned); diff != "" {
		t.Errorf("files of packages: (-want +got)\n%s", diff)
	}
	check(t, "with their assemblies", files, []*catalogers.Cataloger{&Deps, &Assembly},
		"app:app/App.deps.json (App 1.0.0) application 100% 80%",
		"app:app/App.deps.json -> pkg:nuget/Pkg.Core@2.0.0", "app:app/App.deps.json -> pkg:nuget/Same@3.0.0",
		"pkg:nuget/Out@5.0.0 80%", "pkg:nuget/Pkg.Core@2.0.0 100% 80% 80% 70%", "pkg:nuget/Plugin@4.0.0 80%", "pkg:nuget/Same@3.0.0 100% 80%")
}

func TestLittleIsReadOfAssemblies(t *testing.T) {
	f := assemblyFile("A", [4]uint16{1}, "ProductVersion", "1.0.0+x", "ProductName", "A")
	f.Data = make([]byte, 16<<20)
	data := f.Bytes()
	c := &counted{ReaderAt: bytes.NewReader(data)}
	image, err := portable.Open(c, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAssembly(image); err != nil || c.bytes > 5<<10 {
		t.Errorf("%d bytes were read of %d, %v", c.bytes, len(data), err)
	}
}
