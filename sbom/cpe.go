package sbom

import (
	"slices"
	"strconv"
	"strings"
)

// cpeAttributes is how many attributes a formatted string has: part, vendor, product, version, update, edition, language, sw_edition, target_sw,
// target_hw, other.
const cpeAttributes = 11

// The places of attributes in a formatted string.
const (
	cpePart     = 0
	cpeVersion  = 3
	cpeEdition  = 5
	cpeLanguage = 6
)

// CPE spells a CPE name as graphs hold it: as the formatted string of CPE 2.3, "cpe:2.3:a:haxx:curl:8.5.0:*:*:*:*:*:*:*". The name may be a formatted string,
// which may break off before its last attributes, or the URI of CPE 2.2, "cpe:/a:haxx:curl". A version goes into a name that leaves it open, in lower case and
// with its special characters quoted. The result is empty for what is no CPE name, and where the version holds blanks or other characters than printable ASCII.
//
// The names and both bindings are those of NIST IR 7695 (https://doi.org/10.6028/NIST.IR.7695), the languages those of CycloneDX's schemas.
func CPE(name, version string) string {
	var list []string
	var ok bool
	if rest, formatted := strings.CutPrefix(name, "cpe:2.3:"); formatted {
		list, ok = splitCPE(rest)
	} else if len(name) > len("cpe:/") && strings.EqualFold(name[:len("cpe:/")], "cpe:/") {
		list, ok = splitCPEURI(name[len("cpe:/"):])
	}
	if !ok {
		return ""
	}
	for len(list) < cpeAttributes {
		list = append(list, "")
	}
	if list[cpePart] = strings.ToLower(list[cpePart]); len(list[cpePart]) > 1 || !strings.Contains("aho*-", list[cpePart]) {
		return ""
	}
	if v := list[cpeVersion]; version != "" && (v == "" || v == "*") {
		list[cpeVersion] = quoteCPE(strings.ToLower(version))
	}
	b := make([]byte, 0, len(name)+len(version)+2*cpeAttributes)
	b = append(b, "cpe:2.3"...)
	for i, value := range list {
		b = append(b, ':')
		at := len(b)
		if b, ok = appendCPE(b, value); !ok || i == cpeLanguage && !cpeLanguageTag(string(b[at:])) {
			return ""
		}
	}
	if string(b) == name {
		return name
	}
	return string(b)
}

// splitCPE divides a formatted string at the colons that are not quoted.
func splitCPE(s string) (list []string, ok bool) {
	list = make([]string, 0, cpeAttributes)
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			list = append(list, s[from:i])
			from = i + 1
		}
		if len(list) == cpeAttributes {
			return nil, false
		}
	}
	return append(list, s[from:]), true
}

// splitCPEURI gives the components of a URI as a formatted string has them. Where the edition begins with a tilde, the attributes that came with 2.3 are
// packed into it.
func splitCPEURI(s string) (list []string, ok bool) {
	const components, packed = 7, 5
	parts := strings.SplitN(s, ":", components+1)
	if len(parts) > components {
		return nil, false
	}
	var more []string
	if len(parts) > cpeEdition && strings.HasPrefix(parts[cpeEdition], "~") {
		list := strings.SplitN(parts[cpeEdition][1:], "~", packed+1)
		if len(list) > packed {
			return nil, false
		}
		parts[cpeEdition], more = list[0], list[1:]
	}
	for len(more) > 0 && len(parts) < components {
		parts = append(parts, "")
	}
	parts = append(parts, more...)
	for i, p := range parts {
		if parts[i], ok = decodeCPE(p); !ok {
			return nil, false
		}
	}
	return parts, true
}

// decodeCPE takes the percent-encoding off a component of a URI and quotes what is special in a formatted string. Of the encoded characters 01 and 02 stand for
// the wildcards.
func decodeCPE(s string) (value string, ok bool) {
	s = strings.ToLower(s)
	if s == "-" || !strings.ContainsAny(s, `%*?\`) {
		return s, true
	}
	b := make([]byte, 0, 2*len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' {
			if i+2 >= len(s) {
				return "", false
			}
			code, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return "", false
			}
			i += 2
			switch c = byte(code); c {
			case 1:
				b = append(b, '?')
				continue
			case 2:
				b = append(b, '*')
				continue
			}
		}
		b = append(b, '\\', c)
	}
	return string(b), true
}

// quoteCPE quotes a text that is no attribute yet: nothing in it is a wildcard.
func quoteCPE(s string) string {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, '\\', s[i])
	}
	return string(b)
}

// appendCPE appends an attribute in the one spelling that it has: letters, digits, dots, dashes and underscores as they are, all else quoted, and unquoted only
// the wildcards at its ends. None is "*", any value.
func appendCPE(b []byte, value string) ([]byte, bool) {
	switch value {
	case "", "*":
		return append(b, '*'), true
	case "-": // not applicable
		return append(b, '-'), true
	}
	plain, begin, start := 0, true, len(b)
	for i := 0; i < len(value); i++ {
		c, quoted := value[i], false
		if c == '\\' {
			if i++; i == len(value) {
				return b, false
			}
			c, quoted = value[i], true
		}
		switch {
		case !quoted && c == '*':
			if i > 0 && i < len(value)-1 {
				return b, false
			}
			b = append(b, c)
			begin = false
			continue
		case !quoted && c == '?':
			if !begin && strings.Trim(value[i:], "?") != "" {
				return b, false
			}
			b = append(b, c)
			continue
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', c == '.', c == '-', c == '_':
			b = append(b, c)
		case '!' <= c && c <= '~':
			b = append(b, '\\', c)
		default:
			return b, false
		}
		begin = false
		plain++
	}
	return b, plain > 0 && string(b[start:]) != "-"
}

// cpeLanguageTag tells whether a text is a language, with or without a region, or stands for any or none.
func cpeLanguageTag(s string) bool {
	if s == "*" || s == "-" {
		return true
	}
	language, region, both := strings.Cut(s, "-")
	letters := func(s string) bool {
		return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") == ""
	}
	if len(language) != 2 && len(language) != 3 || !letters(language) {
		return false
	}
	return !both || len(region) == 2 && letters(region) || len(region) == 3 && strings.Trim(region, "0123456789") == ""
}

// sortCPEs gives names sorted, each once. It leaves the list that it is given as it is.
func sortCPEs(list []string) []string {
	for i := 1; i < len(list); i++ {
		if list[i-1] >= list[i] {
			list = slices.Clone(list)
			slices.Sort(list)
			return slices.Compact(list)
		}
	}
	return list
}
