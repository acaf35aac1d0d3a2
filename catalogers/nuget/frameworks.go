package nuget

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
)

// ofRuntime tells whether an assembly belongs to .NET itself and to no package of its own: most of what an application that brings its runtime
// along has beside it. Third parties name assemblies System.Something too, but cannot sign them.
func ofRuntime(n *portable.Name, v *portable.Version) bool {
	switch n.Token {
	case "7cec85d7bea7798e", "b03f5f7f11d50a3a", "b77a5c561934e089", "cc7b13ffcd2ddd51", "31bf3856ad364e35", "adb9793829ddae60":
	default:
		return false
	}
	// The packages of these names from before .NET 5, which programs for the .NET Framework still have beside them, are versions 4.
	if v == nil || v.ProductName != "Microsoft® .NET Core" && (v.ProductName != "Microsoft® .NET" || n.Version[0] < 5) {
		return false
	}
	if strings.HasPrefix(n.Name, "System.Private.") && n.Name != "System.Private.ServiceModel" {
		return true
	}
	_, found := slices.BinarySearch(runtimeAssemblies, n.Name)
	return found
}

// coreLibrary is in every runtime, once.
const coreLibrary = "System.Private.CoreLib"

// runtimeAssemblies are the assemblies of Microsoft.NETCore.App that are not in packages of their own as well, from version 5 on, as
// System.Text.Json is, sorted (https://github.com/dotnet/runtime/blob/main/src/libraries/NetCoreAppLibrary.props).
var runtimeAssemblies = []string{
	"Microsoft.CSharp", "Microsoft.VisualBasic", "Microsoft.VisualBasic.Core", "Microsoft.Win32.Primitives",
	"System", "System.AppContext", "System.Buffers", "System.Collections", "System.Collections.Concurrent", "System.Collections.NonGeneric",
	"System.Collections.Specialized", "System.ComponentModel", "System.ComponentModel.DataAnnotations",
	"System.ComponentModel.EventBasedAsync", "System.ComponentModel.Primitives", "System.ComponentModel.TypeConverter", "System.Configuration",
	"System.Console", "System.Core", "System.Data", "System.Data.Common", "System.Data.DataSetExtensions", "System.Diagnostics.Contracts",
	"System.Diagnostics.Debug", "System.Diagnostics.FileVersionInfo", "System.Diagnostics.Process", "System.Diagnostics.StackTrace",
	"System.Diagnostics.TextWriterTraceListener", "System.Diagnostics.Tools", "System.Diagnostics.TraceSource", "System.Diagnostics.Tracing",
	"System.Drawing", "System.Drawing.Primitives", "System.Dynamic.Runtime", "System.Formats.Tar", "System.Globalization",
	"System.Globalization.Calendars", "System.Globalization.Extensions", "System.IO", "System.IO.Compression", "System.IO.Compression.Brotli",
	"System.IO.Compression.FileSystem", "System.IO.Compression.ZipFile", "System.IO.FileSystem",
	"System.IO.FileSystem.DriveInfo", "System.IO.FileSystem.Primitives", "System.IO.FileSystem.Watcher", "System.IO.IsolatedStorage",
	"System.IO.MemoryMappedFiles", "System.IO.Pipes", "System.IO.UnmanagedMemoryStream", "System.Linq",
	"System.Linq.Expressions", "System.Linq.Parallel", "System.Linq.Queryable", "System.Memory", "System.Net", "System.Net.Http",
	"System.Net.HttpListener", "System.Net.Mail", "System.Net.NameResolution", "System.Net.NetworkInformation", "System.Net.Ping",
	"System.Net.Primitives", "System.Net.Quic", "System.Net.Requests", "System.Net.Security", "System.Net.ServicePoint", "System.Net.Sockets",
	"System.Net.WebClient", "System.Net.WebHeaderCollection", "System.Net.WebProxy", "System.Net.WebSockets", "System.Net.WebSockets.Client",
	"System.Numerics", "System.Numerics.Vectors", "System.ObjectModel", "System.Reflection", "System.Reflection.DispatchProxy",
	"System.Reflection.Emit", "System.Reflection.Emit.ILGeneration", "System.Reflection.Emit.Lightweight", "System.Reflection.Extensions",
	"System.Reflection.Primitives", "System.Reflection.TypeExtensions", "System.Resources.Reader", "System.Resources.ResourceManager",
	"System.Resources.Writer", "System.Runtime", "System.Runtime.CompilerServices.VisualC",
	"System.Runtime.Extensions", "System.Runtime.Handles", "System.Runtime.InteropServices", "System.Runtime.InteropServices.JavaScript",
	"System.Runtime.InteropServices.RuntimeInformation", "System.Runtime.Intrinsics", "System.Runtime.Loader", "System.Runtime.Numerics",
	"System.Runtime.Serialization", "System.Runtime.Serialization.Formatters", "System.Runtime.Serialization.Json",
	"System.Runtime.Serialization.Primitives", "System.Runtime.Serialization.Xml", "System.Security",
	"System.Security.Claims", "System.Security.Cryptography", "System.Security.Cryptography.Algorithms",
	"System.Security.Cryptography.Csp", "System.Security.Cryptography.Encoding",
	"System.Security.Cryptography.Primitives", "System.Security.Cryptography.X509Certificates", "System.Security.Principal",
	"System.Security.SecureString", "System.ServiceModel.Web", "System.ServiceProcess",
	"System.Text.Encoding", "System.Text.Encoding.Extensions", "System.Text.RegularExpressions", "System.Threading",
	"System.Threading.AccessControl", "System.Threading.Overlapped", "System.Threading.Tasks", "System.Threading.Tasks.Extensions",
	"System.Threading.Tasks.Parallel", "System.Threading.Thread", "System.Threading.ThreadPool", "System.Threading.Timer", "System.Transactions",
	"System.Transactions.Local", "System.ValueTuple", "System.Web", "System.Web.HttpUtility", "System.Windows", "System.Xml", "System.Xml.Linq",
	"System.Xml.ReaderWriter", "System.Xml.Serialization", "System.Xml.XDocument", "System.Xml.XPath", "System.Xml.XPath.XDocument",
	"System.Xml.XmlDocument", "System.Xml.XmlSerializer", "WindowsBase", "mscorlib", "netstandard",
}

