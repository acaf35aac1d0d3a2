// Package budget bounds what one file can make us read: the packages below debug follow whatever offsets it names.
package budget

import "io"

// Reader reads what From holds until as many bytes as are Left were read; then it ends.
type Reader struct {
	From io.ReaderAt
	Left int
}

// ReadAt reads from an offset, as io.ReaderAt asks. Once the budget is used up it gives io.ErrUnexpectedEOF.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if len(p) > r.Left {
		return 0, io.ErrUnexpectedEOF
	}
	r.Left -= len(p)
	return r.From.ReadAt(p, off)
}
