package sqlite

import "encoding/binary"

// log is a write-ahead log, https://www.sqlite.org/fileformat2.html#the_write_ahead_log, as far as it was committed.
type log struct {
	data     Source
	pageSize int
	frames   map[uint32]int64 // the offset of the last content of a page
	last     uint32           // the page that is the database's last
	buf      []byte           // one frame
}

const (
	logMagic    = 0x377f0682 // the lowest bit is set where checksums are over big-endian words
	logVersion  = 3007000
	logHeader   = 32
	frameLen    = 24 // of a frame's header, a page follows
	maxPageSize = 1 << 16
)

// openLog gives nil for a log without a commit: one that was never written to, or that was begun anew.
func openLog(data Source) (*log, error) {
	var h [logHeader]byte
	if data.Size() < logHeader+frameLen {
		return nil, nil
	}
	if err := readFull(data, h[:], 0); err != nil {
		return nil, err
	}
	word := func(i int) uint32 { return binary.BigEndian.Uint32(h[4*i:]) }
	size := word(2)
	if word(0)&^1 != logMagic || word(1) != logVersion || size < 512 || size > maxPageSize || size&(size-1) != 0 {
		return nil, nil
	}
	var order binary.ByteOrder = binary.LittleEndian
	if word(0)&1 != 0 {
		order = binary.BigEndian
	}
	sum := checksum{order: order}
	if sum.add(h[:24]); sum.a != word(6) || sum.b != word(7) {
		return nil, nil
	}
	l := &log{data: data, pageSize: int(size), frames: make(map[uint32]int64), buf: make([]byte, frameLen+int(size))}
	type frame struct {
		page   uint32
		offset int64
	}
	var open []frame // of the transaction that is not committed yet
	for at := int64(logHeader); at+int64(len(l.buf)) <= data.Size(); at += int64(len(l.buf)) {
		if err := readFull(data, l.buf, at); err != nil {
			return nil, err
		}
		f := func(i int) uint32 { return binary.BigEndian.Uint32(l.buf[4*i:]) }
		sum.add(l.buf[:8])
		sum.add(l.buf[frameLen:])
		if f(2) != word(4) || f(3) != word(5) || f(4) != sum.a || f(5) != sum.b || f(0) == 0 {
			break // what follows is of an earlier use of the log, or was being written
		}
		open = append(open, frame{f(0), at + frameLen})
		if f(1) == 0 {
			continue
		}
		l.last = f(1)
		for _, o := range open {
			l.frames[o.page] = o.offset
		}
		open = open[:0]
	}
	if len(l.frames) == 0 {
		return nil, nil
	}
	return l, nil
}

// checksum is that of the write-ahead log: two sums over pairs of words.
type checksum struct {
	order binary.ByteOrder
	a, b  uint32
}

func (c *checksum) add(p []byte) {
	for ; len(p) >= 8; p = p[8:] {
		c.a += c.order.Uint32(p) + c.b
		c.b += c.order.Uint32(p[4:]) + c.a
	}
}
