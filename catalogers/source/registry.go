package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	pull "github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// registry is a repository of a registry: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull. It checks the digest of all that it
// fetches, at its end.
type registry struct {
	repository name.Repository
	puller     *pull.Puller
	transport  *http.Transport
	manifests  map[string][]byte // by digest: nil where it is only known that the digest is one's
	keyless    error             // why there are no credentials
}

// openRegistry opens an image of a registry, as Docker names it: "alpine" is docker.io/library/alpine:latest. Credentials are those of Docker's or Podman's
// configuration, which may have programs to ask for them.
func openRegistry(ctx context.Context, ref string, o Options) (Tree, error) {
	var options []name.Option
	if o.Insecure {
		options = append(options, name.Insecure)
	}
	parsed, err := name.ParseReference(ref, options...)
	if err != nil {
		return nil, fmt.Errorf("is no reference to an image: %s", readable(err.Error()))
	}
	r := &registry{repository: parsed.Context(), transport: pull.DefaultTransport.(*http.Transport).Clone(), manifests: make(map[string][]byte)}
	r.transport.DisableCompression = true // a blob's digest is of its bytes as they are stored
	through := http.RoundTripper(guarded{r.transport})
	if o.Insecure {
		r.transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
		through = r.transport
	}
	auth, err := r.credentials(ctx)
	if err != nil {
		return nil, err
	}
	if r.puller, err = pull.NewPuller(pull.WithAuth(auth), pull.WithTransport(through)); err != nil {
		return nil, err
	}
	pictures, err := r.pictures(ctx, parsed, o)
	if err != nil {
		r.close()
		return nil, err
	}
	written, tag, _ := reference(ref)
	if _, digest := parsed.(name.Digest); !digest {
		tag = parsed.Identifier()
	}
	called := full(r.repository.Name())
	for _, p := range pictures {
		p.Name, p.Tag = called, tag
	}
	return newLayered(r, pictures, written, o), nil
}

// credentials asks the keychain. Where that fails, an image that everybody may read is still to be had. A program of the keychain's does not end with ctx.
func (r *registry) credentials(ctx context.Context) (authn.Authenticator, error) {
	type answer struct {
		auth authn.Authenticator
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		auth, err := authn.Resolve(ctx, authn.DefaultKeychain, r.repository)
		got <- answer{auth, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case a := <-got:
		switch {
		case a.err != nil:
			text, _, _ := strings.Cut(a.err.Error(), ", out:") // what a program wrote may hold what it should have told nobody
			r.keyless = fmt.Errorf("the credentials for %s cannot be read: %s", r.repository.RegistryStr(), readable(text))
		case a.auth == authn.Anonymous:
			r.keyless = fmt.Errorf("there are no credentials for %s", r.repository.RegistryStr())
		default:
			return a.auth, nil
		}
		return authn.Anonymous, nil
	}
}

// pictures makes the pictures of a tag or digest.
func (r *registry) pictures(ctx context.Context, ref name.Reference, o Options) ([]*picture, error) {
	top, err := r.manifest(ctx, ref)
	if err != nil {
		return nil, err
	}
	pictures, err := choose("", o).pictures(ctx, r, descriptor{Digest: top}, 0)
	for _, p := range pictures {
		if p.Digest != top {
			p.Index = top
		}
	}
	return pictures, err
}

// manifest fetches a manifest or index, and gives its digest.
func (r *registry) manifest(ctx context.Context, ref name.Reference) (digest string, err error) {
	got, err := r.puller.Get(ctx, ref)
	if err != nil {
		return "", r.word(err)
	}
	if len(got.Manifest) > maxDocument {
		return "", fmt.Errorf("has more than %d MB", maxDocument>>20)
	}
	digest = got.Digest.String()
	r.manifests[digest] = got.Manifest
	var index manifest
	if parse(got.Manifest, &index, "") == nil {
		for i := range index.Manifests {
			if d := index.Manifests[i].Digest; r.manifests[d] == nil {
				r.manifests[d] = nil
			}
		}
	}
	return digest, nil
}

// document reads a manifest or, of any other digest, a blob: a registry keeps them apart.
func (r *registry) document(ctx context.Context, key string) ([]byte, error) {
	if data, is := r.manifests[key]; data != nil {
		return data, nil
	} else if is {
		digest, err := r.manifest(ctx, r.repository.Digest(key))
		return r.manifests[digest], err
	}
	blob, err := r.stored(ctx, key)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return small(blob)
}

func (r *registry) stored(ctx context.Context, key string) (layerBlob, error) {
	layer, err := r.puller.Layer(ctx, r.repository.Digest(key))
	if err != nil {
		return layerBlob{}, r.word(err)
	}
	body, err := layer.Compressed()
	if err != nil {
		return layerBlob{}, r.word(err)
	}
	return layerBlob{ReadCloser: fetched{body, r}, size: -1}, nil
}

func (r *registry) close() error {
	r.transport.CloseIdleConnections()
	return nil
}

// fetched is a blob on its way.
type fetched struct {
	io.ReadCloser
	from *registry
}

func (f fetched) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = f.from.word(err)
	}
	return n, err
}

