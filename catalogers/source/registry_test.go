package source

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	registries "github.com/google/go-containerregistry/pkg/registry"
)

// served is a registry on loopback.
type served struct {
	*httptest.Server
	mu    sync.Mutex
	front func(w http.ResponseWriter, r *http.Request) bool // answers itself if it says so
	asked []string                                          // blobs
}

func (s *served) host() string {
	return strings.TrimPrefix(strings.TrimPrefix(s.URL, "http://"), "https://")
}

// serve starts a registry; nobody here has credentials for it.
func serve(t *testing.T, start func(http.Handler) *httptest.Server) *served {
	t.Helper()
	home := t.TempDir()
	for _, name := range [...]string{"HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"} {
		t.Setenv(name, home)
	}
	t.Setenv("DOCKER_CONFIG", "")
	t.Setenv("REGISTRY_AUTH_FILE", "")
	back := registries.New(registries.Logger(log.New(io.Discard, "", 0)))
	s := new(served)
	s.Server = start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		front := s.front
		if _, digest, ok := strings.Cut(r.URL.Path, "/blobs/sha256:"); ok && r.Method == http.MethodGet {
			s.asked = append(s.asked, "sha256:"+digest)
		}
		s.mu.Unlock()
		if front == nil || !front(w, r) {
			back.ServeHTTP(w, r)
		}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(s.Close)
	return s
}

// push stores blobs and, under a tag, the last of the manifests.
func (s *served) push(t *testing.T, repository, tag string, blobs map[string][]byte, manifests ...[]byte) {
	t.Helper()
	put := func(method, at, kind string, body []byte) {
		t.Helper()
		r, err := http.NewRequest(method, s.URL+"/v2/"+repository+at, bytes.NewReader(body))
		check(t, err)
		r.Header.Set("Content-Type", kind)
		answer, err := s.Client().Do(r)
		check(t, err)
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusCreated {
			why, _ := io.ReadAll(answer.Body)
			t.Fatalf("%s %s: %s %s", method, at, answer.Status, why)
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(blobs)) {
		put("POST", "/blobs/uploads/?digest="+digest, "application/octet-stream", blobs[digest])
	}
	for i, m := range manifests {
		kind, name := manifestType, digested(m)
		if bytes.Contains(m, []byte(`"manifests"`)) {
			kind = indexType
		}
		if i == len(manifests)-1 && tag != "" {
			name = tag
		}
		put("PUT", "/manifests/"+name, kind, m)
	}
}

// answering sets what is asked before the registry.
func (s *served) answering(front func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.front, s.asked = front, nil
}

// three is an image of a plain layer, one in gzip and one in zstd.
func three(t *testing.T) (s sample, blobs map[string][]byte, manifest []byte) {
	s = layersOf(t, "f=1 x="+noise(3000), "f=2 x="+noise(4000), "g/f=3 x="+noise(5000))
	blobs = make(map[string][]byte)
	return s, blobs, s.manifest(blobs)
}

const threeHolds = "f=2@1 g/f=3@2"

func TestAnImageIsReadFromARegistry(t *testing.T) {
	s := serve(t, httptest.NewServer)
	image, blobs, manifest := three(t)
	s.push(t, "team/app", "1.0", blobs, manifest)
	s.push(t, "team/app", "latest", nil, manifest)
	for ref, tag := range map[string]string{
		"/team/app:1.0":                         "1.0",
		"/team/app":                             "latest",
		"/team/app@" + digested(manifest):       "",
		"/team/app:1.0@" + digested(manifest):   "1.0",
		"/team/app:other@" + digested(manifest): "other",
	} {
		for _, o := range []Options{{}, {Verify: true}, {Insecure: true}} {
			s.answering(nil)
			tree := open(t, "registry:"+s.host()+ref, o)
			files, odd := seen(t, tree, WalkOptions{})
			if files != threeHolds || odd != "" {
				t.Errorf("%s has %q and unreadable %q", ref, files, odd)
			}
			about := tree.About()
			m := about.Images[0]
			equal(t, []any{about.Kind, m.Name, m.Tag, m.Digest, m.Index, m.Config, m.Platform(), m.Verified},
				[]any{"image", s.host() + "/team/app", tag, digested(manifest), "", digested(image.config()), "linux/amd64", o.Verify})
			slices.Sort(s.asked)
			equal(t, s.asked, slices.Sorted(maps.Keys(func() map[string]bool { // each once
				once := map[string]bool{digested(image.config()): true}
				for i := range image.tars {
					once[digested(image.blob(i))] = true
				}
				return once
			}())))
		}
	}
}

func TestAnIndexOfARegistryIsReadForOnePlatformOrAll(t *testing.T) {
	s := serve(t, httptest.NewServer)
	one, two := layersOf(t, "f=1"), layersOf(t, "f=1", "f=2")
	two.arch = "s390x"
	blobs := make(map[string][]byte)
	index := indexed(blobs, one, two)
	manifests := [][]byte{one.manifest(blobs), two.manifest(blobs), index}
	s.push(t, "app", "1", blobs, manifests...)
	target := "registry:" + s.host() + "/app:1"
	for platform, want := range map[string]string{
		"linux/amd64": "f=1@0",
		"linux/s390x": "f=2@1",
		"linux/arm":   "has no image for linux/arm, but for linux/amd64, linux/s390x",
		"all":         "linux/amd64/f=1@0 linux/s390x/f=2@1",
	} {
		if got := whatever(t, target, Options{Platform: platform}); got != want {
			t.Errorf("%s: %q, not %q", platform, got, want)
		}
	}
	tree := open(t, target, Options{Platform: "all"})
	for i, m := range tree.About().Images {
		equal(t, []string{m.Tag, m.Digest, m.Index}, []string{"1", digested(manifests[i]), digested(index)})
	}
	if got := whatever(t, "registry:"+s.host()+"/app@"+digested(manifests[1]), Options{Platform: "linux/amd64"}); got != "is an image for linux/s390x, not linux/amd64" {
		t.Error(got)
	}
}

// login writes Docker's configuration with a password for a registry.
func login(t *testing.T, dir, file, host, password string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(file)), 0o700))
	auth := base64.StdEncoding.EncodeToString([]byte("user:" + password))
	check(t, os.WriteFile(filepath.Join(dir, file), fmt.Appendf(nil, `{"auths":{%q:{"auth":%q}}}`, host, auth), 0o600))
}

