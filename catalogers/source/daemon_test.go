package source

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// listening starts a daemon on a socket of its own; the address is one for DOCKER_HOST.
func listening(t *testing.T, kind string, front http.HandlerFunc) (address string, getenv func(string) string) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	check(t, err)
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: front}}
	s.Start()
	t.Cleanup(s.Close)
	address = "unix://" + socket
	return address, func(name string) string {
		if name == map[string]string{"docker": "DOCKER_HOST", "podman": "CONTAINER_HOST"}[kind] {
			return address
		}
		return ""
	}
}

// holding answers as a daemon does that has one image.
func holding(base, name, known string, saved []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/_ping":
			w.Header().Set("API-Version", "1.47")
			w.Header().Set("Libpod-API-Version", "5.4.0")
		case base + "/images/" + name + "/json":
			io.WriteString(w, known)
		case base + "/images/" + name + "/get":
			w.Header().Set("Content-Type", "application/x-tar")
			w.Write(saved)
		default:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprintf(w, `{"message":"No such image: %s"}`, strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, base+"/images/"), "/json"))
		}
	}
}

func TestAnImageIsReadFromADaemon(t *testing.T) {
	image := layersOf(t, "f=1 x="+noise(3000), ".wh.f= g/f=2")
	docker := inTar(t, savedImages(map[string]sample{"app:1": image}))
	blobs := make(map[string][]byte)
	manifest := image.manifest(blobs)
	layout := inTar(t, layout(blobs, tagged{"1": manifest}))
	one, two := digested([]byte("1")), digested([]byte("2"))
	for what, c := range map[string]struct {
		kind, ref, known string
		saved            []byte
		name, tag        string
		digest, index    string
	}{
		"built here":                   {"docker", "app:1", `{"RepoTags":["app:1"],"RepoDigests":[]}`, docker, "app", "1", "", ""},
		"without a tag":                {"docker", "app", `{"RepoTags":["app:latest"],"RepoDigests":null}`, docker, "app", "latest", "", ""},
		"pulled":                       {"docker", "app:1", `{"RepoTags":["app:1"],"RepoDigests":["ghcr.io/other@` + two + `","app@` + one + `"]}`, docker, "docker.io/library/app", "1", one, ""},
		"pulled from elsewhere":        {"docker", "ghcr.io/team/app:1", `{"RepoTags":["ghcr.io/team/app:1"],"RepoDigests":["ghcr.io/team/app@` + one + `"]}`, docker, "ghcr.io/team/app", "1", one, ""},
		"by digest":                    {"docker", "app@" + two, `{"RepoTags":[],"RepoDigests":["app@` + one + `","app@` + two + `"]}`, docker, "docker.io/library/app", "", two, ""},
		"by id":                        {"docker", "abcdef123456", `{"RepoTags":["team/app:3"],"RepoDigests":[]}`, docker, "team/app", "3", "", ""},
		"by an id that has no name":    {"docker", "abcdef123456", `{}`, docker, "app", "1", "", ""},
		"with a layout in the archive": {"docker", "app:1", `{"RepoTags":["app:1"]}`, layout, "app", "1", digested(manifest), ""},
		"kept by containerd": {"docker", "app:1", `{"RepoTags":["app:1"],"RepoDigests":["app@` + one + `"],"Descriptor":{"mediaType":"` + indexType + `","digest":"` + one + `"},"Os":"linux","Architecture":"amd64"}`,
			layout, "docker.io/library/app", "1", digested(manifest), one},
		"of Podman": {"podman", "localhost/app:1", `{"Digest":"` + one + `","RepoTags":["localhost/app:1"],"RepoDigests":["localhost/app@` + one + `"]}`, docker, "localhost/app", "1", one, ""},
		"of Podman, pulled by an index": {"podman", "app", `{"Digest":"` + one + `","RepoTags":["quay.io/team/app:latest"],"RepoDigests":["quay.io/team/app@` + two + `","quay.io/team/app@` + one + `"]}`,
			docker, "quay.io/team/app", "latest", one, two},
	} {
		base := "/v1.47"
		if c.kind == "podman" {
			base = "/v5.4.0/libpod"
		}
		_, getenv := listening(t, c.kind, holding(base, c.ref, c.known, c.saved))
		tree := open(t, c.kind+":"+c.ref, Options{Getenv: getenv})
		if files, odd := seen(t, tree, WalkOptions{}); files != "g/f=2@1" || odd != "" {
			t.Errorf("%s: %q and unreadable %q", what, files, odd)
		}
		m := tree.About().Images[0]
		equal(t, []string{what, m.Name, m.Tag, m.Digest, m.Index}, []string{what, c.name, c.tag, c.digest, c.index})
	}
}