// guarded speaks plain HTTP only to this machine: what is near enough for the registry library, a private address, may be anybody's.
type guarded struct{ *http.Transport }

func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	host := r.URL.Hostname()
	ip := net.ParseIP(host)
	if r.URL.Scheme == "http" && host != "localhost" && !strings.HasSuffix(host, ".localhost") && !ip.IsLoopback() {
		return nil, errPlain
	}
	return g.Transport.RoundTrip(r)
}

// ErrInsecure says that a registry speaks plain HTTP, or has a certificate that nobody vouches for. Options.Insecure accepts that.
var ErrInsecure = errors.New("is not secure")

var errPlain = errors.New("speaks plain HTTP")

// untrusted tells errors that Options.Insecure would have prevented.
func untrusted(err error) bool {
	var bad *tls.CertificateVerificationError
	return errors.Is(err, errPlain) || errors.As(err, &bad) || errors.Is(err, http.ErrSchemeMismatch)
}

// word says what went wrong, without what an address may hold beside its host: tokens, signatures, user info.
func (r *registry) word(err error) error {
	var answer *transport.Error
	var at *url.Error
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.As(err, &answer) && !untrusted(err):
		return r.refusal(answer)
	case errors.As(err, &at):
		host := r.repository.RegistryStr()
		if u, err := url.Parse(at.URL); err == nil && u.Host != "" {
			host = u.Host
		}
		if untrusted(err) {
			return fmt.Errorf("%s: %w: %s", host, ErrInsecure, readable(at.Err.Error()))
		}
		return fmt.Errorf("%s: %s", host, readable(at.Err.Error()))
	}
	// The library keeps the types of these two for itself.
	switch text := err.Error(); {
	case strings.HasPrefix(text, "error verifying "):
		return errors.New("its bytes are not those that its digest is of")
	case strings.HasPrefix(text, "manifest digest: "):
		return errors.New("the registry sends another manifest than the one of this digest")
	}
	return errors.New(readable(err.Error()))
}

// refusal words the answer of a registry that is none:
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes.
func (r *registry) refusal(answer *transport.Error) error {
	said := ""
	if len(answer.Errors) > 0 {
		said = readable(answer.Errors[0].Message)
	}
	switch answer.StatusCode {
	case http.StatusNotFound:
		return errors.New("not found")
	case http.StatusUnauthorized, http.StatusForbidden:
		if r.keyless != nil {
			return fmt.Errorf("unauthorized: %w", r.keyless)
		}
		if said == "" {
			said = "the credentials are not accepted"
		}
		return fmt.Errorf("unauthorized: %s", said)
	}
	if said != "" {
		said = ": " + said
	}
	return fmt.Errorf("the registry answers %d %s%s", answer.StatusCode, http.StatusText(answer.StatusCode), said)
}

// readable is the first line of a text, as far as it can be printed. Addresses in it end with their host.
func readable(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		} else if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, text)
	words := strings.Fields(text)
	for i, w := range words {
		before, rest, ok := strings.Cut(w, "://")
		if !ok {
			continue
		}
		end := strings.IndexAny(rest, `/?#"'`)
		if end < 0 {
			end = len(rest)
		}
		words[i] = before + "://" + rest[strings.LastIndexByte(rest[:end], '@')+1:end]
	}
	return shorten(strings.TrimSuffix(strings.Join(words, " "), ":"))
}
