package hex

import (
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// App reads the resource files of compiled applications, https://www.erlang.org/doc/apps/kernel/app.html, which Erlang, Elixir
// and Gleam leave in ebin. The applications of one folder, as in a release, are one environment. Those that Hex fetched say so
// by its metadata beside; of others nothing tells where they come from.
var App = catalogers.Cataloger{
	Name:       "otp-app",
	Doc:        "Erlang and Elixir applications that their *.app files describe, with runtime edges.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.OTP, purl.Hex},
	Files:      catalogers.Glob("**/ebin/*.app"),
	Beside:     []string{"../hex_metadata.config"},
	Group:      environmentOf,
	ParseGroup: parseApps,
}

// environmentOf is the folder of the applications: lib of lib/cowlib-2.12.1/ebin/cowlib.app.
func environmentOf(file string) (dir string, ok bool) {
	return path.Dir(path.Dir(path.Dir(file))), true
}

func parseApps(dir string, files []*catalogers.File, out *sbom.Facts) error {
	out.Own(dir)
	out.Edges(sbom.Complete)
	var apps []resource
	byName := make(map[string]string)
	for _, f := range files {
		source, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		all, broken := terms(source)
		if broken != nil {
			out.GapAt(f.Path, "%v", broken)
			out.BreakOff()
		}
		app, ok := readResource(all)
		if !ok {
			if broken == nil {
				out.GapAt(f.Path, "describes no application")
			}
			continue
		}
		if app.name == "" || app.version == "" {
			out.GapAt(f.Path, "name or version is missing")
			continue
		}
		if out.Has(app.key()) {
			continue
		}
		from := purl.OTP
		if f.Has("../hex_metadata.config") {
			from = purl.Hex
		}
		out.AddIn(sbom.Location{Path: f.Path, Line: app.line}, app.key(), app.component(from))
		byName[app.name] = app.key() // of several versions, the last: files come sorted
		apps = append(apps, app)
	}
	for _, app := range apps {
		for _, n := range app.needs() { // what the folder lacks lies in that of Erlang itself
			out.Relate(sbom.Relation{From: app.key(), To: byName[n.name], Scope: n.scope, MayMiss: true})
		}
	}
	return nil
}
