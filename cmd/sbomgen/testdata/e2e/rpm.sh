#!/usr/bin/env bash
# rpm.sh PROGRAM WORKDIR: does PROGRAM (sbomgen) read of rpm databases of all kinds, and of package files, what rpm itself reads?
# Packages are built here with rpmbuild. rpm writes databases of SQLite; of Berkeley DB it only reads, so that db_load writes those. Debian's does not know those of rpm's own
# kind (ndb): unless the rpm at hand does, one that does is built once from Debian's source of it.
# Wants root, and apt-get with an archive of Debian.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
work=$(realpath -m "$2")/rpm
mkdir -p "$work"
cd "$work"

tools() {
  local missing=()
  for pair in rpm:rpm rpmbuild:rpm sqlite3:sqlite3 db5.3_load:db5.3-util python3:python3; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# An rpm that knows databases of its own kind, as ndb/rpm. It takes its configuration from the rpm at hand.
with_ndb() {
  local site apt
  site=$(apt-get indextargets --format '$(SITE)' | grep -v security | head -n 1)
  rm -rf ndb && mkdir -p ndb/source ndb/apt/lists/partial ndb/apt/cache/archives/partial
  echo "deb-src $site $(. /etc/os-release && echo "$VERSION_CODENAME") main" >ndb/apt/sources.list
  apt="-o Dir::Etc::sourcelist=$work/ndb/apt/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists=$work/ndb/apt/lists -o Dir::Cache=$work/ndb/apt/cache"
  {
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      gcc libc6-dev make pkg-config xz-utils libgcrypt20-dev liblua5.3-dev libmagic-dev libpopt-dev zlib1g-dev &&
      apt-get $apt update -qq && (cd ndb && apt-get $apt source -qq --download-only rpm) &&
      tar -C ndb/source --strip-components=1 -xf ndb/rpm_*.orig.tar.* && cd ndb/source &&
      ./configure -q --prefix=/usr --sysconfdir=/etc --enable-ndb --disable-sqlite --disable-shared --disable-plugins --disable-openmp --disable-dependency-tracking \
        --without-archive --with-crypto=libgcrypt LUA_CFLAGS="$(pkg-config --cflags lua5.3)" LUA_LIBS="$(pkg-config --libs lua5.3)" CFLAGS="-O1 -w" &&
      make -s -j"$(nproc)" -C misc && make -s -j"$(nproc)" -C rpmio librpmio.la && make -s -j"$(nproc)" -C lib librpm.la && make -s rpm &&
      mv rpm .. && cd "$work" && rm -rf ndb/source ndb/apt
  } >ndb.log 2>&1 || { tail -n 5 "$work/ndb.log"; return 1; }
}

# spec NAME VERSION TAGS: a package without code. Files are those named in $files, made empty unless they exist.
spec() {
  local list= paths= f
  for f in ${files:-}; do paths+=" /${f#*/}" list+="${f%%/*} /${f#*/}"$'\n'; done
  cat >"specs/$1.spec" <<SPEC
Name: $1
Version: $2
Release: 1.e2e
Summary: The package $1
License: MIT OR Apache-2.0
URL: https://example.org/$1
Vendor: Example
$3
%description
It is $1.
%install
for f in $paths; do mkdir -p "%{buildroot}\$(dirname "\$f")"; echo "$1 \$f" >"%{buildroot}\$f"; done
%files
$list
SPEC
}

packages() {
  rm -rf specs build rpms && mkdir specs
  files="/usr/bin/base %config(noreplace)/etc/base.conf %ghost/var/log/base.log" spec base 2.0 $'Epoch: 1\nProvides: virtual = 3.5, libbase.so.1()(64bit)'
  files="/usr/lib/one/data" spec one 1.0 $'BuildArch: noarch\nRequires: base >= 1:1.5, libbase.so.1()(64bit), missing > 1'
  files="/usr/bin/two" spec two 1~rc1 $'Requires: virtual < 4, /usr/bin/base\nRequires(post): three\nRecommends: one\nProvides: either'
  files="" spec three 1.0^git1 $'BuildArch: noarch\nRequires: (one if two), (missing or two), (missing if absent)'
  files="" spec four 10 $'Requires: base > 1:2.0-1.e2e, either, (either with two), /bin/two, virtual'
  local many="" i
  for i in $(seq 600); do many+=" /usr/share/many/folder$((i % 7))/file$i"; done
  files=$many spec many 1 "Requires: many"
  files="" spec gpg-pubkey 1 ""
  local s
  for s in specs/*.spec; do
    rpmbuild --quiet --define "_topdir $work/build" --define "_rpmdir $work/rpms" --define "debug_package %{nil}" --define "source_date_epoch_from_changelog 0" -ba "$s" >build.log 2>&1 ||
      { tail -n 5 build.log; return 1; }
  done
}

# The edges that the relations above make. What nothing answers to makes none, nor does what is only recommended.
edges() {
  cat <<'EDGES'
four base
four two
one base
three one
three two
two base
two three
EDGES
}

install() { # install BACKEND ROOT PACKAGE...: into the database of a root, without the files
  local backend=$1 root=$2 rpm=rpm
  shift 2
  [ "$backend" != ndb ] || rpm=$ndb
  "$rpm" --dbpath "$work/$root/var/lib/rpm" --define "_db_backend $backend" -i --justdb --nodeps --noscripts --notriggers --ignorearch --force "$@" >install.log 2>&1 || { tail -n 5 install.log; return 1; }
}

databases() {
  rm -rf roots without && mkdir roots
  local root=roots/sqlite
  mkdir -p "$root/var/lib/rpm" "$root/etc"
  printf 'ID=fedora\nVERSION_ID=40\n' >"$root/etc/os-release"
  install sqlite "$root" rpms/*/*.rpm
  # Of the kind of rpm itself: with a hole, and headers out of order, as rpm leaves it when packages were removed and others came.
  mkdir -p roots/ndb/var/lib/rpm
  install ndb roots/ndb rpms/*/*.rpm
  "$ndb" --dbpath "$work/roots/ndb/var/lib/rpm" --define "_db_backend ndb" -e --justdb --nodeps many
  install ndb roots/ndb rpms/*/one-*.rpm
  install ndb roots/ndb rpms/*/many-*.rpm
  [ "$(head -c 4 roots/ndb/var/lib/rpm/Packages.db)" = RpmP ] || { echo "rpm did not write a database of its own kind"; return 1; }
  # A write-ahead log stays while somebody else has the database open.
  mkdir -p roots/wal/var/lib/rpm
  mapfile -t all < <(ls rpms/*/*.rpm)
  install sqlite roots/wal "${all[@]:0:3}"
  coproc reader { sqlite3 roots/wal/var/lib/rpm/rpmdb.sqlite; }
  echo 'PRAGMA journal_mode=WAL; BEGIN; SELECT count(*) FROM Packages;' >&"${reader[1]}"
  read -r -u "${reader[0]}" _
  install sqlite roots/wal "${all[@]:3}"
  mkdir -p roots/log/var/lib/rpm
  cp roots/wal/var/lib/rpm/rpmdb.sqlite{,-wal} roots/log/var/lib/rpm/
  mkdir -p without/var/lib/rpm
  cp roots/wal/var/lib/rpm/rpmdb.sqlite without/var/lib/rpm/
  echo 'COMMIT;' >&"${reader[1]}"
  echo '.quit' >&"${reader[1]}"
  wait "$reader_PID" || true
  [ "$(stat -c %s roots/log/var/lib/rpm/rpmdb.sqlite-wal)" -gt 0 ] || { echo "no write-ahead log was left"; return 1; }
  # Berkeley DB: the headers under numbers, and the last number under 0.
  local order size
  for order in 1234 4321; do
    for size in 512 4096 65536; do
      root=roots/bdb-$order-$size
      mkdir -p "$root/var/lib/rpm"
      python3 - roots/sqlite/var/lib/rpm/rpmdb.sqlite "$order" >load <<'PY'
import sqlite3, struct, sys
form = "<I" if sys.argv[2] == "1234" else ">I"
rows = list(sqlite3.connect(sys.argv[1]).execute("SELECT hnum, blob FROM Packages"))
print("VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END")
for key, value in [(0, struct.pack(form, len(rows)))] + rows:
    print("", struct.pack(form, key).hex())
    print("", value.hex())
print("DATA=END")
PY
      db5.3_load -c db_lorder="$order" -c db_pagesize="$size" -f load "$root/var/lib/rpm/Packages"
    done
  done
  # What is left behind by a conversion does not count.
  mkdir -p roots/converted/usr/lib/sysimage/rpm
  cp roots/sqlite/var/lib/rpm/rpmdb.sqlite roots/converted/usr/lib/sysimage/rpm/
  printf 'old' >roots/converted/usr/lib/sysimage/rpm/Packages
}

