// Command sbomgen tells what software is made of, and proves it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// grace is how long an interrupted run may take to tidy up. What waits for a pipe never does: nothing that it holds outlives it.
const grace = 3 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() {
		stop() // a second signal ends it at once
		time.Sleep(grace)
		os.Exit(exitFailed)
	})
	os.Exit(Main(ctx, os.Args[1:], system()))
}
