# The only tools needed are Go and make.
GO ?= go
FUZZTIME ?= 60s
STRIP = -trimpath -ldflags "-s -w"

build: ## the program: ./sbomgen
	$(GO) build $(STRIP) -o sbomgen ./cmd/sbomgen

test: ## everything that must hold
	$(GO) vet ./...
	$(GO) test ./...

race:
	$(GO) test -race ./...

fuzz: ## every fuzz target for FUZZTIME each
	@$(GO) list ./... | while read -r p; do \
	  $(GO) test -list '^Fuzz' $$p | grep '^Fuzz' | while read -r f; do \
	    echo "== $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$p || exit 1; done || exit 1; done

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

golden: ## write the goldens anew; the diff is the review
	$(GO) test ./catalogers/all ./cmd/sbomgen -update

docs: build ## the generated page
	./sbomgen catalogers --markdown > docs/catalogers.md

e2e: build ## real images, databases and programs, made with Debian's tools: as root, with apt-get
	cmd/sbomgen/testdata/e2e/run $(CURDIR)/sbomgen

bench: ## ratios of whole processes and of parsers
	$(GO) test -run '^$$' -bench . -benchmem ./...
	$(GO) run -C cmd/sbomgen/testdata/bench .

.PHONY: build test race fuzz lint golden docs e2e bench
