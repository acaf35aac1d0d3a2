package sbom

import (
	"strings"
	"unicode/utf8"
)

// maxURL is the length in bytes from which on a text is taken for no address: four times the longest presigned ones.
const maxURL = 8 << 10

// CleanURL returns an address as a document may show it: without user info, without query
// parameters and fragments that look like credentials, and spelled as RFC 3986 asks, so that it is a valid
// IRI reference and a valid xs:anyURI. The form git@host:path of git and scp comes back as ssh://host/path.
//
// It returns false for what no document may show or no reader could follow: places on the machine
// (file:, link:, what begins with a slash, a dot, a tilde or C:\), hosts that are none, text with control characters, and text of which
// it cannot tell whether it holds a password.
func CleanURL(raw string) (string, bool) {
	if plainURL(raw) {
		return raw, true
	}
	s := strings.ToValidUTF8(strings.TrimSpace(raw), "\uFFFD")
	if s == "" || len(s) > maxURL || localPath(s) || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return "", false
	}
	s, fragment, hasFragment := strings.Cut(s, "#")
	s, query, hasQuery := strings.Cut(s, "?")
	s, ok := withoutUser(strings.ReplaceAll(s, `\`, "/")) // browsers take either slash
	if !ok {
		return "", false
	}
	b := appendEncoded(make([]byte, 0, len(raw)+16), s)
	if query = withoutCredentials(query); hasQuery && query != "" {
		b = appendEncoded(append(b, '?'), query)
	}
	if fragment = withoutCredentials(fragment); hasFragment && fragment != "" {
		b = appendEncoded(append(b, '#'), fragment)
	}
	if len(b) == 0 || len(b) > maxURL {
		return "", false
	}
	return string(b), true
}

// plainURL recognises what nearly all lockfiles hold: a web address that needs no change.
func plainURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	host := true
	for i := range len(rest) {
		switch c := rest[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', c == '-', c == '.':
		case c == '/':
			if i == 0 {
				return false
			}
			host = false
		case c == '_', c == '~', c == '@', c == '+':
			if host {
				return false
			}
		default:
			return false
		}
	}
	return rest != ""
}

// localPath tells whether s is a place on a machine rather than an address.
func localPath(s string) bool {
	switch s[0] {
	case '/':
		return !strings.HasPrefix(s, "//")
	case '\\', '.', '~':
		return true
	}
	for rest := s; ; { // Maven stacks schemes: scm:git:file:///srv/git
		scheme := schemeOf(rest)
		if scheme == "" {
			return len(rest) < len(s) && rest != "" && !strings.HasPrefix(rest, "//") && strings.IndexByte("/\\.~", rest[0]) >= 0
		}
		if len(scheme) == 1 { // C:\ and C:/
			return true
		}
		switch strings.ToLower(scheme[strings.LastIndexByte(scheme, '+')+1:]) {
		case "file", "link", "portal":
			return true
		}
		rest = rest[len(scheme)+1:]
	}
}

// schemeOf returns the scheme of an address without its colon, or "".
func schemeOf(s string) string {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return s[:i]
		default:
			return ""
		}
	}
	return ""
}

// withoutUser takes the user info out of an address that has neither query nor fragment.
func withoutUser(s string) (string, bool) {
	at := strings.Index(s, "//")
	if at < 0 || at > 0 && s[at-1] != ':' {
		return withoutUserOpaque(s)
	}
	before, rest := s[:at], s[at+2:]
	if before != "" && (schemeOf(before) == "" || strings.Contains(before, "@")) {
		return "", false
	}
	end := len(rest)
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		end = i
	}
	authority, path := rest[:end], rest[end:]
	user := strings.LastIndexByte(authority, '@')
	authority = authority[user+1:]
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 {
		host, port = authority[:i], authority[i+1:]
	}
	if strings.Trim(port, "0123456789") != "" { // git+ssh://git@github.com:owner/name.git, as npm writes it
		if user < 0 && strings.Contains(path, "@") { // https://user:pass/word@host
			return "", false
		}
		authority = host + "/" + port
	}
	if !validHost(host) || strings.Contains(path, "://") && strings.Contains(path, "@") {
		return "", false
	}
	return before + "//" + authority + path, true
}

// withoutUserOpaque is withoutUser for what has no "//": the form of scp, and addresses such as
// mailto:name@host.
func withoutUserOpaque(s string) (string, bool) {
	first, _, _ := strings.Cut(s, "/")
	user := strings.LastIndexByte(first, '@')
	switch {
	case user <= 0, strings.HasPrefix(strings.ToLower(s), "mailto:"):
		return s, !strings.Contains(first, ":") || schemeOf(s) != ""
	}
	host, path, ok := strings.Cut(s[user+1:], ":")
	if !ok || !validHost(host) || path == "" || strings.Contains(path, "://") {
		return "", false
	}
	return "ssh://" + host + "/" + strings.TrimLeft(path, "/"), true
}

// validHost tells whether s can be a host: a name, which may be international, or an IPv4 address. One of IPv6 never stands
// in a lockfile that others shall use.
func validHost(s string) bool {
	for i := range len(s) {
		c := s[i]
		escape := c == '%' && i+2 < len(s) && s[i+1]|0x20 >= '8' && isHex(s[i+1]) && isHex(s[i+2]) // of a byte that is not ASCII
		if !escape && c < utf8.RuneSelf && !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_') {
			return false
		}
	}
	return s != "" && !strings.Contains(s, "\uFFFD") && !strings.Contains(s, "%EF%BF%BD")
}

// withoutCredentials drops the parameters of a query, or of a fragment that looks like one, whose name or
// value speaks of a credential.
func withoutCredentials(query string) string {
	if strings.IndexByte(query, '=') < 0 {
		return query
	}
	kept := make([]byte, 0, len(query))
	for rest := query; rest != ""; {
		pair := rest
		if i := strings.IndexAny(rest, "&;"); i >= 0 {
			pair, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		name, value, _ := strings.Cut(pair, "=")
		if pair == "" || credentialName(name) || strings.Contains(value, "@") && (strings.Contains(value, "://") || strings.Contains(strings.ToLower(value), "%3a%2f%2f")) {
			continue
		}
		if len(kept) > 0 {
			kept = append(kept, '&')
		}
		kept = append(kept, pair...)
	}
	return string(kept)
}

// credentialName tells whether a parameter of this name grants access: the names that GitLab, GitHub, npm registries,
// Azure's shared access signatures and the presigned addresses of AWS and Google use, and what resembles them.
func credentialName(name string) bool {
	name = strings.ToLower(strings.NewReplacer("%2d", "-", "%2D", "-", "%5f", "_", "%5F", "_").Replace(name))
	switch name {
	case "key", "sig", "auth", "pass", "pwd", "jwt", "code", "session", "sid", "awsaccesskeyid", "googleaccessid":
		return true
	}
	for _, prefix := range [...]string{"x-amz-", "x-goog-", "x-oss-", "x-cos-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	for _, part := range [...]string{"token", "secret", "passw", "signature", "credential", "apikey", "api_key", "api-key", "access_key", "access-key", "authorization"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// appendEncoded appends s with everything percent-encoded that RFC 3986 does not let stand.
func appendEncoded(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', strings.IndexByte("-._~:/?@!$&'()*+,;=", c) >= 0,
			c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// withoutUserInfo takes user info out of the addresses in a message.
func withoutUserInfo(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "://")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("://")
		end := strings.IndexAny(rest, "/?#\\\"' \t\n")
		if end < 0 {
			end = len(rest)
		}
		if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
			rest = rest[at+1:]
		}
		text = rest
	}
}
