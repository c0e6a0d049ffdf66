package kills

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// watch calls do for each change in the folders, one after the other, until
// stop is called.
func watch(dirs []string, do func()) (stop func(), err error) {
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("watch folders: %w", err)
	}
	f := os.NewFile(uintptr(fd), "inotify")
	for _, dir := range dirs {
		const changes = syscall.IN_CREATE | syscall.IN_MODIFY | syscall.IN_ATTRIB | syscall.IN_MOVED_TO | syscall.IN_DELETE | syscall.IN_CLOSE_WRITE
		if _, err := syscall.InotifyAddWatch(fd, dir, changes); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("watch %s: %w", dir, err)
		}
	}
	var done sync.WaitGroup
	done.Go(func() { events(f, do) })
	return func() { _ = f.Close(); done.Wait() }, nil
}

func events(f *os.File, do func()) {
	buf := make([]byte, 64<<10)
	for {
		n, err := f.Read(buf)
		if err != nil {
			return // closed
		}
		for at := 0; at+syscall.SizeofInotifyEvent <= n; {
			e := (*syscall.InotifyEvent)(unsafe.Pointer(&buf[at])) //nolint:gosec // the kernel's own layout
			at += syscall.SizeofInotifyEvent + int(e.Len)
			do()
		}
	}
}
