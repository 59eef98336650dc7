package main

import (
	"errors"
	"fmt"
	nurl "net/url"
	"strconv"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	"github.com/golang-migrate/migrate/v4/source"
)

// session is one source and one database between "open" and "close".
//
// It opens both itself, as migrate.New does, because the database driver must be at hand for state.
type session struct {
	migrate  *migrate.Migrate
	source   *trackedSource
	driver   database.Driver
	observer observer
}

func openSession(sourceURL, databaseURL string) (*session, error) {
	url, err := nurl.Parse(databaseURL)
	if err != nil {
		return nil, err
	}
	src, err := source.Open(sourceURL)
	if err != nil {
		return nil, fmt.Errorf("failed to open source, %q: %w", sourceURL, err)
	}
	driver, err := database.Open(databaseURL)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("failed to open database: %w", err), src.Close())
	}
	tracked := &trackedSource{Driver: src}
	m, err := migrate.NewWithInstance("source", tracked, url.Scheme, driver)
	if err != nil {
		return nil, errors.Join(err, src.Close(), driver.Close())
	}
	// Reads one migration ahead at most: what an operation that stops early has read ahead stays in memory for good.
	m.PrefetchMigrations = 0
	return &session{migrate: m, source: tracked, driver: driver, observer: newObserver(url)}, nil
}

func (s *session) perform(req request) error {
	defer s.source.closeBodies()
	switch req.Op {
	case "up":
		return s.migrate.Up()
	case "down":
		return s.migrate.Down()
	case "steps":
		return s.migrate.Steps(req.N)
	case "migrate":
		version, err := strconv.ParseUint(req.Version, 10, strconv.IntSize)
		if err != nil {
			return err
		}
		return s.migrate.Migrate(uint(version))
	case "force":
		version, err := strconv.Atoi(req.Version)
		if err != nil {
			return err
		}
		return s.migrate.Force(version)
	case "drop":
		return s.migrate.Drop()
	case "version":
		_, _, err := s.migrate.Version()
		return err
	default:
		return s.performOnDriver(req)
	}
}

// performOnDriver makes the calls that otherwise golang-migrate's engine makes.
func (s *session) performOnDriver(req request) error {
	switch req.Op {
	case "lock":
		return s.driver.Lock()
	case "unlock":
		return s.driver.Unlock()
	case "run":
		return s.driver.Run(strings.NewReader(req.Body))
	case "set-version":
		version, err := strconv.Atoi(req.Version)
		if err != nil {
			return err
		}
		return s.driver.SetVersion(version, req.Dirty)
	default:
		return fmt.Errorf("unknown operation %q", req.Op)
	}
}

func (s *session) close() error {
	s.source.closeBodies()
	sourceErr, databaseErr := s.migrate.Close()
	return errors.Join(sourceErr, databaseErr)
}

// state reads what the database holds now; without a session that is nothing.
func (s *session) state() state {
	if s == nil {
		return state{Version: strconv.Itoa(database.NilVersion), Rows: []versionRow{}, Schema: [][4]string{}}
	}
	st := s.observer.observe()
	version, dirty, err := s.driver.Version()
	if err != nil && st.ReadError == "" {
		st.ReadError = err.Error()
	}
	st.Version, st.Dirty = strconv.Itoa(version), dirty
	return st
}
