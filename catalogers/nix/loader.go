package nix

import (
	"debug/elf"
	"io"
	"strings"
)

// loadLimit is how much of a program is read: its tables of sections and of the names that it is linked by.
const loadLimit = 16 << 20

// loads gives the texts of a program that name what the loader takes it from: the run paths and the loader itself. The package debug/elf is not made
// for hostile input: its panics are caught.
func loads(r io.ReaderAt) (texts []string) {
	defer func() {
		if recover() != nil {
			texts = nil
		}
	}()
	f, err := elf.NewFile(r)
	if err != nil {
		return nil
	}
	for _, tag := range [...]elf.DynTag{elf.DT_RUNPATH, elf.DT_RPATH} {
		if values, err := f.DynValue(tag); err != nil || len(values) > 4 { // linkers write one
			continue
		}
		if list, err := f.DynString(tag); err == nil {
			texts = append(texts, list...)
		}
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP && p.Filesz < 1<<12 {
			if text, err := io.ReadAll(p.Open()); err == nil {
				texts = append(texts, strings.TrimRight(string(text), "\x00"))
			}
			break
		}
	}
	return texts
}
