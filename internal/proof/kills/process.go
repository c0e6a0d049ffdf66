package kills

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Process is one run of the program.
type Process struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	ended          chan struct{}
	err            error
}

// Start begins a command line in the site's folder, without a terminal.
func (s *Site) Start(args ...string) (*Process, error) {
	p := &Process{cmd: exec.Command(s.Program.Path, args...), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = s.Dir, &p.stdout, &p.stderr
	p.cmd.Env = []string{
		"HOME=" + s.State, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "XDG_STATE_HOME=" + s.State, "LOCALAPPDATA=" + s.State,
		"FLY_API_TOKEN=test", "FLY_FLAPS_BASE_URL=" + s.srv.URL, "FLY_API_BASE_URL=" + s.srv.URL,
	}
	if s.Program.Speed != 1 {
		p.cmd.Env = append(p.cmd.Env, StartVar+"="+s.clk.Start.Format(time.RFC3339Nano), SpeedVar+"="+strconv.Itoa(s.Program.Speed))
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Kill ends the process as kill -9 does and returns when it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.ended
}

// Signal sends what the terminal sends for Ctrl-C.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// PID is its number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Wait gives the exit code, -1 when it was killed, and what it printed.
func (p *Process) Wait() (code int, stdout, stderr string) {
	<-p.ended
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		code = exit.ExitCode()
	} else if p.err != nil {
		code = -2
	}
	return code, p.stdout.String(), p.stderr.String()
}

// Apply runs `apply --yes`, with further flags, to its end; an exit code other than 0 is an error
// with all that it printed.
func (s *Site) Apply(flags ...string) error {
	p, err := s.Start(append([]string{"apply", "--yes"}, flags...)...)
	if err != nil {
		return err
	}
	if code, out, errOut := p.Wait(); code != 0 {
		return fmt.Errorf("apply --yes: exit %d\n%s\n%s", code, strings.TrimSpace(out), strings.TrimSpace(errOut))
	}
	return nil
}
