import {
	type CompletedCommand,
	type CompletedFlag,
	flagCases,
	flagPattern,
	type Offer,
	VERSION_IN_NAME,
	valueFlagPattern,
} from "./completed.ts";

/** Writes what bash has to be told to complete the command's arguments. */
export function bashCompletion(commands: readonly CompletedCommand[], common: readonly CompletedFlag[]): string {
	const flags = [...common, ...commands.flatMap((command) => command.flags)];
	return `# Completion of godwit for bash. In ~/.bashrc: source <(godwit completion bash)
_godwit_words() {
	COMPREPLY=($(compgen -W "$1" -- "$current"))
}
_godwit_paths() {
	local IFS=$'\\n'
	compopt -o filenames 2>/dev/null
	COMPREPLY=($(compgen "$1" -- "$current"))
}
_godwit_versions() {
	_godwit_words "$(command ls -- "$folder" 2>/dev/null | command sed -n '${VERSION_IN_NAME}')"
}
_godwit() {
	local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} name= folder=migrations at
	COMPREPLY=()
	for ((at = 1; at < COMP_CWORD; at++)); do
		case \${COMP_WORDS[at]} in
			${flagPattern(["path"])}) folder=\${COMP_WORDS[++at]} ;;
			${valueFlagPattern(flags)}) ((++at)) ;;
			-*) ;;
			*) [[ -n $name ]] || name=\${COMP_WORDS[at]} ;;
		esac
	done
	case $previous in
${flagCases(flags, offer)}
	esac
	if [[ $current == -* ]]; then
		local more=
		case $name in
${commands.map(({ name, flags: own }) => `\t\t\t${name}) more="${dashed(own)}" ;;`).join("\n")}
		esac
		_godwit_words "${dashed(common)} $more"
		return
	fi
	case $name in
		'') _godwit_words "${commands.map(({ name }) => name).join(" ")}" ;;
${commands.map(({ name, operand }) => `\t\t${name}) ${offer(operand)} ;;`).join("\n")}
	esac
}
complete -F _godwit godwit`;
}

function dashed(flags: readonly CompletedFlag[]): string {
	return flags.map(({ name }) => `-${name}`).join(" ");
}

function offer(value: Offer): string {
	switch (value.kind) {
		case "words":
			return `_godwit_words "${value.words.join(" ")}"`;
		case "version":
			return "_godwit_versions";
		case "folder":
			return "_godwit_paths -d";
		case "file":
			return "_godwit_paths -f";
		case "any":
			return ":";
	}
}
