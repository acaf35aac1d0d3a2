package decode

// Fields reads the members of an object that are strings, by their names; of two with one name the last holds, and a value of another
// kind is "". It suits small entries of which most is wanted: for others Object saves the map.
func (r *JSONReader) Fields() map[string]string {
	fields := make(map[string]string)
	r.Object(func(key string) { fields[key] = r.Text() })
	return fields
}
