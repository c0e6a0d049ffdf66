package flytoml_test

import (
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func TestMove(t *testing.T) {
	runEdits(t, []editCase{
		{
			name: "key with its comments to a new table", in: "app = 'x'\n\n[deploy]\n  strategy = 'rolling'\n\n  # be careful\n  auto_rollback = true   # yes\n\n[env]\n  A = '1'\n",
			edits: edits(move("deploy.auto_rollback", "experimental.auto_rollback")),
			out:   "app = 'x'\n\n[deploy]\n  strategy = 'rolling'\n\n[env]\n  A = '1'\n\n[experimental]\n  # be careful\n  auto_rollback = true   # yes\n",
		},
		{
			name: "to a table that is there", in: "[deploy]\nauto_rollback = true # yes\n\n[experimental]\n    x = 1\n\n[env]\n",
			edits: edits(move("deploy.auto_rollback", "experimental.auto_rollback")),
			out:   "[deploy]\n\n[experimental]\n    auto_rollback = true # yes\n    x = 1\n\n[env]\n",
		},
		{
			name: "the comment above goes along though a key follows", in: "[deploy]\n  strategy = 'rolling'\n  # go back\n  auto_rollback = true\n  wait_timeout = '5m'\n",
			edits: edits(move("deploy.auto_rollback", "experimental.auto_rollback")),
			out:   "[deploy]\n  strategy = 'rolling'\n  wait_timeout = '5m'\n\n[experimental]\n  # go back\n  auto_rollback = true\n",
		},
		{
			name: "the comment that opens the file stays", in: "# fly.toml of the shop\nauto_rollback = true\napp = 'x'\n",
			edits: edits(move("auto_rollback", "deploy.x")),
			out:   "# fly.toml of the shop\napp = 'x'\n\n[deploy]\n  x = true\n",
		},
		{name: "exact value", in: "[vm]\nswap_size_mb = 5_12\n", edits: edits(move("vm.swap_size_mb", "swap_size_mb")), out: "swap_size_mb = 5_12\n\n[vm]\n"},
		{name: "value of several lines", in: "[a]\nx = [\n  1, # one\n]\n\n[b]\n", edits: edits(move("a.x", "b.x")), out: "[a]\n\n[b]\nx = [\n  1, # one\n]\n"},
		{name: "rename", in: "[a]\n  x = 1 # c\n", edits: edits(move("a.x", "a.y")), out: "[a]\n  y = 1 # c\n"},
		{name: "respell", in: "[Deploy]\nStrategy = \"x\"\n", edits: edits(move("deploy.strategy", "deploy.strategy"), move("deploy", "deploy")), out: "[deploy]\nstrategy = \"x\"\n"},
		{name: "out of an inline table", in: "a = { x = 1, y = 2 }\n\n[b]\n", edits: edits(move("a.x", "b.x")), out: "a = { y = 2 }\n\n[b]\n  x = 1\n"},
		{name: "a whole table", in: "[deploy.x] # c\nk = 1\n\n[deploy.x.sub]\nl = 2\n", edits: edits(move("deploy.x", "y")), out: "[y] # c\nk = 1\n\n[y.sub]\nl = 2\n"},
		{name: "an array of tables", in: "[a]\n\n[[ a . b ]]\nx = 1\n[[a.b]]\nx = 2\n", edits: edits(move("a.b", "a.c")), out: "[a]\n\n[[ a . c ]]\nx = 1\n[[a.c]]\nx = 2\n"},
		{name: "a dotted key leaves nothing", in: "deploy.auto_rollback = true\n\n[experimental]\nx = 1\n", edits: edits(move("deploy.auto_rollback", "experimental.auto_rollback")), out: "[experimental]\nauto_rollback = true\nx = 1\n"},
		{name: "occupied", in: "[a]\nx = 1\n[b]\nx = 2\n", edits: edits(move("a.x", "b.x")), refused: "already"},
		{name: "into itself", in: "[a]\nx = 1\n", edits: edits(move("a", "a.b")), refused: "itself"},
		{name: "comment has no place", in: "b = {}\n[a]\nx = 1 # c\n", edits: edits(move("a.x", "b.x")), refused: "no place"},
		{name: "would land in another entry", in: "[[s]]\ny = 1\n\n[[s]]\ny = 2\n\n[c]\nx = 1\n", edits: edits(move("c", "s[0].c")), refused: "exactly"},
		{name: "wrong entry", in: "[c]\nx = 1\n\n[[s]]\n\n[[s]]\n", edits: edits(move("c", "s[0].c")), refused: "exactly"},
	})
}

func TestArrayOf(t *testing.T) {
	runEdits(t, []editCase{
		{name: "heading", in: "[http_service]\n\n  [ http_service . checks ] # c\n  path = \"/\"\n\n  [http_service.checks.headers]\n  X = \"1\"\n", edits: edits(arrayOf("http_service.checks")), out: "[http_service]\n\n  [[ http_service . checks ]] # c\n  path = \"/\"\n\n  [http_service.checks.headers]\n  X = \"1\"\n"},
		{name: "inline", in: "a = { checks = { x = 1 } }\n", edits: edits(arrayOf("a.checks")), out: "a = { checks = [{ x = 1 }] }\n"},
		{name: "already", in: "[[a]]\n", edits: edits(arrayOf("a")), out: "[[a]]\n"},
		{name: "implied", in: "[a.b]\n", edits: edits(arrayOf("a")), refused: "heading"},
		{name: "sub-table before it", in: "[a.b.c]\n[a.b]\n", edits: edits(arrayOf("a.b")), refused: "exactly"},
		{name: "no table", in: "a = 1\n", edits: edits(arrayOf("a")), refused: "not a table"},
	})
}

func TestTableOf(t *testing.T) {
	tableOf := flytoml.Edit{Op: flytoml.TableOf, Path: "build"}
	runEdits(t, []editCase{
		{name: "heading", in: "[[ build ]] # c\nx = 1\n\n[build.args]\ny = 1\n", edits: edits(tableOf), out: "[ build ] # c\nx = 1\n\n[build.args]\ny = 1\n"},
		{name: "already", in: "[build]\n", edits: edits(tableOf), out: "[build]\n"},
		{name: "several", in: "[[build]]\n[[build]]\n", edits: edits(tableOf), refused: "several"},
		{name: "inline", in: "build = [{ x = 1 }]\n", edits: edits(tableOf), refused: "not an array of tables"},
	})
}
