package undo

import "slices"

// secrets never go back: what leaked once must not be brought back, and
// whoever rotated it since must not lose the new value.
func (u *Undo) secrets(w World) {
	var kept, unseen, others, gone []string
	for _, name := range u.Of.Migrated {
		there := w.App == nil
		if w.App != nil {
			_, there = w.App.Secret(name)
		}
		switch ours := slices.Contains(u.Of.Secrets, name); {
		case !there:
			gone = append(gone, name)
		case !ours:
			others = append(others, name)
		case w.App == nil:
			unseen = append(unseen, name)
		default:
			kept = append(kept, name)
		}
	}
	u.stay(kept, "still a secret of the app; its value does not come back into the file or the machines",
		"still secrets of the app; their values do not come back into the file or the machines")
	u.stay(unseen, "stored as a secret by this apply, and not read now; its value does not come back into the file or the machines",
		"stored as secrets by this apply, and not read now; their values do not come back into the file or the machines")
	u.stay(others, "out of [env]; the app has it as a secret", "out of [env]; the app has them as secrets")
	const more = " The old value can't be restored: `fly secrets set` sets it again"
	u.stay(gone, "out of [env], and no longer a secret of the app: somebody removed it since."+more,
		"out of [env], and no longer secrets of the app: somebody removed them since."+more)
}

// stay tells of names, as one or as many.
func (u *Undo) stay(names []string, one, many string) {
	text := one
	if len(names) > 1 {
		text = many
	}
	var all together
	for _, name := range names {
		all.add(name, text)
	}
	u.Stays = append(u.Stays, all.lines("", "")...)
}
