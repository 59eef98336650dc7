// Command reference answers, one operation at a time, what golang-migrate does.
//
// It reads operations from stdin and writes one answer each to stdout, both as JSON lines; reference.ts is its client.
// It must be linked as build.sh does it: two of the bindings want the name "sqlite3" in database/sql, and the flag
// -X github.com/ncruces/go-sqlite3/driver.driverName gives one of them another.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	_ "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	_ "github.com/golang-migrate/migrate/v4/database/sqlite"
	_ "github.com/golang-migrate/migrate/v4/database/sqlite3"
	_ "github.com/golang-migrate/migrate/v4/source/file"
)

// request is one operation. Versions are decimal strings, because JSON numbers lose what is over 2^53.
type request struct {
	Op       string `json:"op"`
	Source   string `json:"source"`
	Database string `json:"database"`
	Version  string `json:"version"`
	N        int    `json:"n"`
	Dirty    bool   `json:"dirty"`
	Body     string `json:"body"`
}

// answer says how an operation ended and what the database holds after it.
type answer struct {
	Outcome string `json:"outcome"`
	// Short is how many migrations were missing; 0 unless Outcome is "short-limit".
	Short   uint   `json:"short"`
	Message string `json:"message"`
	state
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	answers := json.NewEncoder(out)
	answers.SetEscapeHTML(false)
	var current *session
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var req request
		if err := json.Unmarshal(line, &req); err != nil {
			return fmt.Errorf("not an operation: %s: %w", line, err)
		}
		err = guarded(func() error { return perform(&current, req) })
		ans := answer{state: current.state()}
		ans.Outcome, ans.Short = outcomeOf(err)
		if err != nil {
			ans.Message = err.Error()
		}
		if err := answers.Encode(ans); err != nil {
			return err
		}
	}
}

// perform runs one operation. Opening and closing change which session is the current one.
func perform(current **session, req request) error {
	switch {
	case req.Op == "open" && *current != nil:
		return errors.New("a session is open already")
	case req.Op == "open":
		opened, err := openSession(req.Source, req.Database)
		*current = opened
		return err
	case *current == nil:
		return errors.New("no session is open")
	case req.Op == "close":
		closing := *current
		*current = nil
		return closing.close()
	default:
		return (*current).perform(req)
	}
}

// guarded turns a panic into an error, so that one operation cannot end the process.
func guarded(operation func() error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	return operation()
}
