// Package decode reads JSON, TOML, YAML, XML and the like with line numbers and limits, for
// catalogers, readers of documents, policies and the configuration alike.
//
// Big and regular files are read by pull: JSONReader and Block walk the text once and hand out
// substrings of it. Small ones are decoded into structs.
package decode

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
	"go.yaml.in/yaml/v4"
)

// MaxDepth is how deep values may nest. Real files stay below 100 but for lockfiles of old npm versions, which
// nest a level per folder.
const MaxDepth = 1000

// ErrDepth says that a file nests deeper than MaxDepth.
var ErrDepth = fmt.Errorf("nests deeper than %d levels", MaxDepth)

// LineError is an error at a line, counted from 1.
type LineError struct {
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// JSON decodes a small JSON text into a struct. Keys are matched by case; of duplicate keys the last counts; values
// of another type than the field's are an error.
func JSON(text string, v any) error {
	err := json.Unmarshal([]byte(text), v, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		at := min(int(syntactic.ByteOffset), len(text))
		return &LineError{1 + strings.Count(text[:at], "\n"), syntactic.Err}
	}
	return err
}

// TOML decodes a TOML text into a struct.
func TOML(text string, v any) error {
	err := toml.Unmarshal([]byte(text), v)
	var de *toml.DecodeError
	if errors.As(err, &de) {
		line, _ := de.Position()
		reason, _, _ := strings.Cut(strings.TrimPrefix(de.Error(), "toml: "), " into struct field") // a name of ours, not of the file's
		return &LineError{line, errors.New(reason)}
	}
	return err
}

// Headers gives the lines, counted from 1, at which a TOML text opens the elements of the array of tables with the
// name: where each "[[name]]" stands. It is nil if there are not exactly n of them, as when a string hides one.
func Headers(text, name string, n int) []int {
	header := "[[" + name + "]]"
	lines := make([]int, 0, n)
	line := 1
	for rest := text; rest != ""; line++ {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		if strings.HasPrefix(l, header) {
			lines = append(lines, line)
		}
	}
	if len(lines) != n {
		return nil
	}
	return lines
}

// YAML decodes the first document of a YAML text into a struct. A key that stands twice in a mapping is an error. It is slow: big lockfiles are read
// with Block.
func YAML(text string, v any) error {
	if strings.Count(text, "*") > 10000 {
		return errors.New("holds more than 10000 aliases")
	}
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil || len(document.Content) == 0 {
		return err
	}
	if err := unique(&document); err != nil {
		return err
	}
	return document.Load(v, yaml.WithV3Defaults(), yaml.WithUniqueKeys(false))
}

// unique looks for keys that stand twice. The library compares each key with each other, and words an error for every pair.
func unique(document *yaml.Node) error {
	lines := make(map[string]int)
	for left := []*yaml.Node{document}; len(left) > 0; {
		n := left[len(left)-1]
		left = append(left[:len(left)-1], n.Content...)
		if n.Kind != yaml.MappingNode {
			continue
		}
		if len(lines) > 64 { // to clear a large map for each small one would take long
			lines = make(map[string]int)
		}
		clear(lines)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode {
				continue
			}
			if first, twice := lines[key.Value]; twice {
				return &LineError{key.Line, fmt.Errorf("the key %.80q stands at line %d as well", key.Value, first)}
			}
			lines[key.Value] = key.Line
		}
	}
	return nil
}

// Keys gives the line, counted from 1, of every key and table header of a TOML text, under its path joined by KeyPath. Of keys that
// stand several times, as in arrays of tables, the first counts. A text with a syntax error gives the keys before it.
func Keys(text string) map[string]int {
	var p unstable.Parser
	p.Reset([]byte(text))
	lines := make(map[string]int)
	note := func(path string, line int) {
		if _, known := lines[path]; !known {
			lines[path] = line
		}
	}
	table := ""
	line, counted := 1, 0 // keys come in the order of the text
	lineAt := func(offset int) int {
		if offset > counted {
			line += strings.Count(text[counted:offset], "\n")
			counted = offset
		}
		return line
	}
	for p.NextExpression() {
		e := p.Expression()
		path, at := table, 0
		if e.Kind != unstable.KeyValue {
			path = ""
		}
		for k := e.Key(); k.Next(); {
			if at == 0 {
				at = lineAt(int(k.Node().Raw.Offset))
			}
			path = KeyPath(path, string(k.Node().Data))
			note(path, at)
		}
		if e.Kind != unstable.KeyValue {
			table = path
		}
	}
	return lines
}

// KeyPath joins keys as Keys does.
func KeyPath(keys ...string) string { return strings.TrimPrefix(strings.Join(keys, "\x00"), "\x00") }
