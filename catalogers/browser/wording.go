package browser

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// wording is the texts of an extension in its default language, by lower-case key
// (https://developer.chrome.com/docs/extensions/reference/api/i18n).
type wording map[string]string

func messages(f *catalogers.File, locale string) wording {
	if locale == "" || strings.Contains(locale, "/") {
		return nil
	}
	text, err := f.TextBeside("_locales/" + locale + "/messages.json")
	if err != nil {
		return nil
	}
	w := make(wording)
	r := decode.NewJSONC(text)
	r.Object(func(key string) {
		r.Object(func(field string) {
			if field == "message" {
				w[strings.ToLower(key)] = r.Text()
			}
		})
	})
	return w
}

// say gives a text of the manifest in words: "__MSG_key__" stands for a message.
func (w wording) say(text string) string {
	key, is := strings.CutPrefix(text, "__MSG_")
	if key, ok := strings.CutSuffix(key, "__"); is && ok {
		return w[strings.ToLower(key)]
	}
	return text
}
