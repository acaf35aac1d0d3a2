package decode

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Node is a value in a YAML text as people write it: with anchors, merge keys, tags and comments, which Block does not read.
// It costs some twenty times as much, so it is for workflows and manifests, not for lockfiles. Aliases are followed. The zero Node is a
// value that is not there; all questions to it have empty answers.
type Node struct {
	node  *yaml.Node
	line  int // of the key, or of the value if it has none
	steps *int
}

// ErrAliases says that following the aliases of a text leads to far more values than it has bytes.
var ErrAliases = errors.New("repeats itself by aliases without end")

// Nodes gives the documents of a YAML text. With a syntax error come the documents before it.
func Nodes(text string) ([]Node, error) {
	var list []Node
	steps := 1<<16 + 16*len(text)
	for d := yaml.NewDecoder(strings.NewReader(text)); ; {
		var document yaml.Node
		err := d.Decode(&document)
		switch {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return list, err
		case len(document.Content) > 0:
			list = append(list, Node{document.Content[0], document.Content[0].Line, &steps})
		}
	}
}

// Line is the line, counted from 1, of the value's key or dash; 0 if there is no value.
func (n Node) Line() int { return n.line }

// Kind tells what the value is. Scalars are Strings whatever they look like, but for Null. End is a value that is not there.
func (n Node) Kind() Kind {
	if n.node == nil {
		return End
	}
	switch n.node.Kind {
	case yaml.MappingNode:
		return Object
	case yaml.SequenceNode:
		return Array
	case yaml.ScalarNode:
		if n.node.Tag == "!!null" {
			return Null
		}
		return String
	}
	return End
}

// Text is a scalar's content; "" of any other value.
func (n Node) Text() string {
	if n.Kind() != String {
		return ""
	}
	return n.node.Value
}

// Comment is what a comment behind a scalar says, on its line.
func (n Node) Comment() string {
	if n.node == nil {
		return ""
	}
	return strings.TrimSpace(strings.TrimLeft(n.node.LineComment, "#"))
}

// Get follows keys through mappings.
func (n Node) Get(keys ...string) Node {
	for _, key := range keys {
		found := Node{}
		for k, v := range n.Entries() {
			if k == key {
				found = v
				break
			}
		}
		n = found
	}
	return n
}

// Entries visits the entries of a mapping in their order, then those that its merge keys add.
func (n Node) Entries() iter.Seq2[string, Node] {
	return func(yield func(string, Node) bool) { n.entries(nil, 0, yield) }
}

// maxMerges is how deep merge keys may merge what merges itself.
const maxMerges = 20

// entries visits all but the entries whose keys are taken by a mapping that merges this one.
func (n Node) entries(taken map[string]bool, depth int, yield func(string, Node) bool) bool {
	if n.Kind() != Object || depth > maxMerges {
		return true
	}
	var merged []Node
	for i := 0; i+1 < len(n.node.Content); i += 2 {
		key := n.node.Content[i]
		value, ok := n.follow(n.node.Content[i+1], key.Line)
		switch {
		case !ok:
			return false
		case key.Tag == "!!merge" && value.Kind() == Array:
			for item := range value.Items() {
				merged = append(merged, item)
			}
		case key.Tag == "!!merge":
			merged = append(merged, value)
		case taken[key.Value]:
		case !yield(key.Value, value):
			return false
		}
	}
	if len(merged) == 0 && depth == 0 {
		return true
	}
	if taken == nil {
		taken = make(map[string]bool)
	}
	for i := 0; i+1 < len(n.node.Content); i += 2 {
		taken[n.node.Content[i].Value] = true
	}
	for _, m := range merged {
		if !m.entries(taken, depth+1, yield) {
			return false
		}
	}
	return true
}

// Items visits the elements of a sequence.
func (n Node) Items() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.Kind() != Array {
			return
		}
		for _, item := range n.node.Content {
			value, ok := n.follow(item, item.Line)
			if !ok || !yield(value) {
				return
			}
		}
	}
}

// Texts gives the scalars of a sequence, or a single scalar as a list of one.
func (n Node) Texts() []string {
	if text := n.Text(); text != "" {
		return []string{text}
	}
	var list []string
	for item := range n.Items() {
		if text := item.Text(); text != "" {
			list = append(list, text)
		}
	}
	return list
}

// follow gives the value behind an alias. It returns false once far more values were visited than the text has bytes: then
// aliases multiply themselves.
func (n Node) follow(value *yaml.Node, line int) (Node, bool) {
	if *n.steps--; *n.steps < 0 {
		return Node{}, false
	}
	for i := 0; value.Kind == yaml.AliasNode && value.Alias != nil; i++ {
		if i > maxMerges {
			return Node{}, true
		}
		value = value.Alias
	}
	return Node{value, line, n.steps}, true
}

// Err tells whether the document could be walked to its end.
func (n Node) Err() error {
	if n.steps != nil && *n.steps < 0 {
		return fmt.Errorf("line %d: %w", n.line, ErrAliases)
	}
	return nil
}
