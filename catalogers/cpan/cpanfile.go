package cpan

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// blockEnd stands for the end of a block once the text is split into statements.
const blockEnd = "}end"

// asked lists what the cpanfile beside asks for. It is Perl; read are its statements of one line, requires 'Module', 'range';
// and the blocks on 'phase' => sub { ... };
func asked(f *catalogers.File, owner string) []want {
	other, err := f.Beside("cpanfile")
	if err != nil {
		return nil
	}
	text, err := other.Text()
	if err != nil {
		return nil
	}
	var wants []want
	phase := ""
	for statement := range strings.FieldsFuncSeq(uncommented(text), func(c rune) bool { return c == ';' || c == '{' || c == '\n' }) {
		word, rest, _ := strings.Cut(strings.TrimSpace(statement), " ")
		args := quoted(rest)
		switch word {
		case "on":
			if len(args) == 0 { // on test => sub
				args = strings.Fields(rest)
			}
			if len(args) > 0 {
				phase = args[0]
			}
			continue
		case "feature":
			phase = "feature"
			continue
		case blockEnd:
			phase = ""
			continue
		}
		scope, ok := scopeOf(word, phase)
		if !ok || len(args) == 0 {
			continue
		}
		w := want{from: owner, module: args[0], scope: scope}
		if len(args) > 1 {
			w.rng = args[1]
		}
		wants = append(wants, w)
	}
	return wants
}

// uncommented takes comments out, and marks ends of blocks as statements of their own.
func uncommented(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if i := strings.IndexByte(line, '#'); i >= 0 {
			line = line[:i]
		}
		b.WriteString(strings.ReplaceAll(line, "}", "; "+blockEnd+" ;"))
		b.WriteByte('\n')
	}
	return b.String()
}

// scopeOf tells what a statement in a phase asks for.
func scopeOf(word, phase string) (sbom.Scope, bool) {
	switch word {
	case "test_requires", "author_requires", "configure_requires", "build_requires":
		phase = strings.TrimSuffix(word, "_requires")
	case "recommends", "suggests":
		if phase == "" {
			phase = "feature"
		}
	case "requires":
	default:
		return 0, false
	}
	switch phase {
	case "test":
		return sbom.Test, true
	case "develop", "author":
		return sbom.Development, true
	case "configure", "build":
		return sbom.Build, true
	case "feature":
		return sbom.Optional, true
	}
	return sbom.Runtime, true
}

// quoted lists the quoted strings of a text.
func quoted(text string) []string {
	var list []string
	for {
		i := strings.IndexAny(text, `'"`)
		if i < 0 {
			return list
		}
		s, rest, ok := strings.Cut(text[i+1:], text[i:i+1])
		if !ok {
			return list
		}
		list, text = append(list, s), rest
	}
}
