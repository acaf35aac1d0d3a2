package license

// Category is how far a licence's conditions reach: what a reviewer sorts by
// before reading texts. It is a rule of thumb for each licence of the SPDX
// list, kept in its table, and no legal advice.
type Category uint8

// The categories, in the order of what they ask; Unstated asks most, since
// nobody knows.
const (
	Unstated        Category = iota // no licence, or one that the table does not know
	PublicDomain                    // no conditions: rights are given up, or none existed
	Permissive                      // notices and disclaimers
	WeakCopyleft                    // changes to the work itself stay under its licence (MPL, LGPL, CC-BY-SA)
	StrongCopyleft                  // so do works that contain it (GPL)
	NetworkCopyleft                 // so do works that are only offered over a network (AGPL, OSL)
	Proprietary                     // closed, or open with limits on platform, purpose or change
	SourceAvailable                 // commercial or competing use, certain users or derivatives are excluded
)

// String is the category's word in reports and policies.
func (c Category) String() string {
	switch c {
	case PublicDomain:
		return "public-domain"
	case Permissive:
		return "permissive"
	case WeakCopyleft:
		return "weak-copyleft"
	case StrongCopyleft:
		return "strong-copyleft"
	case NetworkCopyleft:
		return "network-copyleft"
	case Proprietary:
		return "proprietary"
	case SourceAvailable:
		return "source-available"
	}
	return "unstated"
}

// Asks tells whether c asks more of a licensee than other.
func (c Category) Asks(other Category) bool { return c-1 > other-1 } // Unstated wraps to the top

// CategoryOf is the category of one licence in any letter case: one of the SPDX
// list, or a LicenseRef that Normalize gives. It is Unstated for all others.
func CategoryOf(id string) Category {
	if l, ok := find(id); ok {
		switch l.marks[0] {
		case 'd':
			return PublicDomain
		case 'p':
			return Permissive
		case 'w':
			return WeakCopyleft
		case 's':
			return StrongCopyleft
		case 'n':
			return NetworkCopyleft
		case 'f':
			return Proprietary
		case 'a':
			return SourceAvailable
		}
		return Unstated
	}
	// https://scancode-licensedb.aboutcode.org has these categories.
	switch id {
	case "LicenseRef-scancode-public-domain", "LicenseRef-scancode-public-domain-disclaimer":
		return PublicDomain
	case "LicenseRef-scancode-repoze", "LicenseRef-scancode-jdom", "LicenseRef-scancode-indiana-extreme",
		"LicenseRef-scancode-dbad":
		return Permissive
	case "LicenseRef-scancode-josl-1.0":
		return WeakCopyleft
	case "LicenseRef-scancode-commons-clause", "LicenseRef-scancode-elastic-license-2018":
		return SourceAvailable
	case "LicenseRef-scancode-proprietary-license", "LicenseRef-scancode-amazon-sl",
		"LicenseRef-scancode-android-sdk-license", "LicenseRef-scancode-here-proprietary",
		"LicenseRef-scancode-solace-software-eula-2020", "LicenseRef-scancode-ms-net-library-2018-11",
		"LicenseRef-scancode-ms-net-library-2019-06", "LicenseRef-ort-google-maps-tos", "LicenseRef-ort-oracle-futc":
		return Proprietary
	}
	return Unstated
}

// Category is the category of an expression: of AND the operand's that asks
// most, of OR the one's that asks least. An exception that takes the copyleft
// from what is linked or generated makes strong copyleft weak.
func (e Expr) Category() Category {
	switch e.Op {
	case Leaf:
		category := CategoryOf(e.License)
		if category == StrongCopyleft || category == NetworkCopyleft {
			if l, ok := find(e.Exception); ok && l.marked('W') {
				return WeakCopyleft
			}
		}
		return category
	case And, Or:
		category := Unstated
		for i, arg := range e.Args {
			if other := arg.Category(); i == 0 || other.Asks(category) == (e.Op == And) {
				category = other
			}
		}
		return category
	}
	return Unstated
}