// runtimeID gives the runtime identifier of code that was compiled ahead for one processor and system, "" for portable code. The system is
// mixed into the number of the processor (https://github.com/dotnet/runtime/blob/main/docs/design/coreclr/botr/readytorun-format.md);
// what is built for musl does not differ there.
func runtimeID(machine uint16) string {
	for _, system := range [...]struct {
		name string
		mask uint16
	}{{"win", 0}, {"linux", 0x7B79}, {"osx", 0x4644}, {"freebsd", 0xADC4}} {
		switch machine ^ system.mask {
		case 0x8664:
			return system.name + "-x64"
		case 0xAA64:
			return system.name + "-arm64"
		case 0x01C4:
			return system.name + "-arm"
		case 0x014C:
			if system.mask != 0 { // for Windows it is also what portable code says
				return system.name + "-x86"
			}
		}
	}
	return ""
}

// spokesman gives, for a package with many assemblies and none of its name, the one that stands for it: a framework is told
// once and not by each of its hundred files. In a targeting pack they lie in packs/ID/VERSION/ref.
func spokesman(id string) string {
	switch {
	case strings.HasPrefix(id, "Microsoft.NETCore.App."):
		return "System.Runtime"
	case strings.HasPrefix(id, "Microsoft.AspNetCore.App."):
		return "Microsoft.AspNetCore"
	case strings.HasPrefix(id, "Microsoft.WindowsDesktop.App."):
		return "WindowsBase"
	case strings.HasPrefix(id, "NETStandard.Library"):
		return "netstandard"
	}
	return ""
}
