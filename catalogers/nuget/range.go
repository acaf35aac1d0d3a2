package nuget

import "strings"

// exact gives the version that a range stands for, "" if it leaves the choice open: floating versions and intervals
// (https://learn.microsoft.com/nuget/concepts/package-versioning#version-ranges).
func exact(text string) string {
	text = strings.TrimSpace(text)
	if pin, ok := strings.CutPrefix(text, "["); ok {
		if pin, ok = strings.CutSuffix(pin, "]"); ok {
			low, high, two := strings.Cut(pin, ",")
			if low = strings.TrimSpace(low); !two || low == strings.TrimSpace(high) {
				return exact(low)
			}
		}
		return ""
	}
	if text == "" || strings.ContainsAny(text, "*[](),$@%") {
		return ""
	}
	return text
}

// lowest is the lowest version that a range allows, and whether that itself is allowed.
func lowest(text string) (low string, included bool) {
	low, _, _ = strings.Cut(strings.Trim(text, "[]() "), ",")
	return strings.TrimSpace(low), !strings.HasPrefix(strings.TrimSpace(text), "(")
}
