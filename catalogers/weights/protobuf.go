package weights

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// message is a protobuf message in a file. It reads keys and numbers; of what has a length it keeps the place.
type message struct {
	at     io.ReaderAt
	pos    int64
	end    int64
	fields int
	err    error
	buffer *bufio.Reader
	read   int64 // where the buffer stands

	field  int
	number uint64
	from   int64 // of a field that has a length
	size   int64
}

// mostFields bounds how many fields of one message are looked at. A graph has one for each node and each weight.
const mostFields = 1 << 20

// next moves to the next field.
func (m *message) next() bool {
	if m.err != nil || m.pos >= m.end {
		return false
	}
	if m.fields++; m.fields > mostFields {
		m.err = errors.New("has too many fields")
		return false
	}
	key := m.varint()
	m.field, m.size, m.number = int(key>>3), 0, 0
	switch key & 7 {
	case 0:
		m.number = m.varint()
	case 1:
		m.pos += 8
	case 2:
		n := m.varint()
		m.from, m.size = m.pos, int64(n)
		if n > uint64(m.end-m.pos) {
			m.err = errors.New("a field is longer than the message that it stands in")
			return false
		}
		m.pos += m.size
	case 5:
		m.pos += 4
	default: // groups, which are not used since 2008
		m.err = errors.New("is no protobuf message")
	}
	if m.err == nil && m.pos > m.end {
		m.err = errors.New("ends within a field")
	}
	return m.err == nil
}

func (m *message) varint() uint64 {
	if m.err != nil {
		return 0
	}
	if ahead := m.pos - m.read; m.buffer == nil || ahead < 0 || ahead > 4096 {
		section := io.NewSectionReader(m.at, m.pos, m.end-m.pos)
		if m.buffer == nil {
			m.buffer = bufio.NewReaderSize(section, 512)
		} else {
			m.buffer.Reset(section)
		}
	} else if ahead > 0 {
		m.buffer.Discard(int(ahead))
	}
	m.read = m.pos
	n, err := binary.ReadUvarint(byteCounter{m})
	if err != nil {
		m.err = errors.New("ends within a field")
	}
	m.pos = m.read
	return n
}

// byteCounter reads from the buffer of a message and counts.
type byteCounter struct{ *message }

func (b byteCounter) ReadByte() (byte, error) {
	c, err := b.buffer.ReadByte()
	if err == nil {
		b.message.read++
	}
	return c, err
}

// text is the content of a field, "" if it is too long to be a name.
func (m *message) text() string {
	if m.size == 0 || m.size > longest {
		return ""
	}
	b := make([]byte, m.size)
	if _, err := m.at.ReadAt(b, m.from); err != nil && err != io.EOF {
		return ""
	}
	return string(b)
}

// inner is the message that is the content of a field.
func (m *message) inner() *message {
	return &message{at: m.at, pos: m.from, end: m.from + m.size}
}
