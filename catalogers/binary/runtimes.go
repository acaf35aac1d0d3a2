package binary

// release is a version with what marks it as not final.
const release = `[0-9]+\.[0-9]+(?:\.[0-9]+)*(?:-?(?:alpha|beta|rc|RC|pre|preview|dev|a|b)[.]?[0-9]*)?`

// jdk is a version of Java since 9 with its build: 17.0.13+11.
const jdk = `(?P<version>[0-9]+[0-9.]*\+[0-9]+)`

// scripts are the rules' names of files that are no programs.
var scripts = []string{"elixir", "composer", "composer.phar", "wp", "wp-cli.phar", "OTP_VERSION", "application.ini"}

// runtimes are interpreters, virtual machines and compilers.
var runtimes = []Rule{
	{Name: "python", Files: []string{"python", "python[23]", "python[23].[0-9]*", "python3[0-9]*.dll"}, Series: `^python([23]\.[0-9]+)`,
		Contents: []string{`\x00(?P<version>{series}\.[0-9]+(?:(?:a|b|rc)[0-9]+|\+)?)\x00(?:strict|%\.80s)`, `\x00(?P<version>3\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+|\+)?)\x00`, `\x00(?P<version>2\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+|\+)?)\x00`},
		PURL:     "pkg:generic/python", CPEs: []string{"cpe:2.3:a:python:python", "cpe:2.3:a:python_software_foundation:python"}},
	{Name: "libpython", Files: []string{"libpython[23]*.so", "Python"}, Series: `^libpython([23]\.[0-9]+)`,
		Contents: []string{`\x00(?P<version>{series}\.[0-9]+(?:(?:a|b|rc)[0-9]+|\+)?)\x00`}, PURL: "pkg:generic/python", CPEs: []string{"cpe:2.3:a:python:python", "cpe:2.3:a:python_software_foundation:python"}},
	{Name: "pypy", Files: []string{"libpypy*-c.so", "pypy", "pypy[23]*"}, Contents: []string{`\[PyPy {version}`, `\x00[23]\.[0-9]+\.[0-9]+ \((?P<version>7\.[0-9]+\.[0-9]+)`}, PURL: "pkg:generic/pypy"},
	{Name: "go", Files: []string{"go", "gofmt"}, Contents: []string{` Go buildinf:(?s:.{18,24}?)go(?P<version>1\.[0-9]+(?:\.[0-9]+)?(?:(?:rc|beta)[0-9]+)?)`}, PURL: "pkg:generic/go", CPEs: []string{"cpe:2.3:a:golang:go"}},
	{Name: "julia", Files: []string{"libjulia-internal.so", "libjulia.so"}, Paths: []string{`libjulia(?:-internal)?\.so\.{version}$`, `/julia-{version}/`}, PURL: "pkg:generic/julia", CPEs: []string{"cpe:2.3:a:julialang:julia"}},
	{Name: "node", Files: []string{"node", "nodejs", "libnode.so", "libnode.so.*"}, Contents: []string{`node-v{version}\.tar\.gz`, `node\.js/v{version}`}, PURL: "pkg:generic/node", CPEs: []string{"cpe:2.3:a:nodejs:node.js"}},
	{Name: "deno", Files: []string{"deno"}, Contents: []string{`Deno/(?P<version>` + release + `)`}, PURL: "pkg:generic/deno", CPEs: []string{"cpe:2.3:a:deno:deno"}},
	{Name: "bun", Files: []string{"bun"}, Contents: []string{`Bun/(?P<version>` + release + `)`, `/bun-v{version}`}, PURL: "pkg:generic/bun", CPEs: []string{"cpe:2.3:a:bun:bun"}},
	{Name: "dart", Files: []string{"dart", "dartvm", "dartaotruntime"}, Contents: []string{`(?P<version>[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9.]+\.(?:dev|beta))?) \((?:stable|beta|dev|main)\) \(`}, PURL: "pkg:generic/dart", CPEs: []string{"cpe:2.3:a:dart:dart_software_development_kit"}},
	{Name: "ruby", Files: []string{"ruby", "ruby[0-9]*", "libruby*.so"}, Contents: []string{`ruby (?P<version>[0-9]+\.[0-9]+\.[0-9]+(?:(?:preview|rc|dev)[0-9]*)?)(?:p[0-9]+)? \(`}, PURL: "pkg:generic/ruby", CPEs: []string{"cpe:2.3:a:ruby-lang:ruby"}},
	{Name: "perl", Files: []string{"perl", "perl5*", "libperl.so"}, Contents: []string{`\x00v(?P<version>5\.[0-9]+\.[0-9]+)\x00`, `/perl5?/(?:site_perl/)?(?P<version>5\.[0-9]+\.[0-9]+)`}, PURL: "pkg:generic/perl", CPEs: []string{"cpe:2.3:a:perl:perl"}},
	{Name: "php", Files: []string{"php", "php[0-9]*", "php-fpm*", "php-cgi*", "libphp*.so"}, Contents: []string{`X-Powered-By: PHP/(?P<version>[0-9]+\.[0-9]+\.[0-9]+(?:(?:alpha|beta|RC)[0-9]+)?)`}, PURL: "pkg:generic/php", CPEs: []string{"cpe:2.3:a:php:php"}},
	{Name: "php-extension", Files: []string{"bcmath.so", "bz2.so", "calendar.so", "ctype.so", "curl.so", "dba.so", "dom.so", "enchant.so", "exif.so", "ffi.so", "fileinfo.so", "filter.so", "ftp.so", "gd.so", "gettext.so", "gmp.so",
		"iconv.so", "imap.so", "intl.so", "ldap.so", "mbstring.so", "mysqli.so", "mysqlnd.so", "oci8.so", "odbc.so", "opcache.so", "pcntl.so", "pdo.so", "pdo_*.so", "pgsql.so", "phar.so", "posix.so", "pspell.so", "readline.so", "session.so",
		"shmop.so", "simplexml.so", "snmp.so", "soap.so", "sockets.so", "sodium.so", "sqlite3.so", "sysvmsg.so", "sysvsem.so", "sysvshm.so", "tidy.so", "tokenizer.so", "xml.so", "xmlreader.so", "xmlwriter.so", "xsl.so", "zip.so",
		"amqp.so", "apcu.so", "ds.so", "event.so", "grpc.so", "igbinary.so", "imagick.so", "memcached.so", "mongodb.so", "msgpack.so", "pcov.so", "protobuf.so", "rdkafka.so", "redis.so", "ssh2.so", "swoole.so", "uuid.so", "xdebug.so", "yaml.so"},
		Contents: []string{`\x00(?P<version>[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]{0,16})\x00API[0-9]{8},N?TS`, `\x00(?P<version>[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]{0,16})\x00Zend Technologies\x00`}, Holds: "API20", PURL: "pkg:generic/php-{name}"},
	// Up to Java 8 the launcher says the version, and the virtual machine has one of its own. What the file "release" says is said by another cataloger.
	{Name: "openjdk", Files: []string{"java", "javac", "jdb", "keytool", "jar"}, Contents: []string{`\x00openjdk\x00[a-z]+\x001\.[0-9]\x00(?P<version>1\.[0-9]\.0_[0-9]+-b[0-9]+)`}, PURL: "pkg:generic/openjdk", CPEs: []string{"cpe:2.3:a:oracle:openjdk"}},
	{Name: "oracle-jdk", Files: []string{"java", "javac", "jdb", "keytool", "jar"}, Contents: []string{`\x00java\x00[a-z]+\x001\.[0-9]\x00(?P<version>1\.[0-9]\.0_[0-9]+-b[0-9]+)`}, PURL: "pkg:generic/oracle-jdk", CPEs: []string{"cpe:2.3:a:oracle:jdk"}},
	{Name: "temurin", Files: []string{"libjvm.so", "jvm.dll"}, Holds: "Eclipse Adoptium\x00", Contents: []string{`OpenJDK [0-9A-Za-z -]{0,24}VM \(` + jdk}, PURL: "pkg:generic/temurin", CPEs: []string{"cpe:2.3:a:eclipse:temurin"}},
	{Name: "zulu", Files: []string{"libjvm.so", "jvm.dll"}, Holds: "Azul Systems, Inc.\x00", Contents: []string{`OpenJDK [0-9A-Za-z -]{0,24}VM \(` + jdk}, PURL: "pkg:generic/zulu", CPEs: []string{"cpe:2.3:a:azul:zulu"}},
	{Name: "corretto", Files: []string{"libjvm.so", "jvm.dll"}, Holds: "Amazon.com Inc.\x00", Contents: []string{`OpenJDK [0-9A-Za-z -]{0,24}VM \(` + jdk}, PURL: "pkg:generic/corretto", CPEs: []string{"cpe:2.3:a:amazon:corretto"}},
	{Name: "liberica", Files: []string{"libjvm.so", "jvm.dll"}, Holds: "BellSoft\x00", Contents: []string{`OpenJDK [0-9A-Za-z -]{0,24}VM \(` + jdk}, PURL: "pkg:generic/liberica", CPEs: []string{"cpe:2.3:a:bell-sw:liberica"}},
	{Name: "microsoft-openjdk", Files: []string{"libjvm.so", "jvm.dll"}, Holds: "Microsoft\x00", Contents: []string{`OpenJDK [0-9A-Za-z -]{0,24}VM \(` + jdk}, PURL: "pkg:generic/microsoft-openjdk", CPEs: []string{"cpe:2.3:a:microsoft:openjdk"}},
	{Name: "graalvm", Files: []string{"libjvm.so", "jvm.dll"}, Holds: "GraalVM Community\x00", Contents: []string{`(?:OpenJDK|HotSpot\(TM\)) [0-9A-Za-z -]{0,24}VM \(` + jdk}, PURL: "pkg:generic/graalvm", CPEs: []string{"cpe:2.3:a:oracle:graalvm"}},
	{Name: "openjdk", Files: []string{"libjvm.so", "jvm.dll"}, Contents: []string{`OpenJDK [0-9A-Za-z -]{0,24}VM \(` + jdk}, PURL: "pkg:generic/openjdk", CPEs: []string{"cpe:2.3:a:oracle:openjdk"}},
	{Name: "oracle-jdk", Files: []string{"libjvm.so", "jvm.dll"}, Contents: []string{`HotSpot\(TM\) [0-9A-Za-z -]{0,24}VM \(` + jdk}, PURL: "pkg:generic/oracle-jdk", CPEs: []string{"cpe:2.3:a:oracle:jdk"}},
	{Name: "ibm-java", Files: []string{"java"}, Contents: []string{`\x00java\x00[0-9.]+\x00(?P<version>[0-9]+\.[0-9._]+)-[a-z0-9_-]*(?:ibm|foreman)`}, PURL: "pkg:generic/ibm-java", CPEs: []string{"cpe:2.3:a:ibm:java"}},
	{Name: "erlang", Files: []string{"beam.smp", "erlexec"}, Contents: []string{`otp_src_{version}/`, `/erlang-(?P<version>[0-9]+\.[0-9.]*[0-9])`, `/OTP-{version}/`}, PURL: "pkg:generic/erlang", CPEs: []string{"cpe:2.3:a:erlang:erlang/otp"}},
	{Name: "erlang", Files: []string{"OTP_VERSION"}, ByName: true, Contents: []string{`(?P<version>[0-9]+\.[0-9]+(?:\.[0-9]+)*(?:-rc[0-9]+)?)`}, PURL: "pkg:generic/erlang", CPEs: []string{"cpe:2.3:a:erlang:erlang/otp"}, Kind: "application"},
	{Name: "elixir", Files: []string{"elixir"}, ByName: true, Contents: []string{`ELIXIR_VERSION="?(?P<version>` + release + `)`}, PURL: "pkg:generic/elixir", CPEs: []string{"cpe:2.3:a:elixir-lang:elixir"}},
	{Name: "swi-prolog", Files: []string{"swipl", "libswipl.so"}, Contents: []string{`swipl-{version}`}, Paths: []string{`libswipl\.so\.{version}$`}, PURL: "pkg:generic/swi-prolog", CPEs: []string{"cpe:2.3:a:swi-prolog:swi-prolog"}},
	{Name: "ghc", Files: []string{"ghc", "ghc-[0-9]*", "ghc-iserv*"}, Contents: []string{`libHSghc-{version}-`, `lib/ghc-{version}/`, `GHC {version}\x00`}, PURL: "pkg:generic/ghc", CPEs: []string{"cpe:2.3:a:haskell:ghc"}},
	{Name: "cabal", Files: []string{"cabal"}, Contents: []string{`cabal-install-{version}`}, PURL: "pkg:hackage/cabal-install"},
	{Name: "stack", Files: []string{"stack"}, Contents: []string{`\x00stack-{version}-`, `/stack-{version}[-/]`, `Version {version}, Git`}, PURL: "pkg:hackage/stack"},
	{Name: "rust-std", Files: []string{"libstd-*.so", "librustc_driver-*.so", "rustc", "std-*.dll"}, Contents: []string{`rustc version (?P<version>[0-9]+\.[0-9]+\.[0-9]+(?:-[a-z]+(?:\.[0-9]+)?)?)`, `rustc-{version}[-/]`}, PURL: "pkg:generic/rust", CPEs: []string{"cpe:2.3:a:rust-lang:rust"}},
	{Name: "gcc", Files: []string{"gcc", "gcc-[0-9]*", "g++", "g++-[0-9]*", "cpp", "cpp-[0-9]*", "gcov*", "*-gcc", "*-gcc-[0-9]*", "*-g++", "*-g++-[0-9]*", "*-cpp-[0-9]*", "lto-wrapper", "collect2"}, Holds: "gcc",
		Contents: []string{`\x00(?P<version>[0-9]+\.[0-9]+\.[0-9]+)\x00\([^)\x00]{0,80}\) \x00`, `gcc version (?P<version>[0-9]+\.[0-9]+\.[0-9]+)`},
		PURL:     "pkg:generic/gcc", CPEs: []string{"cpe:2.3:a:gnu:gcc"}},
	{Name: "lua", Files: []string{"lua", "lua[0-9]*", "luac*", "liblua*.so"}, Contents: []string{`\$Lua(?:Version)?: Lua {version} `, `\x00Lua {version}  Copyright`}, PURL: "pkg:generic/lua", CPEs: []string{"cpe:2.3:a:lua:lua"}},
	{Name: "luajit", Files: []string{"luajit*", "libluajit*.so"}, Contents: []string{`LuaJIT (?P<version>[0-9]+\.[0-9]+\.[0-9]+(?:-[a-z0-9]+)?)(?: --|\x00)`}, PURL: "pkg:generic/luajit", CPEs: []string{"cpe:2.3:a:luajit:luajit"}},
	{Name: "tcl", Files: []string{"libtcl*.so", "tclsh*"}, Contents: []string{`\x00{version}\x00tcl_patchLevel`}, PURL: "pkg:generic/tcl", CPEs: []string{"cpe:2.3:a:tcl:tcl"}},
	{Name: "mono", Files: []string{"mono", "mono-sgen*"}, Holds: "Mono", Contents: []string{`\x00(?P<version>[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)\x00`}, PURL: "pkg:generic/mono", CPEs: []string{"cpe:2.3:a:mono-project:mono"}},
	{Name: "dotnet", Files: []string{"dotnet", "libhostfxr.so", "libhostpolicy.so", "libcoreclr.so", "hostfxr.dll", "hostpolicy.dll", "coreclr.dll"},
		Paths: []string{`shared/Microsoft\.NETCore\.App/(?P<version>[0-9]+\.[0-9]+\.[0-9]+[^/]*)/`, `host/fxr/(?P<version>[0-9]+\.[0-9]+\.[0-9]+[^/]*)/`}, PURL: "pkg:generic/dotnet-runtime", CPEs: []string{"cpe:2.3:a:microsoft:.net"}},
	{Name: "composer", Files: []string{"composer", "composer.phar"}, ByName: true, Contents: []string{`const VERSION = '(?P<version>` + release + `)'`}, Holds: "Composer", PURL: "pkg:composer/composer/composer", CPEs: []string{"cpe:2.3:a:getcomposer:composer"}, Kind: "application"},
	{Name: "wp-cli", Files: []string{"wp", "wp-cli.phar"}, ByName: true, Holds: "WP_CLI", Contents: []string{`WP_CLI_VERSION', ?'{version}`, `wp-cli/wp-cli/VERSION[^0-9]{0,64}{version}`}, PURL: "pkg:composer/wp-cli/wp-cli-bundle", CPEs: []string{"cpe:2.3:a:wp-cli:wp-cli"}, Kind: "application"},
	{Name: "firefox", Files: []string{"application.ini"}, ByName: true, Holds: "Vendor=Mozilla", Contents: []string{`\nName=Firefox\r?\n(?s:.{0,100}?)\nVersion=(?P<version>[0-9][0-9A-Za-z.]*)`}, PURL: "pkg:generic/firefox", CPEs: []string{"cpe:2.3:a:mozilla:firefox"}, Kind: "application"},
	{Name: "thunderbird", Files: []string{"application.ini"}, ByName: true, Holds: "Name=Thunderbird", Contents: []string{`\nVersion=(?P<version>[0-9][0-9A-Za-z.]*)`}, PURL: "pkg:generic/thunderbird", CPEs: []string{"cpe:2.3:a:mozilla:thunderbird"}, Kind: "application"},
	{Name: "chrome", Files: []string{"chrome", "chromium", "google-chrome", "msedge"}, Contents: []string{`\x00(?P<version>[0-9]{2,3}\.0\.[0-9]{4,5}\.[0-9]{1,3})\x00chrome\x00`, `Chrome/(?P<version>[0-9]{2,3}\.0\.[0-9]{4,5}\.[1-9][0-9]{0,2})`, `\x00(?P<version>[0-9]{2,3}\.0\.[0-9]{4,5}\.[0-9]{1,3})\x00`},
		PURL: "pkg:generic/chrome", CPEs: []string{"cpe:2.3:a:google:chrome"}},
}