form='%{NAME}|%{EPOCHNUM}|%{VERSION}-%{RELEASE}|%{ARCH}|%{SOURCERPM}|%{LICENSE}|%{URL}|%{SUMMARY}|%{VENDOR}|%{BUILDTIME}|%{SHA256HEADER}|%{PAYLOADDIGEST}|%{SIGMD5}\n'

# told DOCUMENT: the same of a CycloneDX document; with a second argument its edges instead, with a third the digests
told() {
  python3 - "$@" <<'PY'
import datetime, json, sys, urllib.parse
doc = json.load(open(sys.argv[1]))
packages = [c for c in doc["components"] if c.get("purl", "").startswith("pkg:rpm/")]
name = {c["bom-ref"]: c["name"] for c in packages}
if sys.argv[2:] == ["edges"]:
    print("\n".join(f"{name[d['ref']]} {name[to]}" for d in doc["dependencies"] if d["ref"] in name for to in d.get("dependsOn", [])))
elif sys.argv[2:] == ["digests"]:
    print("\n".join(c["hashes"][0]["content"] for c in packages))
else:
    for c in packages:
        purl, _, query = c["purl"].partition("?")
        q = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        p = {x["name"].rpartition(":")[2]: x["value"] for x in c["properties"]}
        licence = c["licenses"][0].get("expression") or c["licenses"][0]["license"]
        site = next(r["url"] for r in c["externalReferences"] if r["type"] == "website")
        built = int(datetime.datetime.fromisoformat(p["build-time"].replace("Z", "+00:00")).timestamp())
        print("|".join(map(str, [c["name"], q.get("epoch", 0), urllib.parse.unquote(purl.rpartition("@")[2]), q["arch"], q.get("upstream", "(none)"), licence, site, c["description"],
              c["supplier"]["name"], built, p["header-sha256"], p["payload-sha256"], p["package-md5"]])))
PY
}

