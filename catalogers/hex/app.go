package hex

import (
	"path"
	"strings"

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
	type claimed struct {
		key, path string
		line      int
		options   term
	}
	var apps []claimed
	byName := make(map[string]string)
	for _, f := range files {
		source, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		all, err := terms(source)
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			out.BreakOff()
		}
		if len(all) == 0 || !all[0].is("application") {
			if err == nil {
				out.GapAt(f.Path, "describes no application")
			}
			continue
		}
		name, options := all[0].at(1).text, all[0].at(2)
		version, _ := options.option("vsn")
		if name == "" || version.text == "" {
			out.GapAt(f.Path, "name or version is missing")
			continue
		}
		t := purl.OTP
		if metadata, err := f.Beside("../hex_metadata.config"); err == nil {
			metadata.Close()
			t = purl.Hex
		}
		key := name + " " + version.text
		if out.Has(key) {
			continue
		}
		out.AddIn(sbom.Location{Path: f.Path, Line: all[0].line}, key, appComponent(t, name, version.text, options))
		byName[name] = key // of several versions, the last: files come sorted
		apps = append(apps, claimed{key, f.Path, all[0].line, options})
	}
	for _, a := range apps {
		list, _ := a.options.option("optional_applications")
		optional := make(map[string]bool, len(list.items))
		for _, o := range list.items {
			optional[o.text] = true
		}
		for _, section := range [...]string{"applications", "included_applications"} {
			names, _ := a.options.option(section)
			for _, n := range names.items {
				// What the folder lacks lies in that of Erlang itself.
				r := sbom.Relation{From: a.key, To: byName[n.text], MayMiss: true}
				if optional[n.text] {
					r.Scope = sbom.Optional
				}
				out.Relate(r)
			}
		}
	}
	return nil
}

func appComponent(t purl.Type, name, version string, options term) sbom.Component {
	c := sbom.Component{PURL: purl.New(t, "", name, version)}
	description, _ := options.option("description")
	if c.Description = strings.TrimSpace(description.text); c.Description == name {
		c.Description = ""
	}
	licenses, _ := options.option("licenses")
	for _, l := range licenses.items {
		c.Licenses = append(c.Licenses, sbom.License{Text: l.text, Basis: sbom.DeclaredLicense})
	}
	links, _ := options.option("links")
	for _, l := range links.items {
		if home, ok := sbom.CleanURL(l.at(1).text); ok && home != "" {
			kind := sbom.Website
			if strings.EqualFold(l.at(0).text, "github") {
				kind = sbom.VCS
			}
			c.References = append(c.References, sbom.Reference{Type: kind, URL: home})
		}
	}
	return c
}
