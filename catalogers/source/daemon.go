package source

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
)

// daemon is Docker's or Podman's service: https://docs.docker.com/reference/api/engine/, https://docs.podman.io/en/latest/_static/api.html.
type daemon struct {
	kind   string
	client http.Client
	base   string // of the addresses of its API, with its version
}

// NoDaemonError says that no daemon of a kind answers.
type NoDaemonError struct {
	Kind  string   // "docker" or "podman"
	Tried []string // where it was looked for: sockets' paths, addresses
	Err   error    // why the last that exists did not answer; nil where there is none
}

func (e *NoDaemonError) Error() string {
	text := fmt.Sprintf("no %s daemon answers at %s", e.Kind, strings.Join(e.Tried, ", "))
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *NoDaemonError) Unwrap() error { return e.Err }

// openDaemon opens an image that a daemon has, by its name, digest or id. The daemon writes it as docker save does; it is read as it comes.
func openDaemon(ctx context.Context, kind, ref string, o Options) (Tree, error) {
	if ref == "" || path.Clean("/"+ref) != "/"+ref || strings.Trim(ref, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+/:@") != "" {
		return nil, errors.New("is no name of an image")
	}
	d, err := findDaemon(ctx, kind, o)
	if err != nil {
		return nil, err
	}
	query := make(url.Values)
	if os, rest, ok := strings.Cut(o.Platform, "/"); ok && kind == "docker" {
		arch, variant, _ := strings.Cut(rest, "/")
		query.Set("platform", fmt.Sprintf(`{"os":%q,"architecture":%q,"variant":%q}`, os, arch, variant))
	}
	known, err := d.inspect(ctx, ref, query)
	if err != nil {
		return nil, err
	}
	if o.Platform != "" && o.Platform != "all" && !known.several() {
		if is := known.platform(); is != o.Platform && !strings.HasPrefix(is, o.Platform+"/") {
			return nil, fmt.Errorf("is an image for %s, not %s", is, o.Platform)
		}
	}
	if known.several() {
		o.Platform = cmp.Or(o.Platform, known.platform()) // its index also lists what the daemon does not have
	}
	query.Set("format", "docker-archive")
	body, err := d.get(ctx, "/images/"+ref+"/get", query)
	if err != nil {
		return nil, err
	}
	tree, err := openStream(body, "", ref, o)
	if l, ok := tree.(*layered); ok {
		told := l.tree.about
		l.tree.about = func() About {
			about := told()
			for i := range about.Images {
				known.describe(&about.Images[i], ref)
			}
			return about
		}
	}
	return tree, err
}

// findDaemon asks the daemons in turn, and takes the first that answers.
func findDaemon(ctx context.Context, kind string, o Options) (*daemon, error) {
	getenv := o.Getenv
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	absent := &NoDaemonError{Kind: kind}
	for _, address := range addresses(kind, getenv) {
		network, at, ok := strings.Cut(address, "://")
		if !ok || network != "unix" && network != "tcp" {
			return nil, fmt.Errorf("the %s daemon's address %s is of a kind that is not supported: unix:// and tcp:// are", kind, readable(address))
		}
		absent.Tried = append(absent.Tried, at)
		d := &daemon{kind: kind, base: "http://" + kind}
		dialer := &net.Dialer{Timeout: 10 * time.Second}
		transport := &http.Transport{DisableCompression: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, at)
		}}
		if network == "tcp" {
			host, _, err := net.SplitHostPort(at)
			if err != nil {
				return nil, fmt.Errorf("the %s daemon's address %s has no port", kind, readable(address))
			}
			if transport.TLSClientConfig, err = certificates(getenv, host, o.Insecure); err != nil {
				return nil, err
			}
			if transport.TLSClientConfig != nil {
				d.base = "https://" + kind
			}
		}
		d.client.Transport = transport
		err := d.greet(ctx)
		switch {
		case err == nil:
			return d, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !errors.Is(err, os.ErrNotExist):
			absent.Err = reason(err)
		}
	}
	return nil, absent
}

// addresses are where a daemon may listen: where the environment says, otherwise where the packages of Docker, its Desktop and Podman, with and
// without root, put their sockets.
func addresses(kind string, getenv func(string) string) (list []string) {
	in := func(variable string, below ...string) {
		if dir := getenv(variable); dir != "" {
			list = append(list, "unix://"+path.Join(slices.Insert(below, 0, filepath.ToSlash(dir))...))
		}
	}
	if kind == "podman" {
		if host := getenv("CONTAINER_HOST"); host != "" {
			return []string{host}
		}
		in("XDG_RUNTIME_DIR", "podman/podman.sock")
		return append(list, "unix:///run/podman/podman.sock")
	}
	if host := getenv("DOCKER_HOST"); host != "" {
		return []string{host}
	}
	list = []string{"unix:///var/run/docker.sock"}
	in("XDG_RUNTIME_DIR", "docker.sock")
	in("HOME", ".docker/run/docker.sock")
	in("HOME", ".docker/desktop/docker.sock")
	return list
}

