package main

import (
	"io"
	"sync"

	"github.com/golang-migrate/migrate/v4/source"
)

// trackedSource closes the bodies that golang-migrate leaves open when an operation stops early.
//
// Without it thousands of failed operations run out of file descriptors.
type trackedSource struct {
	source.Driver
	mutex  sync.Mutex
	bodies []io.Closer
}

func (s *trackedSource) ReadUp(version uint) (io.ReadCloser, string, error) {
	return s.track(s.Driver.ReadUp(version))
}

func (s *trackedSource) ReadDown(version uint) (io.ReadCloser, string, error) {
	return s.track(s.Driver.ReadDown(version))
}

func (s *trackedSource) track(body io.ReadCloser, identifier string, err error) (io.ReadCloser, string, error) {
	if err == nil {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.bodies = append(s.bodies, body)
	}
	return body, identifier, err
}

// closeBodies is for the time between operations. Most bodies are closed already, and closing one again does no harm.
func (s *trackedSource) closeBodies() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, body := range s.bodies {
		_ = body.Close()
	}
	s.bodies = nil
}
