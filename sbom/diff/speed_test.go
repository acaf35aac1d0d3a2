package diff

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// sized makes a graph of n packages with three edges each, of which one in every so many has another version, and one in every so many is
// another package.
func sized(tb testing.TB, n, reversioned, renamed int) *sbom.Graph {
	tb.Helper()
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	var b sbom.Builder
	add := func(c sbom.Component) {
		if err := b.Component(c); err != nil {
			tb.Fatal(err)
		}
	}
	add(sbom.Component{ID: "app:.", Kind: sbom.Application, Path: ".", Name: "root"})
	ids := make([]sbom.ID, n)
	for i := range n {
		c := newPackage(rnd, testTypes[i%len(testTypes)], fmt.Sprintf("package-%d", i), spell(testTypes[i%len(testTypes)], 1, i%7, i%11))
		switch {
		case renamed > 0 && i%renamed == 0:
			c.PURL.Name += "-renamed"
			c.Hashes = newPackage(rand.New(rand.NewPCG(2, uint64(i))), purl.NPM, "x", "1").Hashes
		case reversioned > 0 && i%reversioned == reversioned-1:
			c.PURL = purl.New(c.PURL.Type, c.PURL.Namespace, c.PURL.Name, spell(c.PURL.Type, 1+i%2, 8, 1))
			c.Hashes = newPackage(rand.New(rand.NewPCG(2, uint64(i))), purl.NPM, "x", "1").Hashes
		}
		c.ID = sbom.ID(c.PURL.String())
		c.Direct = i%100 == 0
		ids[i] = c.ID
		add(*c)
		if c.Direct {
			b.Edge("app:.", c.ID, sbom.Edge{})
		}
		for range 3 {
			if i > 0 {
				b.Edge(ids[rnd.IntN(i)], c.ID, sbom.Edge{})
			}
		}
	}
	g, err := b.Graph("app:.")
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// crowd makes a graph in which one package has n versions, from the given one on.
func crowd(tb testing.TB, n, from int) *sbom.Graph {
	tb.Helper()
	var b sbom.Builder
	if err := b.Component(sbom.Component{ID: "app:.", Kind: sbom.Application, Path: ".", Name: "root"}); err != nil {
		tb.Fatal(err)
	}
	for i := range n {
		p := purl.New(purl.NPM, "", "crowd", fmt.Sprintf("1.%d.0", from+2*i))
		if err := b.Component(sbom.Component{ID: sbom.ID(p.String()), PURL: p}); err != nil {
			tb.Fatal(err)
		}
		b.Edge("app:.", sbom.ID(p.String()), sbom.Edge{})
	}
	g, err := b.Graph("app:.")
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// chain makes a graph of n packages of which each depends on the next.
func chain(tb testing.TB, n int, name string) *sbom.Graph {
	tb.Helper()
	var b sbom.Builder
	if err := b.Component(sbom.Component{ID: "app:.", Kind: sbom.Application, Path: ".", Name: "root"}); err != nil {
		tb.Fatal(err)
	}
	above := sbom.ID("app:.")
	for i := range n {
		p := purl.New(purl.NPM, "", fmt.Sprintf("%s-%d", name, i), "1.0.0")
		if err := b.Component(sbom.Component{ID: sbom.ID(p.String()), PURL: p}); err != nil {
			tb.Fatal(err)
		}
		b.Edge(above, sbom.ID(p.String()), sbom.Edge{})
		above = sbom.ID(p.String())
	}
	g, err := b.Graph("app:.")
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

func BenchmarkCompare(b *testing.B) {
	const n = 100_000
	for _, c := range []struct {
		name     string
		old, new func() *sbom.Graph
	}{
		{"Same", func() *sbom.Graph { return sized(b, n, 0, 0) }, func() *sbom.Graph { return sized(b, n, 0, 0) }},
		{"OneInTen", func() *sbom.Graph { return sized(b, n, 0, 0) }, func() *sbom.Graph { return sized(b, n, 20, 20) }},
		{"AllVersions", func() *sbom.Graph { return sized(b, n, 0, 0) }, func() *sbom.Graph { return sized(b, n, 1, 0) }},
		{"AllNames", func() *sbom.Graph { return sized(b, n, 0, 0) }, func() *sbom.Graph { return sized(b, n, 0, 1) }},
		{"OnePackage", func() *sbom.Graph { return crowd(b, n, 0) }, func() *sbom.Graph { return crowd(b, n, 1) }},
		{"Chain", func() *sbom.Graph { return chain(b, n, "a") }, func() *sbom.Graph { return chain(b, n, "b") }},
	} {
		b.Run(c.name, func(b *testing.B) {
			old, new := c.old(), c.new()
			b.ReportAllocs()
			began := cpu(b)
			for b.Loop() {
				Compare(old, new, Options{})
			}
			b.ReportMetric((cpu(b)-began).Seconds()/float64(b.N), "cpu-s/op")
		})
	}
}

// cpu is the time that the process has computed so far, on all processors.
func cpu(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func TestTimeGrowsWithTheSizeOfTheGraphs(t *testing.T) {
	took := func(n int) time.Duration {
		old, new := sized(t, n, 0, 0), sized(t, n, 20, 20)
		best := time.Hour
		for range 3 {
			runtime.GC()
			began := cpu(t)
			Compare(old, new, Options{})
			best = min(best, cpu(t)-began)
		}
		return best
	}
	small, large := took(10_000), took(40_000)
	t.Logf("10,000 packages: %v; 40,000: %v", small, large)
	if large > 3*4*small { // caches and the garbage collector take their share; a quadratic step would take 16 times as long
		t.Errorf("4 times the packages take %v instead of %v", large, small)
	}
}

func TestMemoryStaysBelowTenTimesTheGraphs(t *testing.T) {
	var before, graphs, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	old, new := sized(t, 20_000, 0, 0), sized(t, 20_000, 20, 20)
	runtime.GC()
	runtime.ReadMemStats(&graphs)
	r := Compare(old, new, Options{})
	runtime.ReadMemStats(&after)
	size, used := graphs.HeapAlloc-before.HeapAlloc, after.TotalAlloc-graphs.TotalAlloc
	t.Logf("graphs of %d MB, %d MB allocated to compare them, %d changes", size>>20, used>>20, len(r.Changes))
	if used > 10*size {
		t.Errorf("comparing allocates %d times the graphs' size", used/size)
	}
	runtime.KeepAlive(old)
	runtime.KeepAlive(new)
}
