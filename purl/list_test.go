package purl

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

func TestTheListOfTypesHoldsEveryConstant(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "types.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := 0
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := v.Type.(*ast.Ident); ok && name.Name == "Type" {
			constants++
		}
		return true
	})
	list := Types()
	if len(list) != constants {
		t.Errorf("types.go has %d types, the list %d", constants, len(list))
	}
	if !slices.IsSorted(list) {
		t.Error("the list is not sorted")
	}
	for _, x := range list {
		if !x.Registered() {
			t.Errorf("%s is not registered", x)
		}
	}
}
