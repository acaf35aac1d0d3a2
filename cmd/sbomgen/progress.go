package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/sbomgen/sbomgen/catalogers/scan"
)

// showProgress draws one live line on a terminal while a scan takes longer than a moment. The function it returns ends it.
func showProgress(h host, f scanFlags, p *scan.Progress) (stop func()) {
	if f.quiet || !h.stderrTTY {
		return func() {}
	}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-quit:
			return
		case <-time.After(300 * time.Millisecond):
		}
		bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(h.stderr), progressbar.OptionClearOnFinish(),
			progressbar.OptionSpinnerType(14), progressbar.OptionSetElapsedTime(true))
		defer bar.Finish()
		for tick := time.NewTicker(100 * time.Millisecond); ; {
			bar.Describe(fmt.Sprintf("%d files seen, %d matched, %d components", p.Files.Load(), p.Kept.Load(), p.Components.Load()))
			bar.Add(1)
			select {
			case <-quit:
				tick.Stop()
				return
			case <-tick.C:
			}
		}
	}()
	return func() { close(quit); <-gone }
}