// basic lets in who knows the password.
func basic(w http.ResponseWriter, r *http.Request) bool {
	if _, password, _ := r.BasicAuth(); password == "right" {
		return false
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="here"`)
	w.WriteHeader(http.StatusUnauthorized)
	fmt.Fprint(w, `{"errors":[{"code":"UNAUTHORIZED","message":"who are you?"}]}`)
	return true
}

// bearer lets in who has a token, which who knows the password gets from the same server.
func bearer(s *served) func(w http.ResponseWriter, r *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == "/token":
			if !basic(w, r) {
				scope := r.URL.Query().Get("scope")
				if scope != "repository:app:pull" {
					scope = "of something else"
				}
				fmt.Fprintf(w, `{"token":"s3cret for %s"}`, scope)
			}
		case r.Header.Get("Authorization") != "Bearer s3cret for repository:app:pull":
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="%s/token",service="here",scope="repository:app:pull"`, s.URL))
			w.WriteHeader(http.StatusUnauthorized)
		default:
			return false
		}
		return true
	}
}

func TestTheKeychainOpensARegistry(t *testing.T) {
	_, blobs, manifest := three(t)
	for what, challenge := range map[string]func(*served) func(http.ResponseWriter, *http.Request) bool{
		"basic": func(*served) func(http.ResponseWriter, *http.Request) bool { return basic }, "bearer": bearer,
	} {
		s := serve(t, httptest.NewServer)
		s.push(t, "app", "1", blobs, manifest)
		s.answering(challenge(s))
		target := "registry:" + s.host() + "/app:1"
		unknown := "unauthorized: there are no credentials for " + s.host()
		if got := whatever(t, target, Options{}); got != unknown {
			t.Errorf("%s: %q, not %q", what, got, unknown)
		}
		podman, docker := t.TempDir(), t.TempDir()
		login(t, podman, "containers/auth.json", s.host(), "right")
		t.Setenv("XDG_RUNTIME_DIR", podman)
		if got := whatever(t, target, Options{}); got != threeHolds {
			t.Errorf("%s, with Podman's file: %q", what, got)
		}
		login(t, docker, "config.json", s.host(), "wr0ng")
		t.Setenv("DOCKER_CONFIG", docker)
		got := whatever(t, target, Options{})
		if got != "unauthorized: who are you?" && got != "unauthorized: the credentials are not accepted" || strings.Contains(got, "wr0ng") {
			t.Errorf("%s, with a wrong password: %q", what, got)
		}
		login(t, docker, "config.json", s.host(), "right")
		if got := whatever(t, target, Options{}); got != threeHolds {
			t.Errorf("%s, with Docker's file: %q", what, got)
		}
		login(t, docker, "config.json", "other.example", "right")
		if got := whatever(t, target, Options{}); got != unknown {
			t.Errorf("%s, with another registry's password: %q", what, got)
		}
	}
}

