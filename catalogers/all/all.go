// Package all is the list of catalogers, in the order in which the manual prints them and in
// which manifests name an application.
package all

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/cargo"
	"github.com/sbomgen/sbomgen/catalogers/golang"
	"github.com/sbomgen/sbomgen/catalogers/npm"
	"github.com/sbomgen/sbomgen/catalogers/pypi"
)

// Catalogers lists every cataloger.
var Catalogers = []*catalogers.Cataloger{
	// Declared: what a manifest asks for.
	&golang.Mod,
	&golang.Work,
	&npm.PackageJSON,
	&cargo.Manifest,
	&pypi.Pyproject,
	&pypi.SetupCfg,
	&pypi.Pipfile,
	&pypi.RequirementsIn,
	&pypi.Requirements,
	// Locked: what a resolver chose.
	&npm.PackageLock,
	&npm.Shrinkwrap,
	&npm.YarnLock,
	&npm.PnpmLock,
	&npm.BunLock,
	&npm.DenoLock,
	&pypi.UVLock,
	&pypi.PoetryLock,
	&pypi.PDMLock,
	&pypi.Pylock,
	&pypi.PipfileLock,
	&cargo.Lock,
	// Installed: what a package manager put there.
	&npm.Modules,
	&pypi.Installed,
	&golang.Vendor,
	// Built: what a compiler left behind.
	&golang.Binary,
	&cargo.Auditable,
}
