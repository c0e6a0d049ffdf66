package commands

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/regions"
	"github.com/fly-standards/fly-standards/internal/settings"
	"github.com/fly-standards/fly-standards/plan"
)

// sourceOptions say what is looked at, and what for.
type sourceOptions struct {
	config, app, token   string
	settings             string
	offline, requireLive bool
	probe                bool
	rules, skip          []string
	regions              []string
	allow                []string
	maxUnavailable       string
	noRestart            bool
	all                  bool
	writes               bool    // with all: each file writes into one that they share
	buffer               *buffer // what is read in the place of the file; nil: the file
	scan                 scanner // what reads the source tree
}

func (o *sourceOptions) add(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringVarP(&o.config, "config", "c", "", "`PATH` of fly.toml or its folder")
	o.addAll(f)
	f.StringVarP(&o.app, "app", "a", "", "app `NAME` (over FLY_APP and the file)")
	f.StringVarP(&o.token, "access-token", "t", "", "Fly API `TOKEN` (default: flyctl's login)")
	f.BoolVar(&o.offline, "offline", false, "don't read the app")
	f.BoolVar(&o.requireLive, "require-live", false, "fail if the app can't be read")
	f.BoolVar(&o.probe, "probe", false, "GET the app's public URL to test a health path")
	f.BoolVar(&o.noRestart, "no-restart", false, "change fly.toml and stage secrets, no more")
	f.StringSliceVar(&o.allow, "allow", nil, "also apply fixes that need `WHAT`: review, paid")
	f.StringSliceVar(&o.regions, "regions", nil, "add `REGIONS`, such as lhr,syd, at their cost")
	f.StringSliceVar(&o.rules, "rule", nil, "only the rule `ID` (repeatable)")
	f.StringSliceVar(&o.skip, "skip", nil, "all rules but `ID` (repeatable)")
	f.StringVar(&o.maxUnavailable, "max-unavailable", "", "`N` machines, or a fraction, down at once")
	f.StringVar(&o.settings, "settings", "", "settings `FILE` (default "+settings.Name+")")
}

// consent reads --allow.
func (o *sourceOptions) consent() (plan.Consent, error) {
	var c plan.Consent
	for _, word := range o.allow {
		switch strings.TrimSpace(word) {
		case "review":
			c.Review = true
		case "paid":
			c.Paid = true
		default:
			return c, notOneOf("--allow", word, "review", "paid")
		}
	}
	return c, nil
}

// check refuses what can't be meant, before anything is read.
func (o *sourceOptions) check() error {
	if o.offline && o.requireLive {
		return &usageError{message: "--offline and --require-live can't be used together"}
	}
	for i, r := range o.regions { // whether Fly has it is asked when its list was read
		o.regions[i] = strings.TrimSpace(r)
		if !settings.IsRegion(o.regions[i]) {
			return &usageError{"--regions: " + regions.Refused(o.regions[i], nil), "`fly platform regions` lists them"}
		}
	}
	if _, err := plan.AtOnce(o.maxUnavailable, 1); err != nil {
		return &usageError{message: "--max-unavailable " + err.Error()}
	}
	switch err := plan.CheckRules(allRules(), o.rules, o.skip); {
	case errors.Is(err, plan.ErrNoRules):
		return &usageError{message: err.Error()}
	case err != nil:
		return err
	}
	_, err := o.consent()
	return err
}

// waitFlag adds --wait-timeout.
func waitFlag(f *pflag.FlagSet, to *time.Duration) {
	f.DurationVar(to, "wait-timeout", 0, "how long a machine may take to become healthy: a `DURATION` such as 90s (default: wait_timeout of fly.toml's [deploy], else 5m)")
}

// checkWait refuses a wait in which no machine can become healthy: each is
// watched for some seconds first, and a healthy one would be rolled back.
func checkWait(f *pflag.FlagSet, d time.Duration) error {
	if f.Changed("wait-timeout") && d < apply.MinWait {
		return &usageError{message: fmt.Sprintf("--wait-timeout %s: must be at least %s, such as 90s: a machine must stay up for 10s to count as healthy", d, apply.MinWait)}
	}
	return nil
}

// waitTimeout is the flag over the file's own, as fly deploy has it; 0 where
// nothing is said. A time of the file that no machine can become healthy in is
// passed over.
func waitTimeout(flag time.Duration, f *flytoml.File) time.Duration {
	if flag > 0 || f == nil {
		return flag
	}
	d, ok := deployed.Read(f).Get("deploy.wait_timeout").Duration()
	if !ok || d < apply.MinWait { // such as 300, which flyctl takes for nanoseconds
		return 0
	}
	return d
}

func ruleIDs(all []plan.Fixer) []string {
	ids := make([]string, len(all))
	for i, f := range all {
		ids[i] = f.ID
	}
	return ids
}

// allRules are the rules of this program.
func allRules() []plan.Fixer { return fixers.All() }

// again are the flags, each behind a space, with which another command means
// the same files, app and rules.
func (o *sourceOptions) again() string {
	text, config := "", o.config
	if config == fromStdin {
		config = ""
	}
	for _, f := range []struct{ name, value string }{
		{"--config", config}, {"--app", o.app}, {"--rule", strings.Join(o.rules, ",")}, {"--skip", strings.Join(o.skip, ",")}, {"--settings", o.settings},
	} {
		if f.value != "" {
			text += " " + f.name + " " + quoteArg(f.value)
		}
	}
	if o.all {
		text += " --all"
	}
	return text
}