func TestAHelperOfTheKeychainIsAsked(t *testing.T) {
	s := serve(t, httptest.NewServer)
	_, blobs, manifest := three(t)
	s.push(t, "app", "1", blobs, manifest)
	s.answering(basic)
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "config.json"), fmt.Appendf(nil, `{"credHelpers":{%q:"here"}}`, s.host()), 0o600))
	t.Setenv("DOCKER_CONFIG", dir)
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	target := "registry:" + s.host() + "/app:1"
	for script, want := range map[string]string{
		"":                   `unauthorized: the credentials for ` + s.host() + ` cannot be read: error getting credentials - err: exec: "docker-credential-here": executable file not found in $PATH`,
		"echo wr0ng; exit 1": `unauthorized: the credentials for ` + s.host() + ` cannot be read: error getting credentials - err: exit status 1`,
		`echo '{"Username":"user","Secret":"right"}'`: threeHolds,
	} {
		program := filepath.Join(dir, "docker-credential-here")
		os.Remove(program)
		if script != "" {
			check(t, os.WriteFile(program, []byte("#!/bin/sh\ncat >/dev/null\n"+script+"\n"), 0o700))
		}
		got := whatever(t, target, Options{})
		for range 20 { // another test may have forked while the script was open for writing, https://go.dev/issue/22315
			if !strings.Contains(got, "text file busy") {
				break
			}
			time.Sleep(50 * time.Millisecond)
			got = whatever(t, target, Options{})
		}
		if got != want {
			t.Errorf("%q: %q, not %q", script, got, want)
		}
	}
	s.answering(nil)
	check(t, os.Remove(filepath.Join(dir, "docker-credential-here")))
	if got := whatever(t, target, Options{}); got != threeHolds {
		t.Errorf("what everybody may read, without the helper: %q", got)
	}
}

func TestWhatARegistryDoesNotHaveOrGarblesIsAnError(t *testing.T) {
	s := serve(t, httptest.NewServer)
	image, blobs, manifest := three(t)
	s.push(t, "app", "1", blobs, manifest)
	pair := indexed(blobs, image, layersOf(t))
	s.push(t, "app", "two", blobs, layersOf(t).manifest(blobs), pair)
	second := digested(image.blob(1))
	instead := func(end string, body []byte, status int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, end) {
				return false
			}
			w.WriteHeader(status)
			w.Write(body)
			return true
		}
	}
	cut := func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, second) {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(image.blob(1))))
		w.Write(image.blob(1)[:1000])
		return true
	}
	for what, c := range map[string]struct {
		ref, want string
		front     func(http.ResponseWriter, *http.Request) bool
	}{
		"a missing tag":        {"app:2", "not found", nil},
		"a missing digest":     {"app@" + digested(nil), "not found", nil},
		"a missing repository": {"none:1", "not found", nil},
		"no reference":         {"app:1:2", "is no reference to an image: ", nil},
		"upper case":           {"App:1", "is no reference to an image: ", nil},
		"a short digest":       {"app@sha256:00", "is no reference to an image: ", nil},
		"another manifest":     {"app@" + digested(manifest), "the registry sends another manifest than the one of this digest", instead("/manifests/"+digested(manifest), pair, 200)},
		"another manifest of an index": {"app:two", "manifest " + short(digested(manifest)) + ": the registry sends another manifest than the one of this digest",
			instead("/manifests/"+digested(manifest), pair, 200)},
		"a manifest that is none":      {"app:1", "manifest " + short(digested([]byte("<html>"))) + ": is no JSON", instead("/manifests/1", []byte("<html>"), 200)},
		"a manifest that never ends":   {"app:1", "has more than 16 MB", instead("/manifests/1", bytes.Repeat([]byte("  "), 10<<20), 200)},
		"a missing layer":              {"app:1", "layer 2 (" + short(second) + "): not found", instead("/blobs/"+second, nil, 404)},
		"a layer cut short":            {"app:1", "layer 2 (" + short(second) + "): unexpected EOF", cut},
		"a layer that ends early":      {"app:1", "layer 2 (" + short(second) + "): ", instead("/blobs/"+second, image.blob(1)[:1000], 200)},
		"another layer":                {"app:1", "layer 2 (" + short(second) + "): its bytes are not those that its digest is of", instead("/blobs/"+second, image.blob(2), 200)},
		"another configuration":        {"app:1", "configuration " + short(digested(image.config())) + ": its bytes are not those that its digest is of", instead("/blobs/"+digested(image.config()), []byte("{}"), 200)},
		"a layer that nobody may have": {"app:1", "layer 2 (" + short(second) + "): unauthorized: there are no credentials for " + s.host(), instead("/blobs/"+second, nil, 403)},
		"an answer that is none":       {"app:1", "the registry answers 418 I'm a teapot: short and", instead("/manifests/1", []byte(`{"errors":[{"code":"TEAPOT","message":"short and\nstout"}]}`), 418)},
	} {
		s.answering(c.front)
		got := whatever(t, "registry:"+s.host()+"/"+c.ref, Options{Platform: "all"})
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, not %q", what, got, c.want)
		}
	}
}

