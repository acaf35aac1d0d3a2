package weights

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// readConfig reads config.json. It tells whether that is one of transformers or diffusers: anybody may call a file so.
func readConfig(dir string, f *catalogers.File, c *sbom.Component, out *sbom.Facts) bool {
	file, err := f.At(path.Join(dir, "config.json"))
	if err != nil {
		return false
	}
	text, err := file.Text()
	if err != nil {
		out.GapAt(file.Path, "%v", err)
		return false
	}
	r := decode.NewJSON(text)
	is := false
	keep := func(name, value string) bool {
		property(c, "huggingface:"+name, value)
		return value != ""
	}
	r.Object(func(key string) {
		switch key {
		case "architectures":
			for i, a := range r.Texts() {
				if i < 16 {
					is = keep("architecture", a) || is
				}
			}
		case "model_type":
			is = keep("model-type", r.Text()) || is
		case "_class_name":
			is = keep("architecture", r.Text()) || is
		case "torch_dtype", "dtype":
			keep("type", r.Text())
		case "transformers_version":
			keep("transformers", r.Text())
		case "_diffusers_version":
			keep("diffusers", r.Text())
		case "_name_or_path":
			if owner, name, ok := strings.Cut(r.Text(), "/"); ok && repoName(owner) && repoName(name) {
				keep("loaded-from", owner+"/"+name)
			}
		case "quantization_config":
			r.Object(func(key string) {
				if key == "quant_method" {
					keep("quantization", r.Text())
				}
			})
		}
	})
	_, cached := snapshotOf(f.Path)
	if err := r.Finish(); err != nil && (is || cached) {
		at, reason := 0, err
		var l *decode.LineError
		if errors.As(err, &l) {
			at, reason = l.Line, l.Err
		}
		out.GapAt(file.Path, "%v", located(at, reason))
	}
	return is
}

func located(line int, err error) error {
	if line == 0 {
		return err
	}
	return fmt.Errorf("line %d: %w", line, err)
}
