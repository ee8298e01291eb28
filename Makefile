# Makefile - the usual three words; ./dev does the same and more
PREFIX ?= /usr/local

.PHONY: build check install clean

build: build/build.ninja
	ninja -C build

build/build.ninja:
	meson setup build --prefix=$(PREFIX)

check:
	./dev test

# the folder may have been made by ./dev, which asks for no prefix
install: build/build.ninja
	meson configure build --prefix=$(PREFIX)
	ninja -C build installed
	meson install -C build --no-rebuild

clean:
	./dev clean
