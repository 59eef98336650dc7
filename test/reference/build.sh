#!/bin/sh
# Builds two programs into the folder $1: "reference", ours, and "migrate", golang-migrate's own command.
# Needs Go and a C compiler; after the first download it works offline.
set -eu

case ${1:?usage: build.sh FOLDER} in
/*) target=$1 ;;
*) target=$PWD/$1 ;;
esac
cd "$(dirname "$0")"

migrate=github.com/golang-migrate/migrate/v4
export CGO_ENABLED=1 GOWORK=off GOFLAGS=-mod=readonly

# Two test files may build at once: each works in a folder of its own and moves the finished programs into place. The
# programs already there are copied in first, because go leaves one that is up to date as it is.
mkdir -p "$target"
work=$(mktemp -d "$target/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
for program in reference migrate; do
	if [ -f "$target/$program" ]; then cp -p "$target/$program" "$work/"; fi
done

# mattn/go-sqlite3 and ncruces/go-sqlite3 both call themselves "sqlite3"; the second gets another name.
go build -trimpath -buildvcs=false -ldflags "-X github.com/ncruces/go-sqlite3/driver.driverName=ncruces-sqlite3" \
	-o "$work/reference" .
# As in golang-migrate's Makefile, which passes the version without its v.
version=$(go list -m -f '{{.Version}}' "$migrate")
go build -trimpath -buildvcs=false -tags "sqlite3 sqlite pgx5" -ldflags "-X main.Version=${version#v}" \
	-o "$work/migrate" "$migrate/cmd/migrate"

mv -f "$work/reference" "$work/migrate" "$target/"
