package format

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// The names of the document properties with which Read says what a document was wrapped in.
const (
	// Wrapped says in what the document came, outermost first, and that nobody checked a signature.
	Wrapped = "sbomgen:wrapped-in"
	// Subject is what the statement says that the document is about: "NAME ALGORITHM:DIGEST".
	Subject = "sbomgen:statement-subject"
)

const (
	maxWrappings = 8
	maxSubjects  = 100 // that are told
)

// wrapping is what was met on the way to a document.
type wrapping struct {
	layers   []string
	subjects []string
}

// properties says in properties of the document what it was wrapped in.
func (w *wrapping) properties() []sbom.Property {
	if len(w.layers) == 0 {
		return nil
	}
	list := []sbom.Property{{Name: Wrapped, Value: strings.Join(w.layers, ", ") + "; not verified"}}
	for _, s := range w.subjects {
		list = append(list, sbom.Property{Name: Subject, Value: s})
	}
	return list
}

// open reads the document that a text wraps. Of several envelopes, one on each line as cosign download writes them, it is the one
// that holds an SBOM.
func (w *wrapping) open(kind content, text string) (*sbom.Document, error) {
	if len(w.layers) == maxWrappings {
		return nil, fmt.Errorf("wrapped more than %d times", maxWrappings)
	}
	if kind == envelope || kind == statement {
		if lines := texts(text); len(lines) > 1 {
			return w.choose(lines)
		}
	}
	switch kind {
	case statement:
		return w.statement(text)
	case envelope:
		return w.envelope(text)
	case bundle:
		return w.bundle(text)
	}
	var inner string
	err := members(text, func(r *decode.JSONReader, key string) {
		if key == "sbom" {
			inner = r.Raw()
		}
	})
	if err != nil {
		return nil, err
	}
	w.layers = append(w.layers, "answer of GitHub")
	return w.document(inner)
}

// texts splits JSON lines, of which each holds a whole object.
func texts(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if !strings.HasPrefix(line, "{") || !strings.HasSuffix(line, "}") {
			return nil
		}
		list = append(list, line)
	}
	return list
}

// choose reads the one text of several that holds an SBOM.
func (w *wrapping) choose(list []string) (*sbom.Document, error) {
	var found *sbom.Document
	var failed error
	for i, text := range list {
		one := wrapping{layers: slices.Clone(w.layers)}
		d, err := one.document(text)
		switch {
		case err != nil && failed == nil && !errors.Is(err, ErrNone):
			failed = fmt.Errorf("line %d: %w", i+1, err)
		case err != nil:
		case found != nil:
			return nil, errors.New("holds several SBOMs: give one of them")
		default:
			found = d
		}
	}
	switch {
	case found != nil:
		return found, nil
	case failed != nil:
		return nil, failed
	}
	return nil, ErrNone
}

// members calls member for each member of a JSON object.
func members(text string, member func(r *decode.JSONReader, key string)) error {
	r := decode.NewJSON(text)
	r.Object(func(key string) { member(r, key) })
	return r.Finish()
}

// statement reads an in-toto statement (https://github.com/in-toto/attestation/tree/main/spec), whose predicate is the document. Old
// versions of cosign put it, or its text, in the predicate's member Data.
func (w *wrapping) statement(text string) (*sbom.Document, error) {
	var inner, kind, data string
	err := members(text, func(r *decode.JSONReader, key string) {
		switch key {
		case "predicateType":
			kind = r.Text()
		case "subject":
			r.Array(func() { w.subject(r) })
		case "predicate":
			if r.Kind() == decode.String {
				inner = r.Text()
				return
			}
			inner = r.Raw()
		}
	})
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(inner, "{") && sniff(inner[:min(len(inner), headLength)]) == unknown {
		err := members(inner, func(r *decode.JSONReader, key string) {
			if key != "Data" {
				return
			}
			if r.Kind() == decode.String {
				data = r.Text()
				return
			}
			data = r.Raw()
		})
		if err == nil && data != "" {
			inner = data
		}
	}
	w.layers = append(w.layers, strings.TrimSpace("in-toto statement "+kind))
	d, err := w.document(inner)
	if errors.Is(err, ErrNone) && kind != "" {
		return nil, fmt.Errorf("in-toto statement of type %.100q: %w", kind, ErrNone)
	}
	return d, err
}

func (w *wrapping) subject(r *decode.JSONReader) {
	name, digest := "", ""
	r.Object(func(key string) {
		switch key {
		case "name":
			name = r.Text()
		case "digest":
			r.Object(func(algorithm string) {
				if value := r.Text(); digest == "" {
					digest = algorithm + ":" + value
				}
			})
		}
	})
	if len(w.subjects) < maxSubjects && (name != "" || digest != "") {
		w.subjects = append(w.subjects, strings.TrimSpace(name+" "+digest))
	}
}

// envelope reads a DSSE envelope (https://github.com/secure-systems-lab/dsse/blob/master/envelope.md).
func (w *wrapping) envelope(text string) (*sbom.Document, error) {
	payload, signatures := "", 0
	err := members(text, func(r *decode.JSONReader, key string) {
		switch key {
		case "payload":
			payload = r.Text()
		case "signatures":
			r.Array(func() { signatures++ })
		}
	})
	if err != nil {
		return nil, err
	}
	inner, err := unbase64(payload)
	if err != nil {
		return nil, fmt.Errorf("payload of the envelope: %w", err)
	}
	word := "signatures"
	if signatures == 1 {
		word = "signature"
	}
	w.layers = append(w.layers, fmt.Sprintf("DSSE envelope with %d %s", signatures, word))
	return w.document(inner)
}

// bundle reads a Sigstore bundle (https://docs.sigstore.dev/about/bundle/).
func (w *wrapping) bundle(text string) (*sbom.Document, error) {
	inner := ""
	err := members(text, func(r *decode.JSONReader, key string) {
		if key == "dsseEnvelope" {
			inner = r.Raw()
		}
	})
	switch {
	case err != nil:
		return nil, err
	case inner == "":
		return nil, errors.New("the Sigstore bundle holds a signature and not what it signs")
	}
	w.layers = append(w.layers, "Sigstore bundle")
	return w.envelope(inner)
}

// unbase64 decodes base64 in either alphabet, with or without padding.
func unbase64(text string) (string, error) {
	text = strings.TrimRight(text, "=")
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	b, err := encoding.DecodeString(text)
	if err != nil {
		return "", errors.New("is not base64")
	}
	return string(b), nil
}
