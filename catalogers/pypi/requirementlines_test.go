package pypi

import "testing"

func TestUTF16IsReadInBothOrders(t *testing.T) {
	for _, text := range []string{
		"\xff\xfef\x00l\x00a\x00s\x00k\x00\n\x00\xe9\x00", // PowerShell's "pip freeze > requirements.txt"
		"\xfe\xff\x00f\x00l\x00a\x00s\x00k\x00\n\x00\xe9",
		"\xff\xfef\x00l\x00a\x00s\x00k\x00\n\x00\xe9\x00\x00", // cut within a letter
	} {
		if got := plainText(text); got != "flask\né" {
			t.Errorf("%q gives %q", text, got)
		}
	}
	if got := plainText("flask\n"); got != "flask\n" {
		t.Errorf("plain text gives %q", got)
	}
}
