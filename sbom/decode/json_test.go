package decode

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// value reads any value into what encoding/json would make of it with UseNumber.
func value(r *JSONReader) any {
	switch r.Kind() {
	case Object:
		m := map[string]any{}
		r.Object(func(key string) { m[clean(key)] = value(r) })
		return m
	case Array:
		list := []any{}
		r.Array(func() { list = append(list, value(r)) })
		return list
	case String:
		return clean(r.Text())
	case Number:
		return json.Number(r.Raw())
	case Bool:
		return r.Bool()
	}
	r.Skip()
	return nil
}

// clean does to bytes that are not UTF-8 what encoding/json does: the reader leaves them as they are.
func clean(s string) string { return string([]rune(s)) }

func standard(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() || strings.TrimLeft(text[d.InputOffset():], " \t\r\n") != "" {
		return nil, errors.New("more")
	}
	return v, nil
}

var documents = []string{
	`{}`, `[]`, `null`, `true`, `false`, `""`, `0`, `-0`, `-1.5e+10`, `1E-2`, ` [ 1 , 2 ] `,
	`{"a":{"b":[1,"x",null,true,{"c":false}]},"d":"e"}`,
	`{"a":1,"a":2}`,
	`"\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac"`,
	`"\ud83d\ude00 \ud83d x \ude00 \ud83d\u0041"`,
	"\"\xff\xfe caf\xc3\xa9\"", `{"\u0061":"b"}`, "\r\n\t{\r\n\t\"a\"\r\n:\t1\r\n}\r\n",
	`{"a":"ends with a backslash\\"}`,
	// not JSON
	``, ` `, `{`, `}`, `[`, `]`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{"a":1 "b":2}`, `"`, `"\`, `"\"`, `"\u12"`, `"\x"`,
	`01`, `1.`, `.5`, `-`, `+1`, `1e`, `1e+`, `0x1`, `nul`, `truex`, `NaN`, `[1]]`, `{}{}`, `'a'`, `// c`, `[1] // c`, `/* c */ 1`,
}

func TestJSONReadsWhatTheStandardLibraryReads(t *testing.T) {
	for _, text := range documents {
		agree(t, text)
	}
}

