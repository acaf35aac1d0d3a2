package text

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // the table of texts
	"encoding/hex"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// texts is what is kept of every text of the SPDX list, one a line; its first lines say how it is made. No text is in it.
//
//go:embed texts.txt
var texts string

const (
	digestSize  = 10 // bytes of a SHA-256
	sketchSize  = 64 // phrases: the bits of candidate.weigh
	phraseWords = 4
)

// digest identifies the words of a text.
type digest [digestSize]byte

// kept lists the words that are not incidental.
func (r *reading) kept() []int32 {
	list := make([]int32, 0, len(r.words))
	for i := range r.words {
		if !r.words[i].incident {
			list = append(list, int32(i))
		}
	}
	return list
}

func (r *reading) digest(words []int32) digest {
	buffer := make([]byte, 0, len(r.letters)+len(words))
	for _, i := range words {
		buffer = append(append(buffer, r.word(int(i))...), ' ')
	}
	sum := sha256.Sum256(buffer)
	return digest(sum[:digestSize])
}

// phrase hashes some consecutive words to 24 bits, by FNV-1a.
func (r *reading) phrase(words []int32) uint32 {
	h := uint32(2166136261)
	for _, i := range words {
		w := &r.words[i]
		for _, c := range r.letters[w.at:w.end] {
			h = (h ^ uint32(c)) * 16777619
		}
		h = (h ^ ' ') * 16777619
	}
	return h>>24 ^ h&0xffffff
}

// sketch is the phrases of a text with the smallest hashes: a sample that does not depend on what stands around it.
func (r *reading) sketch(words []int32) []uint32 {
	var list []uint32
	for i := 0; i+phraseWords <= len(words); i++ {
		list = append(list, r.phrase(words[i:i+phraseWords]))
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return list[:min(len(list), sketchSize)]
}

// table is texts, read but for the sketches: most texts need none.
type table struct {
	licenses []entry
	digests  map[digest]uint16 // -> licenses
}

// entry is what is kept of one licence.
type entry struct {
	id     string
	words  int // that are not incidental
	size   int // of the sketch
	sketch string
}

const hexPhrase = 6 // digits

// occurrence says that a phrase is in the sketch of a licence.
type occurrence struct {
	phrase uint32
	entry  uint16
	bit    uint8 // its place in the sketch
}

var known = sync.OnceValue(func() *table {
	t := &table{digests: make(map[digest]uint16, 1024), licenses: make([]entry, 0, 1024)}
	for line := range strings.Lines(texts) {
		if line[0] == '#' {
			continue
		}
		var e entry
		id, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		words, rest, _ := strings.Cut(rest, "\t")
		digests, sketch, _ := strings.Cut(rest, "\t")
		e.id, e.sketch, e.size = id, sketch, len(sketch)/hexPhrase
		e.words, _ = strconv.Atoi(words)
		for word := range strings.SplitSeq(digests, " ") {
			var d digest
			if len(word) != 2*digestSize {
				continue
			}
			if _, err := hex.Decode(d[:], []byte(word)); err == nil {
				t.digests[d] = uint16(len(t.licenses))
			}
		}
		t.licenses = append(t.licenses, e)
	}
	return t
})

// sketches is all phrases of all sketches, sorted.
var sketches = sync.OnceValue(func() []occurrence {
	list := make([]occurrence, 0, 1<<16)
	for at, e := range known().licenses {
		for bit := range e.size {
			n, err := strconv.ParseUint(e.sketch[bit*hexPhrase:(bit+1)*hexPhrase], 16, 32)
			if err == nil {
				list = append(list, occurrence{uint32(n), uint16(at), uint8(bit)})
			}
		}
	}
	slices.SortFunc(list, func(a, b occurrence) int {
		return cmp.Or(cmp.Compare(a.phrase, b.phrase), cmp.Compare(a.entry, b.entry))
	})
	return list
})

// whole is the licence whose text this is, "" if it is none.
func (r *reading) whole(words []int32) string {
	if len(words) < 8 {
		return ""
	}
	t := known()
	if at, ok := t.digests[r.digest(words)]; ok {
		return t.licenses[at].id
	}
	return ""
}

// candidate is a licence of whose sketch something occurs.
type candidate struct {
	entry
	hits  []hit
	share float64 // of its sketch that occurs where nothing was recognised yet
}

// hit is a phrase of a sketch in the text.
type hit struct {
	word int32 // the first one
	bit  uint8
}

const (
	mostHits = 1 << 14 // of one licence in one text
	likely   = 0.7     // of a sketch
)

// candidates lists the licences of whose sketch most occurs, in the order of the table.
func (r *reading) candidates(words []int32) []*candidate {
	licenses, phrases := known().licenses, sketches()
	found := make([]*candidate, len(licenses))
	for i := 0; i+phraseWords <= len(words); i++ {
		p := r.phrase(words[i : i+phraseWords])
		at, ok := slices.BinarySearchFunc(phrases, p, func(o occurrence, p uint32) int { return cmp.Compare(o.phrase, p) })
		for ; ok && at < len(phrases) && phrases[at].phrase == p; at++ {
			o := phrases[at]
			c := found[o.entry]
			if c == nil {
				c = &candidate{entry: licenses[o.entry]}
				found[o.entry] = c
			}
			if len(c.hits) < mostHits {
				c.hits = append(c.hits, hit{words[i], o.bit})
			}
		}
	}
	list := found[:0]
	for _, c := range found {
		if c != nil && c.weigh(nil) >= likely {
			list = append(list, c)
		}
	}
	return list
}

// weigh computes the share of the sketch that occurs outside of what is covered.
func (c *candidate) weigh(covered []bool) float64 {
	var seen uint64
	for _, h := range c.hits {
		if covered == nil || !covered[h.word] {
			seen |= 1 << h.bit
		}
	}
	c.share = float64(bits.OnesCount64(seen)) / float64(c.size)
	return c.share
}
