package maven

import (
	"cmp"
	"strings"
)

// entry reads a library or a plugin: "group:artifact:version", "id:version", or a table.
func (c *catalog) entry(value any) (group, artifact, version string) {
	if text, ok := value.(string); ok {
		parts := strings.Split(text, ":")
		switch len(parts) {
		case 2:
			return parts[0], parts[0] + ".gradle.plugin", parts[1]
		case 3:
			return parts[0], parts[1], c.version(parts[2])
		}
		return "", "", ""
	}
	t, _ := value.(map[string]any)
	word := func(key string) string { s, _ := t[key].(string); return s }
	group, artifact = word("group"), word("name")
	if module := word("module"); module != "" {
		group, artifact, _ = strings.Cut(module, ":")
	}
	if id := word("id"); id != "" {
		group, artifact = id, id+".gradle.plugin"
	}
	if ref := word("version.ref"); ref != "" {
		return group, artifact, c.version(map[string]any{"ref": ref})
	}
	return group, artifact, c.version(t["version"])
}

// version gives what a version asks for: a text, a reference to [versions], or a rich version
// (https://docs.gradle.org/current/userguide/dependency_versions.html#sec:rich-version-constraints).
func (c *catalog) version(value any) string {
	if text, ok := value.(string); ok {
		return strings.TrimSuffix(text, "!!") // short for strictly
	}
	t, _ := value.(map[string]any)
	word := func(key string) string { s, _ := t[key].(string); return s }
	if ref := word("ref"); ref != "" {
		if other, ok := c.Versions[ref].(map[string]any); ok && other["ref"] != nil {
			return "" // no version refers to another
		}
		return c.version(c.Versions[ref])
	}
	asked := cmp.Or(word("strictly"), word("require"), word("prefer"))
	if preferred := word("prefer"); exact(asked) == "" && preferred != "" {
		return preferred
	}
	return asked
}
