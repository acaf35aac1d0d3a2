package sbom

// attested tells which applications are known only from documents of others, and which components occur elsewhere too. What
// was seen has its scope and its direct mark from where it was seen: a document that lists all it knows as required must not make a
// development dependency a runtime one.
func (r *resolver) attested() (documents map[Handle]bool, seen func(Handle) bool) {
	documents = make(map[Handle]bool)
	mark := func(i int, is bool) {
		documents[r.owners[i]] = is
		for _, h := range r.placed[i] {
			if r.components[h].IsApplication() {
				documents[h] = is
			}
		}
	}
	for i, f := range r.facts {
		if f.Technique == Attestation && len(f.claims) > 0 {
			mark(i, true)
		}
	}
	for i, f := range r.facts {
		if f.Technique != Attestation && len(f.claims) > 0 && len(documents) > 0 {
			mark(i, false)
		}
	}
	return documents, func(h Handle) bool {
		for _, app := range r.occurs[h] {
			if !documents[app] {
				return true
			}
		}
		return false
	}
}