func agree(t *testing.T, text string) {
	t.Helper()
	r := NewJSON(text)
	got := value(r)
	err := r.Finish()
	skipped := NewJSON(text)
	skipped.Skip()
	want, bad := standard(text)
	if bad != nil {
		return // the reader is more lenient: it does not look into strings
	}
	if errors.Is(err, ErrDepth) {
		return
	}
	if err != nil {
		t.Errorf("%q: %v", text, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q (-standard library +reader):\n%s", text, diff)
	}
	if err := skipped.Finish(); err != nil {
		t.Errorf("%q: skipping it: %v", text, err)
	}
}

func TestJSONRefusesWhatIsNone(t *testing.T) {
	for _, text := range documents {
		if _, bad := standard(text); bad == nil {
			continue
		}
		r := NewJSON(text)
		value(r)
		if r.Finish() == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func TestTruncatedJSONIsAnErrorWhereverItEnds(t *testing.T) {
	const whole = `{"a": [1, "two", {"three": null}], "b": "\u00e9"}`
	for n := range whole {
		r := NewJSON(whole[:n])
		value(r)
		if r.Finish() == nil {
			t.Errorf("%q is read", whole[:n])
		}
		r = NewJSON(whole[:n])
		r.Skip()
		if r.Finish() == nil {
			t.Errorf("%q is skipped", whole[:n])
		}
	}
}

func TestErrorsNameTheLine(t *testing.T) {
	r := NewJSON("{\n  \"a\": 1,\n  \"b\": ?\n}")
	r.Skip()
	var at *LineError
	if err := r.Finish(); !errors.As(err, &at) || at.Line != 3 {
		t.Errorf("the error is %v, want one at line 3", err)
	}
}

func TestLinesAreThoseOfTheNextValue(t *testing.T) {
	r := NewJSON("{\n\"a\":\n 1, \"b\": [\n\n2],\n\"c\": {}}")
	got := map[string]int{}
	r.Object(func(key string) {
		got[key] = r.Line()
		if key == "b" {
			r.Array(func() { got["2"] = r.Line() })
		}
	})
	if diff := cmp.Diff(map[string]int{"a": 3, "b": 3, "2": 5, "c": 6}, got); diff != "" {
		t.Error(diff)
	}
}

func TestMembersThatNobodyReadsAreSkipped(t *testing.T) {
	r := NewJSON(`{"a": {"x": [1, {}]}, "b": "two", "c": [[]], "d": 4}`)
	var b string
	var d int
	r.Object(func(key string) {
		switch key {
		case "b":
			b = r.Text()
		case "d":
			d = r.Int()
		}
	})
	if err := r.Finish(); err != nil || b != "two" || d != 4 {
		t.Errorf("b is %q and d is %d, error %v", b, d, err)
	}
}

func TestValuesOfAnotherKindAreSkippedAndGiveNothing(t *testing.T) {
	r := NewJSON(`{"text": 1, "int": "1", "big": 1e3, "bool": "true", "texts": {"a": []}, "mixed": ["a", 1, ["b"], "c"], "one": "d", "object": [1], "array": {"a": 1}, "last": "reached"}`)
	var texts, mixed, one []string
	last := ""
	r.Object(func(key string) {
		switch key {
		case "text":
			if s := r.Text(); s != "" {
				t.Errorf("a number is the text %q", s)
			}
		case "int", "big":
			if n := r.Int(); n != 0 {
				t.Errorf("%s is the number %d", key, n)
			}
		case "bool":
			if r.Bool() {
				t.Error("a text is true")
			}
		case "texts":
			texts = r.Texts()
		case "mixed":
			mixed = r.Texts()
		case "one":
			one = r.Texts()
		case "object":
			if r.Object(func(string) { t.Error("an array has members") }) {
				t.Error("an array is an object")
			}
		case "array":
			if r.Array(func() { t.Error("an object has elements") }) {
				t.Error("an object is an array")
			}
		case "last":
			last = r.Text()
		}
	})
	if err := r.Finish(); err != nil || last != "reached" {
		t.Errorf("the last member is %q, error %v", last, err)
	}
	if diff := cmp.Diff([][]string{nil, {"a", "c"}, {"d"}}, [][]string{texts, mixed, one}); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersAreReadWithTheirSign(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "-7": -7, " 3 ": 3, "1.5": 0, "99999999999999999999": 0} {
		if got := NewJSON(text).Int(); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
	if got := NewJSONC("/* three */ 3").Int(); got != 3 {
		t.Errorf("a number after a comment is %d, want 3", got)
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	for _, depth := range []int{MaxDepth, MaxDepth + 1, 1 << 20} {
		for _, brackets := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
			text := strings.Repeat(brackets[0], depth) + "1" + strings.Repeat(brackets[1], depth)
			r := NewJSON(text)
			r.Skip()
			if got := errors.Is(r.Finish(), ErrDepth); got != (depth > MaxDepth) {
				t.Errorf("%d levels of %s: the error is %v", depth, brackets[0], r.Err())
			}
		}
	}
}

func TestNothingIsReadAfterAnError(t *testing.T) {
	r := NewJSON(`{"a": x, "b": 1}`)
	calls := 0
	r.Object(func(string) { calls++; r.Skip() })
	first := r.Err()
	r.Object(func(string) { calls++ })
	r.Array(func() { calls++ })
	if s, n, b, raw := r.Text(), r.Int(), r.Bool(), r.Raw(); s != "" || n != 0 || b || raw != "" || r.Texts() != nil {
		t.Errorf("read %q %d %t %q after an error", s, n, b, raw)
	}
	if calls != 1 || first == nil || r.Finish() != first {
		t.Errorf("%d calls, errors %v and %v", calls, first, r.Finish())
	}
}

func TestCommentsAndTrailingCommasAreReadOnlyWhereAsked(t *testing.T) {
	const text = "// head\n{ /* a */ \"a\" /* b */ : /* c */ [1, 2, /* d */ ], // e\n \"b\": \"// no /* comment\",\n /* f\n */ }\n// tail"
	r := NewJSONC(text)
	got := value(r)
	if err := r.Finish(); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"a": []any{json.Number("1"), json.Number("2")}, "b": "// no /* comment"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	r = NewJSON(text)
	r.Skip()
	if r.Finish() == nil {
		t.Error("comments are read as JSON")
	}
	for _, broken := range []string{"/*", "[1 /* ", "/", "[1,,]", "[,]", "{,}", "{\"a\":1,,}"} {
		r := NewJSONC(broken)
		r.Skip()
		if r.Finish() == nil {
			t.Errorf("%q is read", broken)
		}
	}
}

func TestRawGivesTheTextOfAValue(t *testing.T) {
	r := NewJSON(`{"a":  [1, {"b": "]"}] , "c": 1}`)
	var raw string
	r.Object(func(key string) {
		if key == "a" {
			raw = r.Raw()
		}
	})
	if want := `[1, {"b": "]"}]`; raw != want || r.Finish() != nil {
		t.Errorf("the text is %q, want %q", raw, want)
	}
}

func TestStringsWithoutEscapesAreNotCopied(t *testing.T) {
	text := `{"name": "` + strings.Repeat("x", 100) + `", "list": ["a", "b"]}`
	n := testing.AllocsPerRun(100, func() {
		r := JSONReader{text: text, line: 1}
		r.Object(func(string) {
			if r.Kind() == String {
				r.Text()
			}
		})
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzJSONAgreesWithTheStandardLibrary(f *testing.F) {
	for _, text := range documents {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		agree(t, text)
		r := NewJSONC(text)
		value(r)
		if _, err := standard(text); err == nil && r.Finish() != nil && !errors.Is(r.Err(), ErrDepth) {
			t.Errorf("%q is JSON, but not with comments: %v", text, r.Err())
		}
	})
}

func BenchmarkSkippingALockfile(b *testing.B) {
	var s strings.Builder
	s.WriteString(`{"packages": {`)
	for i := range 20000 {
		if i > 0 {
			s.WriteByte(',')
		}
		fmt.Fprintf(&s, "\n    %s: {\n      \"version\": \"1.0.%d\",\n      \"integrity\": \"sha512-%s\",\n      \"engines\": {\n        \"node\": \">=18\"\n      },\n      \"dev\": true\n    }",
			strconv.Quote(fmt.Sprintf("node_modules/package-%d", i)), i, strings.Repeat("abcdEFGH", 11))
	}
	s.WriteString("}}")
	b.SetBytes(int64(s.Len()))
	b.ReportAllocs()
	for b.Loop() {
		r := NewJSON(s.String())
		r.Skip()
		if err := r.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}

func TestStringsFullOfEscapesAreReadInOneGo(t *testing.T) {
	text := `{"a":"` + strings.Repeat(`\\\"`, 4<<20) + `"}`
	began := time.Now()
	r := NewJSON(text)
	var got string
	r.Object(func(string) { got = r.Text() })
	if err := r.Finish(); err != nil || len(got) != 8<<20 {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}
