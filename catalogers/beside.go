package catalogers

import (
	"errors"
	"strings"
)

// Content is the Text of a file that its tool never leaves empty: one without a word is an error.
func (f *File) Content() (string, error) {
	text, err := f.Text()
	if err == nil && strings.TrimSpace(text) == "" {
		err = errors.New("is empty")
	}
	return text, err
}

// Has tells whether one of the files is there, named as for Beside.
func (f *File) Has(names ...string) bool {
	for _, name := range names {
		if other, err := f.Beside(name); err == nil {
			other.Close()
			return true
		}
	}
	return false
}

// TextBeside is the Text of a file that Beside opens. A missing file is fs.ErrNotExist.
func (f *File) TextBeside(name string) (string, error) {
	other, err := f.Beside(name)
	if err != nil {
		return "", err
	}
	return other.Text()
}
