package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	nurl "net/url"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	_ "github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/embed"
)

const (
	ncrucesName            = "ncruces-sqlite3"
	defaultMigrationsTable = "schema_migrations"
)

func init() {
	database.Register(ncrucesName, &ncrucesSQLite{})
}

// ncrucesSQLite is golang-migrate's SQLite driver over github.com/ncruces/go-sqlite3, for which it has none.
//
// It does what theirs does (database/sqlite3/sqlite3.go at v4.20.1), statement by statement. Two things differ and leave
// the same data behind: it rolls back after a failed DELETE in SetVersion, and it runs the VACUUM of Drop to its end.
type ncrucesSQLite struct {
	db              *sql.DB
	locked          atomic.Bool
	migrationsTable string
	noTxWrap        bool
}

func (d *ncrucesSQLite) Open(url string) (database.Driver, error) {
	parsed, err := nurl.Parse(url)
	if err != nil {
		return nil, err
	}
	query := parsed.Query()
	opened := &ncrucesSQLite{migrationsTable: query.Get("x-migrations-table")}
	if opened.migrationsTable == "" {
		opened.migrationsTable = defaultMigrationsTable
	}
	if value := query.Get("x-no-tx-wrap"); value != "" {
		if opened.noTxWrap, err = strconv.ParseBool(value); err != nil {
			return nil, fmt.Errorf("x-no-tx-wrap: %s", err)
		}
	}
	file := strings.Replace(migrate.FilterCustomQuery(parsed).String(), ncrucesName+"://", "", 1)
	if opened.db, err = sql.Open(ncrucesName, file); err != nil {
		return nil, err
	}
	if _, err := opened.db.Exec(fmt.Sprintf(`
	CREATE TABLE IF NOT EXISTS %s (version uint64,dirty bool);
  CREATE UNIQUE INDEX IF NOT EXISTS version_unique ON %s (version);
  `, opened.migrationsTable, opened.migrationsTable)); err != nil {
		return nil, errors.Join(err, opened.db.Close())
	}
	return opened, nil
}

func (d *ncrucesSQLite) Close() error {
	return d.db.Close()
}

func (d *ncrucesSQLite) Lock() error {
	if !d.locked.CompareAndSwap(false, true) {
		return database.ErrLocked
	}
	return nil
}

func (d *ncrucesSQLite) Unlock() error {
	if !d.locked.CompareAndSwap(true, false) {
		return database.ErrNotLocked
	}
	return nil
}

func (d *ncrucesSQLite) Run(migration io.Reader) error {
	body, err := io.ReadAll(migration)
	if err != nil {
		return err
	}
	if d.noTxWrap {
		return execute(d.db, string(body))
	}
	return d.inTransaction(func(tx *sql.Tx) error { return execute(tx, string(body)) })
}

func (d *ncrucesSQLite) SetVersion(version int, dirty bool) error {
	return d.inTransaction(func(tx *sql.Tx) error {
		if err := execute(tx, "DELETE FROM "+d.migrationsTable); err != nil {
			return err
		}
		// "-1 and dirty" is kept: a failed down of the first migration (golang-migrate issue 330).
		if version < 0 && !(version == database.NilVersion && dirty) {
			return nil
		}
		return execute(tx, "INSERT INTO "+d.migrationsTable+" (version, dirty) VALUES (?, ?)", version, dirty)
	})
}

func (d *ncrucesSQLite) Version() (version int, dirty bool, err error) {
	if err := d.db.QueryRow("SELECT version, dirty FROM "+d.migrationsTable+" LIMIT 1").Scan(&version, &dirty); err != nil {
		// Theirs takes every error for "no version".
		return database.NilVersion, false, nil
	}
	return version, dirty, nil
}

func (d *ncrucesSQLite) Drop() error {
	tables, err := d.tables()
	if err != nil || len(tables) == 0 {
		return err
	}
	for _, table := range tables {
		if err := d.inTransaction(func(tx *sql.Tx) error { return execute(tx, "DROP TABLE "+table) }); err != nil {
			return err
		}
	}
	return execute(d.db, "VACUUM")
}

func (d *ncrucesSQLite) tables() (names []string, err error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table';"
	rows, err := d.db.Query(query)
	if err != nil {
		return nil, &database.Error{OrigErr: err, Query: []byte(query)}
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		return nil, &database.Error{OrigErr: err, Query: []byte(query)}
	}
	return names, nil
}

func (d *ncrucesSQLite) inTransaction(work func(tx *sql.Tx) error) error {
	tx, err := d.db.Begin()
	if err != nil {
		return &database.Error{OrigErr: err, Err: "transaction start failed"}
	}
	if err := work(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return &database.Error{OrigErr: err, Err: "transaction commit failed"}
	}
	return nil
}

func execute(on interface {
	Exec(query string, args ...any) (sql.Result, error)
}, query string, args ...any) error {
	if _, err := on.Exec(query, args...); err != nil {
		return &database.Error{OrigErr: err, Query: []byte(query)}
	}
	return nil
}