// certificates is how to speak to a daemon at a TCP address: with nothing, unless the environment asks for TLS, with the certificates in its folder.
func certificates(getenv func(string) string, host string, insecure bool) (*tls.Config, error) {
	dir := getenv("DOCKER_CERT_PATH")
	if dir == "" && getenv("DOCKER_TLS_VERIFY") == "" {
		return nil, nil
	}
	c := &tls.Config{ServerName: host, InsecureSkipVerify: insecure}
	if dir == "" {
		dir = filepath.Join(getenv("HOME"), ".docker")
	}
	if pem, err := os.ReadFile(filepath.Join(dir, "ca.pem")); err == nil {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("the daemon's ca.pem holds no certificate")
		}
	}
	own, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	if err == nil {
		c.Certificates = []tls.Certificate{own}
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the daemon's cert.pem and key.pem: %w", bare(err))
	}
	return c, nil
}

// greet asks which version of its API a daemon speaks. Podman has one of its own besides Docker's, in which names mean what they mean on its command line.
func (d *daemon) greet(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+"/_ping", nil)
	if err != nil {
		return err
	}
	answer, err := d.client.Do(r)
	if err != nil {
		return err
	}
	answer.Body.Close()
	version := func(header string) string {
		v := answer.Header.Get(header)
		if strings.Trim(v, "0123456789.") != "" {
			return ""
		}
		return v
	}
	if v := version("Libpod-API-Version"); v != "" && d.kind == "podman" {
		d.base += "/v" + v + "/libpod"
	} else if v := version("API-Version"); v != "" {
		d.base += "/v" + v
	}
	return nil
}

// reason is what is left of an error of an HTTP client without addresses.
func reason(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	var dial *net.OpError
	if errors.As(err, &dial) {
		err = dial.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return err
}

// get asks a daemon. The answer has to be closed.
func (d *daemon) get(ctx context.Context, at string, query url.Values) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+at+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := d.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the %s daemon: %w", d.kind, reason(err))
	}
	if answer.StatusCode == http.StatusOK {
		return saving{answer.Body, d}, nil
	}
	defer answer.Body.Close()
	var said struct{ Message string }
	data, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	if err == nil {
		err = json.Unmarshal(data, &said)
	}
	why := readable(said.Message)
	if err != nil || why == "" {
		why = http.StatusText(answer.StatusCode)
	}
	if answer.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("not found: %s", why)
	}
	return nil, fmt.Errorf("the %s daemon answers %d: %s", d.kind, answer.StatusCode, why)
}

// saving is what a daemon writes.
type saving struct {
	io.ReadCloser
	from *daemon
}

func (s saving) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("the %s daemon broke off: %w", s.from.kind, reason(err))
	}
	return n, err
}

func (s saving) Close() error {
	err := s.ReadCloser.Close()
	s.from.client.CloseIdleConnections()
	return err
}

// inspected is what a daemon knows of an image.
type inspected struct {
	RepoTags     []string
	RepoDigests  []string
	OS           string
	Architecture string
	Variant      string
	Digest       string      // of the manifest; only Podman tells
	Descriptor   *descriptor // of the manifest or index; only Docker tells, and only if containerd holds its images
}

func (d *daemon) inspect(ctx context.Context, ref string, query url.Values) (*inspected, error) {
	body, err := d.get(ctx, "/images/"+ref+"/json", query)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := small(body)
	if err != nil {
		return nil, err
	}
	known := new(inspected)
	return known, parse(data, known, "what the daemon says of the image")
}

func (i *inspected) platform() string {
	return (&Image{OS: i.OS, Arch: i.Architecture, Variant: i.Variant}).Platform()
}

// several tells an index.
func (i *inspected) several() bool {
	return i.Descriptor != nil && (strings.Contains(i.Descriptor.MediaType, ".index.") || strings.Contains(i.Descriptor.MediaType, ".list."))
}

// describe adds to an image what its archive does not tell: its name, and the digest by which a registry has it. A daemon knows the latter of what it
// pulled or pushed; the manifest that it writes into the archive is often another one, over unpacked layers.
func (i *inspected) describe(m *Image, ref string) {
	called, tag, asked := reference(ref)
	if !i.calls(called) { // an id, or a name that Podman completes
		all := slices.Concat(i.RepoTags, i.RepoDigests)
		if len(all) == 0 {
			return
		}
		called, tag, asked = reference(all[0])
	}
	if tag == "" && asked == "" {
		tag = "latest"
	}
	m.Name, m.Tag = called, tag
	var digests []string
	for _, d := range i.RepoDigests {
		if name, _, digest := reference(d); same(name, called) {
			digests = append(digests, digest)
			m.Name = full(called)
		}
	}
	if slices.Contains(digests, asked) {
		digests = []string{asked}
	}
	switch {
	case i.Digest != "":
		m.Digest = i.Digest
		if at := slices.IndexFunc(digests, func(d string) bool { return d != i.Digest }); at >= 0 {
			m.Index = digests[at]
		}
	case len(digests) == 0:
	case i.several() && m.Digest != digests[0]:
		m.Index = digests[0]
	default:
		m.Digest = digests[0]
	}
}

// calls tells whether an image has a name.
func (i *inspected) calls(repository string) bool {
	return slices.ContainsFunc(slices.Concat(i.RepoTags, i.RepoDigests), func(r string) bool {
		n, _, _ := reference(r)
		return same(n, repository)
	})
}

// same compares names of repositories, of which each may be short.
func same(a, b string) bool { return a == b || full(a) == full(b) }

// full is the name of a repository with its registry.
func full(short string) string {
	r, err := name.NewRepository(short)
	if err != nil {
		return short
	}
	return strings.Replace(r.Name(), name.DefaultRegistry+"/", "docker.io/", 1)
}
