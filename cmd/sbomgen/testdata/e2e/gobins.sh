#!/usr/bin/env bash
# gobins.sh PROGRAM WORKDIR: does PROGRAM (sbomgen) read of Go programs what "go version -m" reads?
# Programs are built once, from modules of the module proxy that the go command is configured with; the comparison is gobins.py.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
work=$(realpath -m "$2")/gobins
export PYTHONDONTWRITEBYTECODE=1 GOWORK=off GOFLAGS=-mod=mod CGO_ENABLED=0
mkdir -p "$work"
cd "$work"

once() { # once STEP: runs the function STEP unless it was finished before
  [ -e ".$1.done" ] || { "$@" && touch ".$1.done"; }
}

# Each is small, and together they have main packages at the top of a module and below, /v2 paths, and none to seventy modules linked in.
modules() {
  rm -rf modules && mkdir modules
  for m in golang.org/x/tools/cmd/...@v0.40.0 mvdan.cc/gofumpt@v0.9.2 mvdan.cc/sh/v3/cmd/shfmt@v3.12.0 gotest.tools/gotestsum@v1.13.0 \
    github.com/junegunn/fzf@v0.65.0 golang.org/x/vuln/cmd/govulncheck@v1.1.4 github.com/google/go-containerregistry/cmd/crane@v0.20.6 \
    github.com/jstemmer/go-junit-report/v2@v2.1.0 github.com/rhysd/actionlint/cmd/actionlint@v1.7.7 github.com/itchyny/gojq/cmd/gojq@v0.12.17 \
    github.com/editorconfig-checker/editorconfig-checker/v3/cmd/editorconfig-checker@v3.4.0 github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3 \
    google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6 github.com/BurntSushi/toml/cmd/tomlv@v1.5.0 github.com/client9/misspell/cmd/misspell@v0.3.4; do
    GOBIN=$work/modules go install "$m" 2>modules.log || { tail -n 3 modules.log; return 1; }
  done
}

# A module with a replacement by another version, by another path and by a folder.
source_of_app() {
  mkdir -p app/local && cd app
  cat >go.mod <<'MOD'
module example.org/app/v2
go 1.24
require (
	example.org/local v1.2.3
	github.com/BurntSushi/toml v1.4.0
	golang.org/x/text v0.28.0
	gopkg.in/yaml.v3 v3.0.1
)
replace (
	example.org/local => ./local
	github.com/BurntSushi/toml v1.4.0 => github.com/BurntSushi/toml v1.5.0
	gopkg.in/yaml.v3 => go.yaml.in/yaml/v3 v3.0.4
)
MOD
  cat >main.go <<'GO'
package main

import (
	"fmt"

	"example.org/local"
	"github.com/BurntSushi/toml"
	"golang.org/x/text/language"
	"gopkg.in/yaml.v3"
)

var version = "unknown"

func main() { fmt.Println(version, local.Name, toml.Primitive{}, language.English, yaml.Node{}) }
GO
  printf 'module example.org/local\ngo 1.24\n' >local/go.mod
  printf 'package local\n\nconst Name = "local"\n' >local/local.go
  printf '//go:build cgo\n\npackage main\n\nimport "C"\n\n//export Answer\nfunc Answer() int { return 42 }\n' >cgo.go
  printf 'package main\n\nfunc main() { println("one file") }\n' >"$work/single.go"
  printf '/modules\n' >.gitignore
  go mod tidy 2>/dev/null
}

variants() {
  rm -rf app variants && mkdir variants
  (source_of_app)
  cd app
  local v=$work/variants
  go build -o "$v/replaced"
  go build -trimpath -ldflags '-s -w -X main.version=4.5.6' -o "$v/linked-version"
  CGO_ENABLED=1 go build -o "$v/cgo"
  CGO_ENABLED=1 go build -buildmode=pie -o "$v/pie"
  CGO_ENABLED=1 go build -buildmode=c-shared -o "$v/shared.so" && rm -f "$v/shared.h"
  local target
  for target in windows/amd64 windows/386 darwin/amd64 darwin/arm64 linux/arm64 linux/386 linux/s390x freebsd/amd64; do
    GOOS=${target%/*} GOARCH=${target#*/} go build -o "$v/${target/\//-}"
    GOOS=${target%/*} GOARCH=${target#*/} go build -ldflags '-s -w' -o "$v/${target/\//-}-stripped"
  done
  (cd "$work" && go build -o "$v/single" single.go)
  (GOFLAGS='' GOWORK='' && export GOFLAGS GOWORK && go work init . ./local && go build -o "$v/workspace" && rm -f go.work go.work.sum)
  commit() { git -c user.name=n -c user.email=n@example.org -c commit.gpgsign=false commit -q "$@"; }
  git init -q . && git add . && commit -m one && git tag v2.3.4
  go build -buildvcs=true -o "$v/tagged"
  commit --allow-empty -m two && go build -buildvcs=true -o "$v/after-tag"
  echo '// changed' >>main.go && go build -buildvcs=true -o "$v/changed"
  strip -o "$v/strip" "$v/replaced"
  cd .. && python3 "$here/gobins.py" shape variants # no section headers; universal Mach-O
}

# Where the release itself lacks upx, Debian's backports have it, on the same site.
upx() {
  command -v upx-ucl && return
  [ -x upx/usr/bin/upx-ucl ] || {
    local site apt
    site=$(apt-get indextargets --format '$(SITE)' | grep -v security | head -n 1)
    mkdir -p apt/lists/partial apt/cache/archives/partial
    echo "deb $site $(. /etc/os-release && echo "$VERSION_CODENAME")-backports main" >apt/sources.list
    apt="-o Dir::Etc::sourcelist=$work/apt/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists=$work/apt/lists -o Dir::Cache=$work/apt/cache"
    (cd apt && apt-get download -qq upx-ucl || { apt-get $apt update -qq && apt-get $apt download -qq upx-ucl; }) 2>/dev/null
    dpkg-deb -x apt/upx-ucl_*.deb upx
  } >&2
  echo "$work/upx/usr/bin/upx-ucl"
}

packed() {
  rm -rf packed && mkdir packed
  local upx
  upx=$(upx)
  for f in modules/goimports modules/stringer modules/gofumpt modules/gojq variants/linked-version variants/linux-386 variants/windows-amd64 variants/linux-arm64; do
    "$upx" -qqq -o "packed/$(basename "$f")" "$f" || return 1
  done
}

once modules
once variants
once packed
python3 "$here/gobins.py" check "$program" "$work"
