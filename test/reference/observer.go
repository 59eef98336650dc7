package main

import (
	"database/sql"
	nurl "net/url"
	"strings"

	"github.com/golang-migrate/migrate/v4"
)

// state is what a database holds after an operation.
type state struct {
	// Version and Dirty are the driver's own answer.
	Version string `json:"version"`
	Dirty   bool   `json:"dirty"`
	// Rows are all rows of the version table, ordered by version.
	Rows []versionRow `json:"rows"`
	// Schema holds type, name, tbl_name and sql, ordered by type and name, without the version table and SQLite's own.
	Schema [][4]string `json:"schema"`
	// ReadError says why Rows or Schema could not be read; empty when they were.
	ReadError string `json:"readError"`
}

type versionRow struct {
	Version string `json:"version"`
	Dirty   bool   `json:"dirty"`
}

// observer reads a database beside its driver.
//
// It uses the driver's own binding: two SQLite libraries in one process break each other's locks on one file
// (https://sqlite.org/howtocorrupt.html#multiple_copies_of_sqlite_linked_into_the_same_application). It connects anew for
// each look, because an idle second connection would keep a migration from leaving WAL mode.
type observer struct {
	binding      string
	file         string
	versionTable string
}

func newObserver(url *nurl.URL) observer {
	table := url.Query().Get("x-migrations-table")
	if table == "" {
		table = defaultMigrationsTable
	}
	file := strings.Replace(migrate.FilterCustomQuery(url).String(), url.Scheme+"://", "", 1)
	return observer{binding: url.Scheme, file: file, versionTable: table}
}

func (o observer) observe() state {
	st := state{Rows: []versionRow{}, Schema: [][4]string{}}
	if err := o.read(&st); err != nil {
		st.ReadError = err.Error()
	}
	return st
}

func (o observer) read(st *state) error {
	db, err := sql.Open(o.binding, o.file)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("PRAGMA busy_timeout = 1000"); err != nil {
		return err
	}
	hasVersionTable, err := o.readSchema(db, st)
	if err != nil || !hasVersionTable {
		return err
	}
	return o.readVersions(db, st)
}

func (o observer) readSchema(db *sql.DB, st *state) (hasVersionTable bool, err error) {
	objects, err := db.Query(`SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master
		WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY type, name`)
	if err != nil {
		return false, err
	}
	defer objects.Close()
	for objects.Next() {
		var object [4]string
		if err := objects.Scan(&object[0], &object[1], &object[2], &object[3]); err != nil {
			return false, err
		}
		if strings.EqualFold(object[2], o.versionTable) {
			hasVersionTable = true
			continue
		}
		st.Schema = append(st.Schema, object)
	}
	return hasVersionTable, objects.Err()
}

func (o observer) readVersions(db *sql.DB, st *state) error {
	rows, err := db.Query("SELECT CAST(version AS TEXT), dirty FROM " + o.versionTable + " ORDER BY version")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row versionRow
		if err := rows.Scan(&row.Version, &row.Dirty); err != nil {
			return err
		}
		st.Rows = append(st.Rows, row)
	}
	return rows.Err()
}
