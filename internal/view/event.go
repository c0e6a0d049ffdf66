package view

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/plan"
)

// stepDoing says what a step is about to do.
func stepDoing(s plan.Step) string {
	switch s.Kind {
	case plan.StepSecrets:
		return "store as secrets: " + list(setNames(s))
	case plan.StepFile:
		return "edit fly.toml"
	case plan.StepOtherFile:
		does, _ := otherWords(s.OtherFile)
		return does + " " + otherName(s.OtherFile)
	case plan.StepMachine:
		return "update machine " + machineName(s.Machine.ID, s.Machine.Group, s.Machine.Region)
	case plan.StepClone:
		return fmt.Sprintf("add a machine in %s (a copy of %s)", s.Clone.Region, s.Clone.Source)
	case plan.StepDestroy:
		return "destroy machine " + machineName(s.Destroy.ID, s.Destroy.Group, s.Destroy.Region)
	case plan.StepVolume:
		return "volume " + s.Volume.ID + " in " + s.Volume.Region + ": " + s.Volume.After.String()
	default:
		return s.ID
	}
}

// otherWords are what a step does to another file, and has done.
func otherWords(s *plan.OtherFileStep) (does, did string) {
	switch {
	case s.BeforeSHA256 == "":
		return "create", "created"
	case s.ResultSHA256 == "":
		return "remove", "removed"
	}
	return "edit", "edited"
}

// stepDone says what a step has done.
func stepDone(s plan.Step, changed bool) string {
	if !changed {
		return stepDoing(s) + ": already up to date"
	}
	switch s.Kind {
	case plan.StepSecrets:
		return "stored as secrets and confirmed: " + list(setNames(s))
	case plan.StepFile:
		return "fly.toml edited"
	case plan.StepOtherFile:
		_, did := otherWords(s.OtherFile)
		return otherName(s.OtherFile) + " " + did
	case plan.StepMachine:
		text := "machine " + machineName(s.Machine.ID, s.Machine.Group, s.Machine.Region) + " updated"
		if s.Machine.State == "started" {
			text += " and healthy"
		}
		return text
	case plan.StepClone:
		return "machine added in " + s.Clone.Region
	case plan.StepDestroy:
		return "machine " + machineName(s.Destroy.ID, s.Destroy.Group, s.Destroy.Region) + " destroyed"
	case plan.StepVolume:
		return "volume " + s.Volume.ID + " in " + s.Volume.Region + " has " + s.Volume.After.String()
	default:
		return s.ID
	}
}

// otherName is another file without the way up to it: ".gitignore".
func otherName(s *plan.OtherFileStep) string {
	name := s.File
	for strings.HasPrefix(name, "../") {
		name = name[3:]
	}
	return name
}

func setNames(s plan.Step) []string {
	names := make([]string, len(s.Secrets.Set))
	for i, set := range s.Secrets.Set {
		names[i] = set.Name
	}
	return names
}

func machineName(id, group, region string) string {
	if group == "" || group == "app" {
		return fmt.Sprintf("%s (%s)", id, region)
	}
	return fmt.Sprintf("%s (%s, %s)", id, group, region)
}

// waiting says who is waited for, and why.
func waiting(e apply.Waiting) string {
	machine := "machine " + e.Machine + ": "
	switch e.For {
	case apply.WaitLease:
		return machine + "waiting for the lease on it to run out"
	case apply.WaitFloor:
		return fmt.Sprintf("waiting for the other machines of %s: %d healthy, %d needed to restart one", e.Group, e.Healthy, e.Floor+1)
	case apply.WaitFree:
		return machine + "waiting until it can be updated again"
	case apply.WaitState:
		return machine + "waiting for the new version"
	case apply.WaitStart:
		return machine + "waiting for it to start"
	case apply.WaitStop:
		return machine + "waiting for it to stop again"
	case apply.WaitSmoke:
		return machine + "checking that it stays up"
	case apply.WaitChecks:
		var names []string
		for _, c := range e.Checks {
			names = append(names, c.Name+" is "+c.Status)
		}
		return strings.TrimSuffix(machine+"waiting for its checks: "+strings.Join(names, ", "), ": ")
	default:
		return machine + "waiting: " + string(e.For)
	}
}

