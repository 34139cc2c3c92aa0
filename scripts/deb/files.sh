# shellcheck shell=bash disable=SC2154
# Sourced: what can be said of the package without installing it.

# run_lintian: not a tag, be it only a hint, that is not overridden for a written reason.
run_lintian() {
	local output status=0
	lintian --version
	# In programs it takes machine code for words, other ones with each compiler; see spelling.
	local judge=(lintian --allow-root --pedantic --display-info --suppress-tags spelling-error-in-binary)
	"${judge[@]}" "$deb" "$daemontools" "$aws" || status=$?
	# To show what is overridden counts as an error if that is one.
	output=$("${judge[@]}" --fail-on=none --show-overrides "$deb" "$daemontools" "$aws" 2>&1) || status=$?
	echo "$output"
	# What is overridden begins with O, its reason with N, any tag with another letter.
	if [ $status != 0 ] || grep -qvE '^([NO]: |$)' <<<"$output"; then
		fail "lintian --pedantic --display-info: no tag" "its exit status is $status"
	fi
	pass "lintian --pedantic --display-info: no tag but the $(grep -c '^O: ' <<<"$output") overridden"
}

# spelling: of what the programs say and what is written about them.
spelling() {
	local files found
	mapfile -t files < <(git ls-files 'crates/*/src/*.rs' 'debian/man/*' debian/config.toml debian/description '*.md')
	found=$(spellintian "${files[@]}")
	[ -z "$found" ] || fail "spellintian: no misspelt word" "$found"
	pass "spellintian: no misspelt word in ${#files[@]} files"
}

# contents: modes, owners, conffiles and paths are those listed.
contents() {
	contents_of "$deb" debian/contents
	contents_of "$daemontools" debian/daemontools/contents
	contents_of "$aws" debian/aws/contents
}

contents_of() {
	scripts/deb/contents.sh "$1" >"$work/contents"
	diff "$2" "$work/contents" >"$work/contents.diff" ||
		fail "contents: as listed in $2" "$(cat "$work/contents.diff")
if this is right: scripts/deb/contents.sh dist/$(basename "$1") >$2"
	pass "contents: the $(wc -l <"$2") paths listed in $2"
}

# completions: each shell loads them, and offers a command, or an option where there are none.
completions() {
	local usr=$work/tree/usr/share program command file
	local -A offered=([fake-metadata]=check-config [fake-metadata-setup]=revert [fake-metadata-aws]=--role-arn)
	dpkg-deb --extract "$deb" "$work/tree"
	dpkg-deb --extract "$aws" "$work/tree"
	for program in "${!offered[@]}"; do
		command=${offered[$program]}
		file=$usr/bash-completion/completions/$program
		bash -n "$file"
		# shellcheck disable=SC2016
		bash --norc -c '. "$2"; COMP_WORDS=("$1" "${3:0:2}") COMP_CWORD=1
			"$(complete -p "$1" | grep -oE -- "-F [^ ]+" | cut -c4-)" "$1" "${3:0:2}" "$1"
			printf "%s\n" "${COMPREPLY[@]}"' bash "$program" "$file" "$command" | grep -xF -- "$command" >/dev/null ||
			fail "completions: bash completes $program" "it does not offer $command"
		pass "completions: bash completes $program ${command:0:2} to $command"

		file=$usr/zsh/vendor-completions/_$program
		zsh -n "$file"
		# shellcheck disable=SC2016
		zsh -f -c 'fpath=("${2:h}" $fpath) && autoload -Uz compinit && compinit -D -u &&
			[[ $_comps[$1] == _$1 ]] && autoload -Uz +X "_$1"' zsh "$program" "$file" ||
			fail "completions: zsh loads that of $program" "it does not"
		pass "completions: zsh loads that of $program"

		file=$usr/fish/vendor_completions.d/$program.fish
		fish --no-execute "$file"
		HOME=$work fish --no-config --command "source '$file'; complete --do-complete '$program ${command:0:2}'" |
			grep -e "^$command" >/dev/null || fail "completions: fish completes $program" "it does not offer $command"
		pass "completions: fish completes $program to $command"
	done
}

# exposure: what systemd thinks a unit could do if it were taken over; of 100, the most allowed.
exposure() {
	local unit output most
	local -A allowed=([fake-metadata]=15 [fake-metadata-network]=30)
	for unit in debian/*.service; do
		most=${allowed[$(basename "$unit" .service)]:-100}
		output=$(systemd-analyze security --offline=true --no-pager --threshold="$most" "$unit" 2>&1) ||
			fail "exposure: $unit has at most $most of 100" "$output"
		pass "exposure: ${output#*→ }"
	done
}
