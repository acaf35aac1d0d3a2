package source

import (
	"sync"
	"sync/atomic"
)

// queue shares folders among the hands of a walk. Each hand keeps a stack of its own and gives half of it away
// when another has nothing to do, so that the lock is taken once per share and not once per folder.
type queue struct {
	mu      sync.Mutex
	wake    sync.Cond
	folders []string
	hands   int
	idle    atomic.Int32 // changed under mu, read without
	stopped atomic.Bool
}

func newQueue(hands int, folders ...string) *queue {
	q := &queue{folders: folders, hands: hands}
	q.wake.L = &q.mu
	return q
}

// take waits for folders, and returns none when all are done.
func (q *queue) take(into []string) []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.idle.Add(1)
	for len(q.folders) == 0 && int(q.idle.Load()) < q.hands && !q.stopped.Load() {
		q.wake.Wait()
	}
	if len(q.folders) == 0 || q.stopped.Load() {
		q.wake.Broadcast()
		return nil
	}
	q.idle.Add(-1)
	n := max(1, len(q.folders)/q.hands)
	into = append(into, q.folders[len(q.folders)-n:]...)
	q.folders = q.folders[:len(q.folders)-n]
	return into
}

// give hands over the older half of a stack, where the larger subtrees lie, if a hand is idle.
func (q *queue) give(stack []string) []string {
	if q.idle.Load() == 0 || len(stack) < 2 {
		return stack
	}
	half := len(stack) / 2
	q.mu.Lock()
	q.folders = append(q.folders, stack[:half]...)
	q.mu.Unlock()
	q.wake.Broadcast()
	return stack[:copy(stack, stack[half:])]
}

func (q *queue) stop() {
	q.stopped.Store(true)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wake.Broadcast()
}