// other tells the events that are no step. What only frames a step (leases)
// is for --verbose.
func (p *Progress) other(e apply.Event) {
	const in = "      "
	switch e := e.(type) {
	case apply.SecretsStored:
		p.doing(in + "confirming that Fly has them")
	case apply.LeaseTaken:
		p.detail(in + "machine " + e.Machine + ": lease taken")
	case apply.LeaseReleased:
		if e.Lost {
			p.say(p.yellow("!"), "machine "+e.Machine+": the lease ended before it was released")
		} else {
			p.detail(in + "machine " + e.Machine + ": lease released")
		}
	case apply.Updated:
		p.detail(in + "machine " + e.Machine + ": has the new configuration")
	case apply.Proving:
		p.say(" ", in[2:]+proving(e))
	case apply.Proven:
		p.say(" ", in[2:]+"the new check passes on machine "+e.Machine)
	case apply.CheckLeftOut:
		p.say(p.yellow("!"), "machine "+e.Machine+" does not pass the new check: going on without it")
	case apply.Unproven:
		p.say(p.yellow("!"), "machine "+e.Machine+" was stopped by Fly's proxy during the test: not tested, not unhealthy")
	case apply.Repairing:
		p.say(p.yellow("↩"), "machine "+e.Machine+": an earlier run left a change on it, and it is unhealthy with it: that is undone first")
	case apply.Repaired:
		p.say(p.repaired(e))
	case apply.RollingBack:
		text := "machine " + e.Machine + ": rolling back to its previous configuration"
		if e.Why != nil {
			text += ", because " + brief(e.Why)
		}
		p.say(p.yellow("↩"), text)
	case apply.RolledBack:
		p.say(p.rolledBack(e))
	case apply.Kept:
		p.say(p.yellow("!"), "machine "+e.Machine+" keeps the change: "+e.Why)
	case apply.FileRestored:
		switch {
		case e.Err != nil:
			p.say(p.red("✗"), e.Path+" could not be rolled back: "+e.Err.Error())
		case e.Gone:
			p.say(p.yellow("↩"), e.Path+" removed again")
		default:
			p.say(p.yellow("↩"), e.Path+" restored")
		}
	case apply.CloneMade:
		p.say(" ", in[2:]+"machine "+e.Machine+" created in "+e.Region)
	case apply.CloneDestroyed:
		if e.Err != nil {
			p.say(p.red("✗"), "machine "+e.Machine+" could not be destroyed: "+e.Err.Error())
		} else {
			p.say(p.yellow("↩"), "machine "+e.Machine+" destroyed again")
		}
	case apply.Interrupted:
		text := "stopping"
		if len(e.InHand) > 0 {
			text += " when " + list(e.InHand) + " is done; press Ctrl-C again to leave at once"
		}
		p.say(p.yellow("!"), text)
	}
}

func (p *Progress) detail(text string) {
	if p.Verbose {
		p.say("", text)
	}
}

func (p *Progress) repaired(e apply.Repaired) (mark, text string) {
	if !e.Healthy {
		return p.yellow("!"), "machine " + e.Machine + " no longer has the change, but is still not healthy"
	}
	return p.yellow("↩"), "machine " + e.Machine + " is healthy without the change"
}

func (p *Progress) rolledBack(e apply.RolledBack) (mark, text string) {
	switch {
	case e.Err != nil:
		return p.red("✗"), "machine " + e.Machine + " could not be rolled back: " + apply.Reason(e.Err)
	case !e.Healthy:
		return p.yellow("!"), "machine " + e.Machine + " has its previous configuration, and is still not healthy"
	default:
		return p.yellow("↩"), "machine " + e.Machine + " restored and healthy"
	}
}

// brief is why a machine is not healthy, without what its checks were answered:
// that is told once, at the end.
func brief(err error) string {
	var unhealthy *apply.UnhealthyError
	if errors.As(err, &unhealthy) {
		return unhealthy.Why
	}
	return apply.Reason(err)
}

func proving(e apply.Proving) string {
	switch e.How {
	case apply.ProofProbe:
		return "machine " + e.Machine + " tests the new check first, as one that can't affect routing"
	case apply.ProofWake:
		return "machine " + e.Machine + " is started to test the new check"
	default:
		return "machine " + e.Machine + " tests the new check alone; the others keep the traffic"
	}
}
