package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// invoke runs the command line within the test.
func invoke(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	h := host{stdout: &out, stderr: &errs, now: func() time.Time { return time.Unix(1767225600, 0) },
		getenv: func(string) string { return "" }, home: os.UserHomeDir}
	code = Main(context.Background(), args, h)
	return out.String(), errs.String(), code
}

type expression struct{ *regexp2.Regexp }

func (e expression) MatchString(s string) bool {
	ok, err := e.Regexp.MatchString(s)
	return ok && err == nil
}

// folder loads schemas by the last part of their address.
type folder string

func (dir folder) Load(url string) (any, error) {
	text, err := os.ReadFile(filepath.Join(string(dir), path.Base(url)))
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}

func schema(t *testing.T, dir, file string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.UseLoader(folder(dir))
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
		re, err := regexp2.Compile(s, regexp2.ECMAScript)
		return expression{re}, err
	})
	s, err := c.Compile("http://cyclonedx.org/schema/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEveryDocumentOfTheCorpusIsValid scans every case of real lockfiles, writes every version of every format and lets the
// official schemas judge.
func TestEveryDocumentOfTheCorpusIsValid(t *testing.T) {
	dir, ok := shared(t, "corpus")
	if !ok {
		return
	}
	cdx, spdx := filepath.Join(dir, "spec", "cyclonedx", "schema"), filepath.Join(dir, "spec", "spdx", "schema")
	judges := map[string]*jsonschema.Schema{
		"cyclonedx-json@1.2": schema(t, cdx, "bom-1.2-strict.schema.json"),
		"cyclonedx-json@1.3": schema(t, cdx, "bom-1.3-strict.schema.json"),
		"cyclonedx-json@1.4": schema(t, cdx, "bom-1.4.schema.json"),
		"cyclonedx-json@1.5": schema(t, cdx, "bom-1.5.schema.json"),
		"cyclonedx-json@1.6": schema(t, cdx, "bom-1.6.schema.json"),
		"cyclonedx-json@1.7": schema(t, cdx, "bom-1.7.schema.json"),
		"spdx-json@2.2":      schema(t, spdx, "spdx-2.2.2.json"),
		"spdx-json@2.3":      schema(t, spdx, "spdx-2.3.json"),
		"spdx-json@3.0":      schema(t, spdx, "spdx-3.0.1.json"),
	}
	cases, err := filepath.Glob(filepath.Join(dir, "corpus", "*", "*"))
	if err != nil || len(cases) < 100 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	out := t.TempDir()
	xml := make(map[string][]string)
	for n, target := range cases {
		name := strings.TrimPrefix(target, filepath.Join(dir, "corpus")+string(filepath.Separator))
		args := []string{"scan", target, "-q"}
		written := make(map[string]string)
		for format := range judges {
			// Every case in the versions that most read, all versions for a third of them: the schemas are slow judges.
			if n%3 != 0 && format != "cyclonedx-json@1.6" && format != "spdx-json@2.3" {
				continue
			}
			written[format] = filepath.Join(out, format)
			args = append(args, "-o", format+"="+written[format])
		}
		for _, version := range []string{"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"} {
			file := filepath.Join(out, strings.ReplaceAll(name, string(filepath.Separator), "-")+"-"+version+".xml")
			xml[version] = append(xml[version], file)
			args = append(args, "-o", "cyclonedx-xml@"+version+"="+file)
		}
		if _, stderr, code := invoke(t, args...); code != 0 {
			t.Fatalf("%s: exit code %d: %s", name, code, stderr)
		}
		for format, file := range written {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatalf("%s %s: %v", name, format, err)
			}
			if err := judges[format].Validate(value); err != nil {
				t.Errorf("%s %s: %.2000v", name, format, err)
			}
		}
	}
	if _, err := exec.LookPath("xmllint"); err != nil {
		leftOut(t, "no xmllint")
		return
	}
	for version, list := range xml {
		lint := exec.Command("xmllint", append([]string{"--noout", "--nonet", "--schema", filepath.Join(cdx, "bom-"+version+".xsd")}, list...)...)
		lint.Env = append(os.Environ(), "XML_CATALOG_FILES="+filepath.Join(cdx, "xmlcatalog.xml"))
		if text, err := lint.CombinedOutput(); err != nil {
			t.Errorf("CycloneDX %s XML: %v\n%.2000s", version, err, text)
		}
	}
}

// TestTheCorpusAsOneTreeIsByteIdentical scans all cases as one tree, at one processor and at eight, here and in a copy.
func TestTheCorpusAsOneTreeIsByteIdentical(t *testing.T) {
	dir, ok := shared(t, "corpus")
	if !ok {
		return
	}
	copied := filepath.Join(t.TempDir(), "corpus")
	if err := os.CopyFS(copied, os.DirFS(filepath.Join(dir, "corpus"))); err != nil {
		t.Fatal(err)
	}
	var first map[string]string
	for _, run := range []struct {
		target     string
		processors int
	}{{filepath.Join(dir, "corpus"), 1}, {copied, 8}} {
		before := runtime.GOMAXPROCS(run.processors)
		got := make(map[string]string)
		for _, format := range []string{"cyclonedx-json", "spdx-json", "json"} {
			stdout, stderr, code := invoke(t, "scan", run.target, "-q", "-o", format, "--source-name", "corpus")
			if code != 0 {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			got[format] = stdout
		}
		runtime.GOMAXPROCS(before)
		if first == nil {
			first = got
			continue
		}
		for format := range got {
			if got[format] != first[format] {
				t.Errorf("%s differs between two folders and numbers of processors", format)
			}
		}
	}
}
