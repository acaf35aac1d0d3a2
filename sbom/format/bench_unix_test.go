//go:build unix

package format

import (
	"bytes"
	"syscall"
	"testing"
)

// cpu is the processor time that the process has used, in seconds.
func cpu(b *testing.B) float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

// 20,000 components with 60,000 edges are to be read in 0.6 s of processor time, whatever the format.
func BenchmarkRead(b *testing.B) {
	d := large(b, 20000)
	for _, name := range []string{"cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value", "spdx-json@3.0", "json"} {
		text := written(b, d, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				if _, err := Read(bytes.NewReader(text)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpu(b)-before)/float64(b.N), "cpu-s/op")
		})
	}
}
