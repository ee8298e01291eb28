# Makefile - the usual three words; ./dev does the same and more
PREFIX ?= /usr/local

.PHONY: build check install clean

build: build/build.ninja
	ninja -C build

build/build.ninja:
	meson setup build --prefix=$(PREFIX)

check:
	./dev test

install: build
	meson install -C build

clean:
	./dev clean
