# shellcheck shell=bash
# Sourced: moto, which answers as AWS does and is not AWS.

# need_moto: in target/moto/venv. The system's Python, since an ordinary user may not get at another
# that is in somebody's home.
need_moto() {
	local list=tests/moto/requirements.txt made=target/moto
	need /usr/bin/python3 python3
	/usr/bin/python3 -c 'import ensurepip' 2>/dev/null || need 'python3 -m ensurepip' python3-venv
	mkdir -p "$made"
	{ /usr/bin/python3 --version && cat "$list"; } >"$made/venv.wanted"
	cmp --silent "$made/venv.wanted" "$made/venv/made-from" && return
	rm -rf "$made/venv"
	/usr/bin/python3 -m venv "$made/venv"
	"$made/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement="$list"
	"$made/venv/bin/python" -m pip check --quiet
	cp "$made/venv.wanted" "$made/venv/made-from"
}
