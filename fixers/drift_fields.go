package fixers

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

type configField = field[machineconfig.Config]

// defaultSignal is what Fly sends when nothing is said.
const defaultSignal = "SIGINT"

// sizeFields are compared when the file has a [[vm]] for the group: without one
// a deploy leaves the size alone.
func sizeFields() []configField {
	return []configField{
		shrinking("memory", "/guest/memory_mb", ".memory", "%d MB", `memory = "%dmb" in [[vm]]`),
		shrinking("cpus", "/guest/cpus", ".cpus", "%d", "cpus = %d in [[vm]]"),
		{
			name: "gpu", at: "/guest/gpu_kind", key: ".gpu_kind", text: gpuText,
			rank: smaller, does: "makes the machines of %s smaller", worse: func(_, have machineconfig.Config) bool { return gpuText(have) != "" },
			keep: func(have machineconfig.Config) string {
				return fmt.Sprintf("gpu_kind = %q and gpus = %d in [[vm]]", have.Guest().GPUKind, max(have.Guest().GPUs, 1))
			},
		},
		{
			name: "cpu_kind", at: "/guest/cpu_kind", key: ".cpu_kind", text: func(c machineconfig.Config) string { return c.Guest().CPUKind },
			rank: smaller, does: "makes the machines of %s smaller", worse: func(_, have machineconfig.Config) bool { return have.Guest().CPUKind == "performance" },
			keep: func(have machineconfig.Config) string {
				return fmt.Sprintf("cpu_kind = %q in [[vm]]", have.Guest().CPUKind)
			},
		},
	}
}

// policyField is compared when both sides have one: without [[restart]] in the
// file it is the platform that chooses.
var policyField = configField{
	name: "restart policy", at: "/restart/policy", key: ".policy", text: policyText,
	rank: weaker, does: "ends restarts of %s", worse: func(want, _ machineconfig.Config) bool { return policyText(want) == "never" },
	keep: func(have machineconfig.Config) string {
		return fmt.Sprintf("policy = %q in [[restart]]", policyText(have))
	},
}

var retriesField = configField{
	name: "restart retries", at: "/restart/max_retries", key: ".retries",
	text: func(c machineconfig.Config) string { return fmt.Sprint(c.Number("/restart/max_retries")) },
}

// runFields are how a machine is started and stopped. A command may carry a
// password, so it is compared and never shown.
func runFields() []configField {
	return []configField{
		initField("command", "cmd", "processes", "it under [processes]"),
		initField("entrypoint", "entrypoint", "experimental.entrypoint", "entrypoint into [experimental]"),
		initField("exec", "exec", "experimental.exec", "exec into [experimental]"),
		{name: "kill_signal", at: "/stop_config/signal", key: "kill_signal", text: func(c machineconfig.Config) string { return cmp.Or(c.Text("/stop_config/signal"), defaultSignal) }},
		{
			name: "kill_timeout", at: "/stop_config/timeout", key: "kill_timeout", text: func(c machineconfig.Config) string { return shortTime(stopTimeout(c)) },
			rank: weaker, does: "gives %s less time to stop", worse: func(want, have machineconfig.Config) bool { return stopTimeout(want) < stopTimeout(have) },
			keep: func(have machineconfig.Config) string {
				return fmt.Sprintf("kill_timeout = %q", shortTime(stopTimeout(have)))
			},
		},
	}
}

var swapField = configField{
	name: "swap", at: "/init/swap_size_mb", key: "swap_size_mb", text: func(c machineconfig.Config) string { return fmt.Sprintf("%d MB", c.Number("/init/swap_size_mb")) },
	rank: smaller, does: "makes the swap of %s smaller", worse: less("/init/swap_size_mb"),
	keep: func(have machineconfig.Config) string {
		return fmt.Sprintf("swap_size_mb = %d at the top of the file", have.Number("/init/swap_size_mb"))
	},
}

var metricsField = configField{
	name: "metrics", at: "/metrics", key: "metrics", text: metricsText,
	rank: weaker, does: "stops collecting metrics of %s", worse: func(want, _ machineconfig.Config) bool { return metricsText(want) == "" },
	keep: func(have machineconfig.Config) string {
		return fmt.Sprintf("[metrics] with port = %d and path = %q", have.Number("/metrics/port"), have.Text("/metrics/path"))
	},
}

// shrinking is a number of the machine's size.
func shrinking(name, at, key, format, keep string) configField {
	return configField{
		name: name, at: at, key: key, text: func(c machineconfig.Config) string { return fmt.Sprintf(format, c.Number(at)) },
		rank: smaller, does: "makes the machines of %s smaller", worse: less(at),
		keep: func(have machineconfig.Config) string { return fmt.Sprintf(keep, have.Number(at)) },
	}
}

// initField is what runs, in place of what the image says.
func initField(name, key, place, keep string) configField {
	words := func(c machineconfig.Config) string { return strings.Join(c.Words("/init/"+key), "\x00") }
	return configField{
		name: name, at: "/init/" + key, key: place, secret: true, text: words,
		rank: commandGone, does: "removes the " + name + " of %s, so the image's own runs",
		worse: func(want, _ machineconfig.Config) bool { return words(want) == "" },
		keep:  func(machineconfig.Config) string { return keep },
	}
}

func less(at string) func(want, have machineconfig.Config) bool {
	return func(want, have machineconfig.Config) bool { return want.Number(at) < have.Number(at) }
}

// gpuText is "1 a10": one without a number is one.
func gpuText(c machineconfig.Config) string {
	g := c.Guest()
	if g.GPUKind == "" {
		return ""
	}
	return fmt.Sprintf("%d %s", max(g.GPUs, 1), g.GPUKind)
}

// policyText is the policy as fly.toml says it.
func policyText(c machineconfig.Config) string {
	if policy := c.Text("/restart/policy"); policy != "no" {
		return policy
	}
	return "never"
}

func metricsText(c machineconfig.Config) string {
	if c.Number("/metrics/port") == 0 {
		return ""
	}
	return fmt.Sprintf("port %d, %s", c.Number("/metrics/port"), c.Text("/metrics/path"))
}
