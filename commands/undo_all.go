package commands

import (
	"context"
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/repo"
	"github.com/fly-standards/fly-standards/internal/view"
)

// runUndoAll takes back the last apply --all that left something: its runs on
// the files below this folder, the last one first.
func runUndoAll(ctx context.Context, env *Env, g *global, o *undoOptions) error {
	if o.format.format == "json" || o.list || o.id != "" {
		return &usageError{"undo --all takes no --json, --list or ID", "`fly-standards undo --config FILE` is about one file"}
	}
	found, err := o.source.configs(ctx, env, new(repo.Repositories))
	if err != nil {
		return err
	}
	files, ids, unread, err := o.lastBatch(env, g, found)
	switch {
	case err != nil:
		return err
	case len(files) == 0 && unread > 0:
		return fmt.Errorf("%d of %d files could not be read; nothing was changed", unread, len(found))
	case len(files) == 0:
		return env.say("Nothing to undo: no apply --all of files below this folder that left a change is on record on this computer.")
	}
	err = oneByOne(env, g, files, func(i int) error {
		one := *o
		one.source, one.id = *o.source.one(files[i]), ids[i]
		return runUndo(ctx, env, g, &one)
	})
	if err == nil && unread > 0 {
		err = fmt.Errorf("%d of %d files could not be read; once they can be, undo --all undoes what is left", unread, len(found))
		err = &apply.PartialError{Report: apply.Report{Outcome: apply.Stopped}, Err: err}
	}
	return err
}

// lastBatch are the files of the last apply --all that left something, the one
// that was done last first, and the ids of its runs. A file that can't be read
// keeps none of the others from it: it may not even be of that apply.
func (o *undoOptions) lastBatch(env *Env, g *global, found []string) (files, ids []string, unread int, err error) {
	batch := ""
	for _, file := range found {
		one := undoOptions{source: *o.source.one(file)}
		s, err := one.read(env)
		if err != nil {
			env.report(err, view.Style{Color: env.color(env.StderrTTY, g.noColor)})
			unread++
			continue
		}
		all, err := one.histories(env, g, s)
		if err != nil {
			return nil, nil, 0, err
		}
		for _, h := range all {
			if h.Undo != "" || h.Batch == "" || h.Batch < batch || !h.Left() || otherFile(h, s.path) || undone(all, h.ID) {
				continue
			}
			if h.Batch > batch {
				batch, files, ids = h.Batch, nil, nil
			}
			files, ids = append(files, file), append(ids, h.ID)
		}
	}
	slices.Reverse(files)
	slices.Reverse(ids)
	return files, ids, unread, nil
}
