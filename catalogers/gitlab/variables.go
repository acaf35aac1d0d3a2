package gitlab

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// scope is the variables that hold at a place: those of the pipeline, then those of the job, which hide them.
type scope []map[string]string

func (s scope) value(name string) string {
	for _, values := range slices.Backward(s) {
		if v, ok := values[name]; ok {
			return v
		}
	}
	return ""
}

// variables adds those with plain values to a scope.
func variables(n decode.Node, around scope) scope {
	if n.Kind() != decode.Object {
		return around
	}
	values := make(map[string]string)
	for name, v := range n.Entries() {
		if v.Kind() == decode.Object {
			v = v.Get("value")
		}
		if text := v.Text(); len(text) <= 4096 { // longer ones are no names
			values[name] = text
		}
	}
	return append(around[:len(around):len(around)], values)
}

// substitute puts the values of variables into a text. What is not set stays, as ${NAME}.
func substitute(text string, values scope) string {
	if strings.IndexByte(text, '$') < 0 || len(text) > 4096 {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "$")
		b.WriteString(before)
		if !ok || b.Len() > 4096 {
			return b.String()
		}
		name, after := rest, ""
		if inner, tail, braced := strings.Cut(strings.TrimPrefix(rest, "{"), "}"); braced && strings.HasPrefix(rest, "{") {
			name, after = inner, tail
		} else {
			end := 0
			for end < len(rest) && (rest[end] == '_' || 'a' <= rest[end]|0x20 && rest[end]|0x20 <= 'z' || '0' <= rest[end] && rest[end] <= '9') {
				end++
			}
			name, after = rest[:end], rest[end:]
		}
		if value := values.value(name); value != "" {
			b.WriteString(value)
		} else {
			b.WriteString("${" + name + "}")
		}
		text = after
	}
}
