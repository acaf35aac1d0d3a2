package sbom

// For gives the Facts of one file of a group of which each file, or some, makes an application of its own: what is claimed there
// belongs to the application of the file's folder. They are kept with f, and handed on with it.
func (f *Facts) For(file string) *Facts {
	part := NewFacts(f.Cataloger, f.Stage, file)
	part.Order, part.Limit = f.Order, f.Limit
	f.parts = append(f.parts, part)
	return part
}

// Parts lists what For gave, in that order.
func (f *Facts) Parts() []*Facts { return f.parts }
