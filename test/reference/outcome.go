package main

import (
	"errors"
	"os"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	"github.com/golang-migrate/migrate/v4/source"
	mattn "github.com/mattn/go-sqlite3"
	ncruces "github.com/ncruces/go-sqlite3"
	modernc "modernc.org/sqlite"
)

// outcomeOf names the error of an operation, and says how many migrations were missing for "short-limit".
func outcomeOf(err error) (outcome string, short uint) {
	var shortLimit migrate.ErrShortLimit
	var dirty migrate.ErrDirty
	var duplicate source.ErrDuplicateMigration
	switch {
	case err == nil:
		return "ok", 0
	case errors.Is(err, migrate.ErrNoChange):
		return "no-change", 0
	case errors.As(err, &shortLimit):
		return "short-limit", shortLimit.Short
	case errors.As(err, &dirty):
		return "dirty", 0
	case errors.Is(err, migrate.ErrInvalidVersion):
		return "invalid-version", 0
	case errors.Is(err, migrate.ErrNilVersion):
		return "nil-version", 0
	case errors.Is(err, database.ErrLocked):
		return "locked", 0
	case errors.Is(err, database.ErrNotLocked):
		return "not-locked", 0
	case errors.As(err, &duplicate):
		return "duplicate", 0
	case errors.Is(err, source.ErrParse):
		return "parse", 0
	case isSQLError(err):
		return "sql-error", 0
	case errors.Is(err, os.ErrNotExist):
		return "not-exist", 0
	default:
		return "other", 0
	}
}

// isSQLError also knows the bindings' own errors: what fails while a database is opened is not wrapped.
func isSQLError(err error) bool {
	var wrapped *database.Error
	var fromMattn mattn.Error
	var fromModernc *modernc.Error
	var fromNcruces *ncruces.Error
	return errors.As(err, &wrapped) || errors.As(err, &fromMattn) || errors.As(err, &fromModernc) || errors.As(err, &fromNcruces)
}
