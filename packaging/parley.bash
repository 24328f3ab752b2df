# parley.bash - completion of parley(1) in bash: the shell itself is asked, so
# that both know the same words.  Installed as completions/parley.

_parley()
{
	local cur cword words word

	if declare -F _get_comp_words_by_ref >/dev/null; then
		_get_comp_words_by_ref -n := cur words cword
	else
		words=("${COMP_WORDS[@]}")
		cword=$COMP_CWORD
		cur=${words[cword]}
	fi
	COMPREPLY=()
	while IFS= read -r word; do
		COMPREPLY+=("$(printf %q "$word")")
	done < <("$1" __complete -- "${words[@]:1:cword}" 2>/dev/null)
	if declare -F __ltrim_colon_completions >/dev/null; then
		__ltrim_colon_completions "$cur"
	fi
}
complete -o default -F _parley parley
