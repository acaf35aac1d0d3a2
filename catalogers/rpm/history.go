package rpm

import (
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite"
)

// history lists what dnf was asked to install, as "name.arch": the last transaction with a package says why it is there,
// https://github.com/rpm-software-management/libdnf/tree/0.73.3/libdnf/transaction. It returns false where there is no history.
func history(f *catalogers.File, root string) (asked map[string]bool, ok bool) {
	at := path.Join(root, "var/lib/dnf/history.sqlite")
	file, err := f.At(at)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	data, err := file.Blob()
	if err != nil {
		return nil, false
	}
	var wal sqlite.Source
	if other, err := f.At(at + "-wal"); err == nil {
		defer other.Close()
		if b, err := other.Blob(); err == nil {
			wal = b
		}
	}
	db, err := sqlite.Open(data, wal)
	if err != nil {
		return nil, false
	}
	packages, err1 := db.Table("rpm")
	items, err2 := db.Table("trans_item")
	if err1 != nil || err2 != nil {
		return nil, false
	}
	named := make(map[int64]string)
	item, name, arch := packages.Column("item_id"), packages.Column("name"), packages.Column("arch")
	for row, err := range packages.Rows() {
		if err == nil {
			named[row.Int(item)] = row.Text(name) + "." + row.Text(arch)
		}
	}
	asked = make(map[string]bool)
	item, reason := items.Column("item_id"), items.Column("reason")
	for row, err := range items.Rows() {
		if err != nil {
			continue
		}
		const user, group = 2, 5 // reasons
		if name, ok := named[row.Int(item)]; ok {
			why := row.Int(reason)
			asked[name] = why == user || why == group
		}
	}
	return asked, len(asked) > 0
}