func TestARegistryIsTrustedOnlyIfItsCertificateIs(t *testing.T) {
	s := serve(t, httptest.NewTLSServer)
	_, blobs, manifest := three(t)
	s.push(t, "app", "1", blobs, manifest)
	target := "registry:" + s.host() + "/app:1"
	if _, err := Open(context.Background(), target, Options{}); !errors.Is(err, ErrInsecure) || !strings.HasPrefix(err.Error(), s.host()+": is not secure: ") {
		t.Errorf("its certificate is nobody's: %v", err)
	}
	if got := whatever(t, target, Options{Insecure: true}); got != threeHolds {
		t.Error(got)
	}
	r := httptest.NewRequest(http.MethodGet, "http://10.1.2.3/v2/", nil)
	if _, err := (guarded{new(http.Transport)}).RoundTrip(r); !errors.Is(err, errPlain) {
		t.Errorf("plain HTTP to a private address: %v", err)
	}
}

func TestAPullEndsWithItsContext(t *testing.T) {
	s := serve(t, httptest.NewServer)
	image, blobs, manifest := three(t)
	s.push(t, "app", "1", blobs, manifest)
	ctx, cancel := context.WithCancel(context.Background())
	s.answering(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, digested(image.blob(1))) {
			return false
		}
		w.Header().Set("Content-Length", "100000000")
		w.Write(image.blob(1)[:1000])
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
		return true
	})
	begun := time.Now()
	tree, err := Open(ctx, "registry:"+s.host()+"/app:1", Options{})
	check(t, err)
	defer tree.Close()
	if _, err := tree.Walk(ctx, initials{}, WalkOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if _, err := Open(ctx, "registry:"+s.host()+"/app:1", Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestARegistryThatNobodyRunsIsAnErrorThatNamesIt(t *testing.T) {
	s := serve(t, httptest.NewServer)
	host := s.host()
	s.Close()
	_, err := Open(context.Background(), "registry:"+host+"/app:1", Options{})
	if err == nil || !strings.HasPrefix(err.Error(), host+": ") || !strings.HasSuffix(err.Error(), "connection refused") {
		t.Error(err)
	}
}

func TestMessagesHoldNoSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"no token in bearer response:\n{\"refresh_token\":\"s3cret\"}": "no token in bearer response",
		`Get "https://user:s3cret@cdn.example/x?sig=s3cret": no route`: `Get "https://cdn.example no route`,
		"redirect to https://cdn.example?token=s3cret refused":         "redirect to https://cdn.example refused",
		"see https://registry.example and\ts3cret-free text":           "see https://registry.example and s3cret-free text",
		"a\x00\xff\x1b[31m": "a???[31m",
	} {
		if got := readable(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

func TestShortNamesAreDockersOwn(t *testing.T) {
	for short, want := range map[string]string{
		"alpine":                    "docker.io/library/alpine",
		"team/app":                  "docker.io/team/app",
		"docker.io/alpine":          "docker.io/library/alpine",
		"index.docker.io/team/app":  "docker.io/team/app",
		"ghcr.io/team/app":          "ghcr.io/team/app",
		"localhost/app":             "localhost/app",
		"registry.example:5000/app": "registry.example:5000/app",
	} {
		if got := full(short); got != want {
			t.Errorf("%s: %s, not %s", short, got, want)
		}
	}
}
