//go:build unix

// Package action has the tests of the GitHub action: its scripts, run as a
// runner runs them, with a folder in the place of github.com.
package action

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

const repository = "fly-standards/fly-standards"

// runner is what a step has on a runner.
type runner struct {
	t       *testing.T
	dir     string // of the job
	actions string // where the action's own files are
	env     []string
}

func newRunner(t *testing.T) *runner {
	t.Helper()
	actions, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{t: t, dir: t.TempDir(), actions: actions}
	for _, name := range []string{"temp", "work", "tools", "server"} {
		if err := os.Mkdir(filepath.Join(r.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.env = []string{
		"HOME=" + r.dir, "RUNNER_TEMP=" + r.path("temp"), "RUNNER_OS=Linux", "RUNNER_ARCH=X64",
		"GITHUB_PATH=" + r.path("path"), "GITHUB_OUTPUT=" + r.path("output"), "GITHUB_STEP_SUMMARY=" + r.path("summary"),
		"GITHUB_ACTION_PATH=" + actions, "GITHUB_REPOSITORY=me/mine",
		"PATH=" + r.path("temp/fly-standards/bin") + ":" + r.path("tools") + ":" + os.Getenv("PATH"),
		"SERVER=file://" + r.path("server"), "REPOSITORY=" + repository,
		"VERSION=", "REF=", "VERIFY=attestation", "CONFIG=", "ALL=false", "FAIL_ON=warning", "FORMAT=github", "PULL_REQUEST=7",
	}
	return r
}

func (r *runner) path(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }

func (r *runner) write(name, content string) {
	r.t.Helper()
	if err := os.MkdirAll(filepath.Dir(r.path(name)), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(r.path(name), []byte(content), 0o755); err != nil {
		r.t.Fatal(err)
	}
}

func (r *runner) read(name string) string {
	b, _ := os.ReadFile(r.path(name))
	return string(b)
}

// step runs one script of the action, with arguments, in the checked out repository.
func (r *runner) step(script string, env ...string) (string, int) {
	r.t.Helper()
	command := strings.Fields(script)
	path := filepath.Join(r.actions, ".github/action", command[0])
	if _, err := os.ReadFile(path); err != nil { // so that go test sees when it changes
		r.t.Fatal(err)
	}
	cmd := exec.Command("bash", append([]string{path}, command[1:]...)...)
	cmd.Dir, cmd.Env = r.path("work"), append(r.env[:len(r.env):len(r.env)], env...)
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		r.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// program puts fly-standards where install.sh does.
func (r *runner) program() {
	r.t.Helper()
	b, err := os.ReadFile(build())
	if err != nil {
		r.t.Fatal(err)
	}
	r.write("temp/fly-standards/bin/fly-standards", string(b))
}

// build gives the path of the program, built once. An error of the build shows
// where it is read.
var build = sync.OnceValue(func() string {
	path := filepath.Join(built, "fly-standards")
	cmd := exec.Command("go", "build", "-o", path, "../..")
	cmd.Stderr = os.Stderr
	_ = cmd.Run()
	return path
})

var built string // the folder of the program

func TestMain(m *testing.M) {
	var err error
	if built, err = os.MkdirTemp("", "action-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(built)
	os.Exit(code)
}

// release puts a release with one archive onto the server, and gives the
// commit of its tag.
func (r *runner) release(tag string) string {
	r.t.Helper()
	program := "#!/bin/sh\necho fly-standards " + tag + "\n"
	var archive bytes.Buffer
	z := gzip.NewWriter(&archive)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "fly-standards", Mode: 0o755, Size: int64(len(program))}); err != nil {
		r.t.Fatal(err)
	}
	_, _ = w.Write([]byte(program))
	_ = w.Close()
	_ = z.Close()
	name := "fly-standards_" + strings.TrimPrefix(tag, "v") + "_linux_amd64.tar.gz"
	at := "server/" + repository + "/releases/download/" + tag + "/"
	r.write(at+name, archive.String())
	r.write(at+"checksums.txt", fmt.Sprintf("%x  %s\n%x  other.zip\n", sha256.Sum256(archive.Bytes()), name, sha256.Sum256(nil)))
	return r.commit(tag)
}

// commit makes a commit with a tag of its own, and gives its hash.
func (r *runner) commit(tag string) string {
	r.t.Helper()
	r.git("init", "-q", "-b", "main")
	r.git("commit", "-q", "--allow-empty", "-m", tag)
	r.git("tag", "-a", "-m", tag, tag)
	return r.git("rev-parse", "HEAD")
}

// git runs in the repository on the server.
func (r *runner) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)...)
	cmd.Dir = r.path("server/" + repository)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// gh stands for GitHub's client: it notes how it was called.
func (r *runner) gh(body string) {
	r.write("tools/gh", "#!/bin/sh\necho \"$@\" >> "+r.path("gh.log")+"\n"+body)
}

func TestInstallVerifiesWhatItDownloads(t *testing.T) {
	const tag = "v1.4.2"
	for _, tt := range []struct {
		name, gh string
		env      []string
		spoil    bool
		want     string
		code     int
	}{
		{name: "the tag that the action is pinned to", env: []string{"REF=" + tag}, want: "fly-standards v1.4.2"},
		{name: "the commit of the tag", env: []string{"REF=COMMIT"}, want: "fly-standards v1.4.2"},
		{name: "a tag that moves", env: []string{"REF=v1"}, want: "fly-standards v1.4.2"},
		{name: "the input wins", env: []string{"REF=main", "VERSION=1.4.2"}, want: "fly-standards v1.4.2"},
		{name: "a branch is no release", env: []string{"REF=main"}, want: "set the input version", code: 2},
		{name: "an action without a ref", want: "set the input version", code: 2},
		{name: "a version that is not there", env: []string{"VERSION=v9.9.9"}, want: "v9.9.9 has no checksums.txt", code: 2},
		{name: "another file than the list names", env: []string{"REF=" + tag}, spoil: true, want: "is not the file that checksums.txt names", code: 2},
		{name: "built elsewhere", env: []string{"REF=" + tag}, gh: "exit 1\n", want: "can't be verified here", code: 2},
		{name: "the checksum alone", env: []string{"REF=" + tag, "VERIFY=checksum"}, gh: "exit 1\n", want: "fly-standards v1.4.2"},
		{name: "a way out of the release", env: []string{"VERSION=" + tag + "/../" + tag}, want: "set the input version", code: 2},
		{name: "no such way to verify", env: []string{"REF=" + tag, "VERIFY=none"}, want: "want attestation or checksum", code: 2},
		{name: "no such platform", env: []string{"REF=" + tag, "RUNNER_ARCH=X86"}, want: "no release for X86", code: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRunner(t)
			r.gh(tt.gh)
			r.release("v1.4.1")
			commit := r.release(tag)
			r.git("tag", "v1", commit)
			if tt.spoil {
				r.write("server/"+repository+"/releases/download/"+tag+"/fly-standards_1.4.2_linux_amd64.tar.gz", "something else")
			}
			for i, e := range tt.env {
				tt.env[i] = strings.Replace(e, "COMMIT", commit, 1)
			}
			out, code := r.step("install.sh", tt.env...)
			if code != tt.code || !strings.Contains(out, tt.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s", code, tt.code, tt.want, out)
			}
			if _, err := os.Stat(r.path("temp/fly-standards/bin/fly-standards")); (err == nil) != (code == 0) {
				t.Errorf("exit code %d, and the program: %v", code, err)
			}
			asked := strings.Contains(r.read("gh.log"), "attestation verify") && strings.Contains(r.read("gh.log"), "/release.yml@refs/tags/"+tag)
			if code == 0 && asked != (tt.gh == "") {
				t.Errorf("asked for the attestation: %v\n%s", asked, r.read("gh.log"))
			}
		})
	}
}

func TestCheckTellsWhatCameOfIt(t *testing.T) {
	r := newRunner(t)
	r.program()
	r.write("work/fly.toml", "app = \"a\"\n\n[http_service]\n  internal_port = 8080\n  auto_stop_machines = \"on\" # ::error::x\n")
	r.write("work/web/fly.toml", "app = \"b\"\nx = \"::warning::y\" \n")
	r.write("work/broken/app.toml", "app = \"c\n")
	for _, tt := range []struct {
		env    []string
		code   string
		stdout string
	}{
		{code: "1", stdout: "::error file=fly.toml,line=5"},
		{env: []string{"FORMAT=human"}, code: "1", stdout: "::stop-commands::fly-standards-"},
		{env: []string{"ALL=true"}, code: "1", stdout: "file=web/fly.toml"},
		{env: []string{"ALL=true", "FORMAT=human"}, code: "1", stdout: "findings: "},
		{env: []string{"CONFIG=web"}, code: "1", stdout: "file=web/fly.toml"},
		{env: []string{"CONFIG=nowhere"}, code: "3"},
		{env: []string{"CONFIG=broken/app.toml"}, code: "2", stdout: "::error file=broken/app.toml,line=1,col=9,title=fly-standards::"},
		{env: []string{"FAIL_ON=never"}, code: "2"},
	} {
		for _, name := range []string{"output", "summary"} {
			_ = os.Remove(r.path(name))
		}
		out, code := r.step("check.sh", tt.env...)
		output := r.read("output")
		if fmt.Sprint(code) != tt.code || !strings.Contains(output, "exit-code="+tt.code+"\n") || !strings.Contains(out, tt.stdout) {
			t.Errorf("%v: exit code %d, outputs %q:\n%s", tt.env, code, output, out)
		}
		done := tt.code == "1"
		if strings.Contains(output, "sarif-file=") != done || strings.Contains(output, "findings=") != done || (r.read("summary") != "") != done {
			t.Errorf("%v: outputs %q, summary %q", tt.env, output, r.read("summary"))
		}
		if said := regexp.MustCompile(`(\d+) findings: `).FindStringSubmatch(out); said != nil && !strings.Contains(output, "findings="+said[1]+"\n") {
			t.Errorf("%v: outputs %q beside\n%s", tt.env, output, out)
		}
		if done && (strings.Contains(output, "findings=0\n") || !strings.Contains(r.read("temp/fly-standards/fly-standards.sarif"), `"2.1.0"`)) {
			t.Errorf("%v: outputs %q", tt.env, output)
		}
	}
}

// One comment, not one for every push; a token that may not comment is no
// reason to fail.
func TestOneComment(t *testing.T) {
	for _, tt := range []struct{ gh, want, stdout string }{
		{gh: "", want: "--method POST repos/me/mine/issues/7/comments"},
		{gh: "case $* in *--paginate*) printf '99\\n98\\n';; esac\n", want: "--method PATCH repos/me/mine/issues/comments/99"},
		{gh: "exit 1\n", want: "--paginate repos/me/mine/issues/7/comments", stdout: "can't be commented on"},
		{gh: "case $* in *POST*) exit 1;; esac\n", want: "--method POST repos/me/mine/issues/7/comments", stdout: "can't be commented on"},
	} {
		r := newRunner(t)
		r.program()
		r.gh(tt.gh)
		r.write("work/fly.toml", "app = \"a\"\n\n[http_service]\n  internal_port = 8080\n")
		out, code := r.step("comment.sh")
		if log := r.read("gh.log"); code != 0 || !strings.Contains(log, tt.want) || !strings.Contains(out, tt.stdout) {
			t.Errorf("exit code %d\n%s\n%s", code, log, out)
		}
		if body := r.read("temp/fly-standards/comment.md"); !strings.HasPrefix(body, "<!-- fly-standards -->\n") || !strings.Contains(body, "fly.toml") {
			t.Errorf("the comment is %q", body)
		}
	}
}

// A file that another repository does not have yet is made, and one that it has
// is replaced; gh prints the answer of a failed request too.
func TestPushFile(t *testing.T) {
	for _, tt := range []struct{ gh, want, not string }{
		{gh: "case $* in *PUT*) ;; *) echo '{\"message\":\"Not Found\"}'; exit 1;; esac\n", want: "PUT repos/me/tap/contents/a.rb", not: "sha="},
		{gh: "case $* in *PUT*) ;; *) echo 0123abcd;; esac\n", want: "sha=0123abcd"},
		{gh: "echo d800886d9c86731ae5c4a62b0b77c437015e00d2\n", not: "PUT"},
	} {
		r := newRunner(t)
		r.gh(tt.gh)
		r.write("work/a.rb", "123")
		out, code := r.step("../push-file.sh me/tap a.rb a.rb", "TAG=v1.0.0")
		if log := r.read("gh.log"); code != 0 || !strings.Contains(log, tt.want) || tt.not != "" && strings.Contains(log, tt.not) {
			t.Errorf("exit code %d\n%s\n%s", code, log, out)
		}
	}
}
