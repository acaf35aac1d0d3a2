package pe

import "strings"

// withoutMarks takes the marks of trademarks off a name.
func withoutMarks(name string) string {
	name = strings.NewReplacer("®", "", "™", "", "©", "", "(R)", "", "(TM)", "", "(r)", "", "(tm)", "").Replace(name)
	return strings.Join(strings.Fields(name), " ")
}

// number takes the number from the start of a version: "10.0.19041.1 (WinBuild.160101.0800)", "5, 15, 2, 0" as Visual C++ 6 wrote it. It is "" if
// there is none.
func number(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, ", ", "."), ",", ".")
	word, _, _ := strings.Cut(text, " ")
	word = strings.TrimPrefix(strings.TrimPrefix(word, "v"), "V")
	if word == "" || word[0] < '0' || word[0] > '9' || strings.Trim(word, "0.") == "" {
		return ""
	}
	return word
}