func TestADaemonIsAskedForAPlatform(t *testing.T) {
	image := layersOf(t, "f=1")
	known := `{"RepoTags":["app:1"],"Os":"linux","Architecture":"amd64"}`
	saved := inTar(t, savedImages(map[string]sample{"app:1": image}))
	var asked []string
	_, getenv := listening(t, "docker", func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("platform"))
		holding("/v1.47", "app:1", known, saved)(w, r)
	})
	for platform, want := range map[string]string{"": "f=1@0", "linux/amd64": "f=1@0", "all": "f=1@0", "linux/arm64/v8": "is an image for linux/amd64, not linux/arm64/v8"} {
		asked = nil
		if got := whatever(t, "docker:app:1", Options{Getenv: getenv, Platform: platform}); got != want {
			t.Errorf("%q: %q, not %q", platform, got, want)
		}
		if platform == "linux/arm64/v8" {
			equal(t, asked, []string{"", `{"os":"linux","architecture":"arm64","variant":"v8"}`})
		}
	}
}

func TestADaemonThatDoesNotHaveTheImageOrBreaksOffIsAnError(t *testing.T) {
	image := layersOf(t, "f=1 x="+noise(300_000), "f=2")
	saved := inTar(t, savedImages(map[string]sample{"app:1": image}))
	known := `{"RepoTags":["app:1"]}`
	whole := holding("/v1.47", "app:1", known, saved)
	at := func(end string, answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, end) {
				answer(w, r)
				return
			}
			whole(w, r)
		}
	}
	for what, c := range map[string]struct {
		ref, want string
		front     http.HandlerFunc
	}{
		"no such image": {"none", "not found: No such image: none", whole},
		"a broken daemon": {"app:1", "the docker daemon answers 500: disk\u00a0full", at("/get", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, `{"message":"disk\u00a0full\nat once"}`)
		})},
		"a page": {"app:1", "the docker daemon answers 502: Bad Gateway", at("/json", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			io.WriteString(w, "<html>")
		})},
		"an answer of another shape": {"app:1", "what the daemon says of the image: is no JSON", at("/json", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<html>")
		})},
		"it breaks off in the middle": {"app:1", "layer 1 (", at("/get", func(w http.ResponseWriter, _ *http.Request) {
			w.Write(saved[:len(saved)/2])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		})},
		"it ends in the middle": {"app:1", "layer 1 (", at("/get", func(w http.ResponseWriter, _ *http.Request) { w.Write(saved[:len(saved)/2]) })},
		"it saves nothing":      {"app:1", "holds no image", at("/get", func(http.ResponseWriter, *http.Request) {})},
		"no name":               {"", "is no name of an image", whole},
		"another address":       {"../containers/x", "is no name of an image", whole},
		"a query":               {"app?x=y", "is no name of an image", whole},
	} {
		_, getenv := listening(t, "docker", c.front)
		got := whatever(t, "docker:"+c.ref, Options{Getenv: getenv})
		if strings.HasPrefix(c.want, "layer") { // which layer it is, the stream would have said at its end
			if !strings.Contains(got, "breaks off") {
				t.Errorf("%s: %q", what, got)
			}
		} else if !strings.HasPrefix(got, strings.ReplaceAll(c.want, "\u00a0", " ")) {
			t.Errorf("%s: %q, not %q", what, got, c.want)
		}
	}
}

