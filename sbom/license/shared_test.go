package license

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func shared(t *testing.T, path ...string) string {
	root := os.Getenv("SBOMGEN_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
	if err != nil {
		t.Logf("left out: %s is not here", filepath.Join(path...))
		return ""
	}
	return string(data)
}

func unquote(s string) string {
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, "\n").Replace(strings.Trim(s, `"`))
}

func TestJudge(t *testing.T) {
	text := shared(t, "spec", "licenses", "ort-declared-license-mapping.yml")
	section := 0
	var total, agree, amb, ambok [3]int
	_ = amb
	_ = ambok
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "# Ambiguous") {
			section = 1
		}
		if strings.HasPrefix(line, "# Non-ambiguous") {
			section = 2
		}
		if section == 0 || !strings.HasPrefix(line, `"`) {
			continue
		}
		i := strings.LastIndex(line, `": `)
		name, want := unquote(line[1:i]), line[i+3:]
		total[section]++
		got, ok := Normalize(name)
		w, err := Parse(want)
		if err != nil {
			t.Error(err)
		}
		if section == 1 {
			c := Candidates(name)
			found := false
			for _, x := range c {
				e, _ := Parse(x)
				found = found || e.Equal(w)
			}
			if found {
				agree[1]++
			}
			if !found || ok {
				t.Logf("ambiguous %q: want %s got %v sure %v", name, want, c, ok)
			}
			continue
		}
		if ok && got.Equal(w) || !ok && want == "NONE" {
			agree[2]++
		} else {
			t.Logf("%q: want %s got %v sure %v", name, want, Candidates(name), ok)
		}
	}
	t.Log(total, agree)
}
