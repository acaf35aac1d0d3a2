package version

import "strings"

// compareCPAN orders as version.pm: decimals group their fraction by three
// digits (1.5 is v1.500), two dots or a "v" make a dotted version, and the
// underscore of a trial release means nothing: https://metacpan.org/pod/version.
func compareCPAN(a, b string) (int, bool) {
	x, okX := cpanNumbers(a)
	y, okY := cpanNumbers(b)
	return comparePadded(x, y), okX && okY
}

// cpanNumbers returns a version as dotted numbers.
func cpanNumbers(s string) (string, bool) {
	s = strings.ReplaceAll(s, "_", "")
	dotted, v := strings.CutPrefix(s, "v")
	if !isNumbers(dotted, "") {
		return "", false
	}
	whole, fraction, ok := strings.Cut(s, ".")
	if v || !ok || strings.Contains(fraction, ".") {
		return dotted, true
	}
	b := []byte(whole)
	for i := range len(fraction) {
		if i%3 == 0 {
			b = append(b, '.')
		}
		b = append(b, fraction[i])
	}
	for range (3 - len(fraction)%3) % 3 {
		b = append(b, '0')
	}
	return string(b), true
}
