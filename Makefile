# What can be done here. `make` alone lists it.

.PHONY: help try install build check test deb test-try test-crash test-deb test-image test-aws test-clients test-instructions bench clean

help:
	@echo "make try           see it work, in a private network namespace; changes nothing"
	@echo "make install       build the package and install it on this machine"
	@echo "make check         format, lints and unit tests: the quick loop"
	@echo "make test          all that CI checks"
	@echo "make deb           build dist/fake-metadata_VERSION_ARCH.deb and the packages beside it"
	@echo "make test-crash    kill and fail the helper at each of its changing system calls"
	@echo "make test-deb      lintian, piuparts, autopkgtest, and whether two builds are alike (root)"
	@echo "make test-image    the package's life in booted machines (root)"
	@echo "make test-aws      a role's keys from an STS that is not ours, in a namespace"
	@echo "make test-instructions  whether a request takes more instructions than it did"
	@echo "make test-clients  real AWS clients at the real address, in a namespace; CLIENTS='boto3 curl' for some"
	@echo "make bench         how fast and how small it is, beside others; ARGS='--rounds 1 --without moto' for less"

try:
	@scripts/try.sh

install:
	@deb=$$(scripts/build-deb.sh | tail -n 1) && scripts/install-deb.sh "$$deb"

build:
	cargo build --release --locked

check:
	@scripts/check.sh

test:
	@scripts/test.sh

deb:
	@scripts/build-deb.sh

test-try:
	@scripts/test-try.sh

test-crash:
	@scripts/test-crash.sh

test-deb:
	@scripts/test-deb.sh

test-image:
	@scripts/test-image.sh

test-aws:
	@scripts/test-aws.sh

test-clients:
	@scripts/test-clients.sh $(CLIENTS)

bench:
	@scripts/bench.sh $(ARGS)

test-instructions:
	@scripts/test-instructions.sh

clean:
	cargo clean
	rm -rf dist