func TestADaemonIsLookedForWhereItMayListen(t *testing.T) {
	image := layersOf(t, "f=1")
	saved := inTar(t, savedImages(map[string]sample{"app:1": image}))
	for _, c := range []struct{ kind, variable, below, base string }{
		{"docker", "XDG_RUNTIME_DIR", "docker.sock", "/v1.47"},
		{"docker", "HOME", ".docker/run/docker.sock", "/v1.47"},
		{"docker", "HOME", ".docker/desktop/docker.sock", "/v1.47"},
		{"podman", "XDG_RUNTIME_DIR", "podman/podman.sock", "/v5.4.0/libpod"},
	} {
		address, _ := listening(t, c.kind, holding(c.base, "app:1", `{"RepoTags":["app:1"]}`, saved))
		dir := t.TempDir()
		link := filepath.Join(dir, c.below)
		check(t, os.MkdirAll(filepath.Dir(link), 0o700))
		check(t, os.Symlink(strings.TrimPrefix(address, "unix://"), link))
		getenv := func(name string) string {
			if name == c.variable {
				return dir
			}
			return ""
		}
		d, err := findDaemon(context.Background(), c.kind, Options{Getenv: getenv})
		if err != nil {
			t.Errorf("%s of %s: %v", c.below, c.variable, err)
		} else if !strings.HasSuffix(d.base, c.base) { // another may run on this machine, and be asked first
			t.Logf("%s answers as %s", c.kind, d.base)
		}
	}
	network := httptest.NewServer(holding("/v1.47", "app:1", `{"RepoTags":["app:1"]}`, saved))
	defer network.Close()
	getenv := func(name string) string {
		if name == "DOCKER_HOST" {
			return strings.Replace(network.URL, "http", "tcp", 1)
		}
		return ""
	}
	if got := whatever(t, "docker:app:1", Options{Getenv: getenv}); got != "f=1@0" {
		t.Error(got)
	}
}

func TestADaemonMayAskForTLS(t *testing.T) {
	saved := inTar(t, savedImages(map[string]sample{"app:1": layersOf(t, "f=1")}))
	s := httptest.NewTLSServer(holding("/v1.47", "app:1", `{"RepoTags":["app:1"]}`, saved))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer s.Close()
	dir := t.TempDir()
	getenv := func(name string) string {
		switch name {
		case "DOCKER_HOST":
			return strings.Replace(s.URL, "https", "tcp", 1)
		case "DOCKER_CERT_PATH":
			return dir
		}
		return ""
	}
	var absent *NoDaemonError
	if _, err := Open(context.Background(), "docker:app:1", Options{Getenv: getenv}); !errors.As(err, &absent) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("its certificate is nobody's: %v", err)
	}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	check(t, os.WriteFile(filepath.Join(dir, "ca.pem"), authority, 0o600))
	if got := whatever(t, "docker:app:1", Options{Getenv: getenv}); got != "f=1@0" {
		t.Error(got)
	}
}

func TestADaemonThatIsAbsentIsSaidToBe(t *testing.T) {
	dir := t.TempDir()
	for host, want := range map[string]string{
		"unix://" + dir + "/none": "no docker daemon answers at " + dir + "/none",
		"unix://" + dir:           "no docker daemon answers at " + dir + ": connection refused",
		"ssh://me@host":           "the docker daemon's address ssh://host is of a kind that is not supported: unix:// and tcp:// are",
		"tcp://host":              "the docker daemon's address tcp://host has no port",
		"nonsense":                "the docker daemon's address nonsense is of a kind that is not supported: unix:// and tcp:// are",
	} {
		_, err := Open(context.Background(), "docker:app", Options{Getenv: func(name string) string {
			if name == "DOCKER_HOST" {
				return host
			}
			return ""
		}})
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, not %s", host, err, want)
		}
	}
}