same() { # same TITLE WANTED GOT
  if ! diff -u <(sort "$2") <(sort "$3") >difference; then
    echo "FAIL $1"
    head -n 20 difference
    exit 1
  fi
  echo "ok   $1: $(wc -l <"$2")"
}

scan() { # scan DIRECTORY DOCUMENT: it must be understood as a whole
  "$program" scan "$1" -q --strict -o cyclonedx-json="$2"
}

tools
if [ ! -e .packages.done ]; then
  packages
  touch .packages.done
fi
ndb=rpm
if ! rpm --showrc | grep '^available backends.* ndb\( \|$\)' >/dev/null; then
  ndb=$work/ndb/rpm
  if [ ! -e .ndb.done ]; then
    with_ndb
    touch .ndb.done
  fi
fi
databases

for root in roots/*; do
  kind=${root#roots/}
  define=sqlite path=$root/var/lib/rpm rpm=rpm
  case $kind in
  wal) continue ;;
  ndb) define=ndb rpm=$ndb ;;
  bdb*) define=bdb_ro ;;
  converted) path=roots/sqlite/var/lib/rpm ;;
  log) path=roots/wal/var/lib/rpm ;; # rpm itself would move the log into the database
  esac
  scan "$root" "$kind.json"
  "$rpm" --dbpath "$work/$path" --define "_db_backend $define" -qa --qf "$form" 2>/dev/null | { grep -v '^gpg-pubkey|' || true; } >wanted
  [ -s wanted ] || { echo "FAIL $kind: rpm lists nothing"; exit 1; }
  told "$kind.json" >got
  same "$kind: packages as rpm -qa lists them" wanted got
  edges >wanted
  told "$kind.json" edges >got
  same "$kind: edges" wanted got
done

grep -q '"pkg:rpm/fedora/base@2.0-1.e2e?arch=[^"]*distro=fedora-40[^"]*epoch=1' sqlite.json || { echo "FAIL the distribution is not in the purls"; exit 1; }
echo "ok   the distribution is in the purls"

"$program" scan without -q -o cyclonedx-json=without.json
[ "$(told without.json | wc -l)" -lt 6 ] || { echo "FAIL the write-ahead log held nothing"; exit 1; }
echo "ok   without its write-ahead log a database has less"

rm -rf files && mkdir files
cp rpms/*/*.rpm build/SRPMS/*.rpm files/
scan files files.json
rpm -qp --qf "$form" files/*.rpm | sed -E '/\|\(none\)\|MIT/s/^(([^|]*\|){3})[^|]*/\1src/' >wanted # of sources rpm tells where they were packed
told files.json >got
same "package files as rpm -qp tells them" wanted got
sha256sum files/*.rpm | cut -d' ' -f1 >wanted
told files.json digests >got
same "digests of package files" wanted got
