import {
	type CompletedCommand,
	type CompletedFlag,
	flagCases,
	flagPattern,
	type Offer,
	VERSION_IN_NAME,
	valueFlagPattern,
} from "./completed.ts";

/** What is offered for one argument. */
const OFFERS = `_godwit_words() {
	COMPREPLY=($(compgen -W "$1" -- "$current"))
}
_godwit_paths() {
	local IFS=$'\\n'
	compopt -o filenames 2>/dev/null
	_godwit_plain "$current"
	COMPREPLY=($(compgen "$1" -- "$plain"))
}
_godwit_versions() {
	_godwit_words "$(command ls -- "$folder" 2>/dev/null | command sed -n '${VERSION_IN_NAME}')"
}
_godwit_plain() {
	plain=\${1//[\\\\\\"\\']/}
	plain=\${plain/#'~/'/"$HOME/"}
}`;

/** Bash calls it, and has taken words apart at each : and =, which it replaces by themselves. */
const JOINED_WORDS = `_godwit() {
	local line=\${COMP_LINE:0:COMP_POINT} rest part words=() count=0 at plain
	COMPREPLY=()
	# In COMP_WORDS they are taken apart at each : and =.
	for ((at = 0; at <= COMP_CWORD; at++)); do
		rest=\${line#"\${line%%[![:space:]]*}"} part=\${COMP_WORDS[at]}
		if ((at == COMP_CWORD)); then part=$rest; fi
		if ((at == 0)) || [[ $rest != "$line" ]]; then
			words[count++]=$part
		else
			words[count - 1]+=$part
		fi
		line=\${rest#"$part"}
	done
	local current=\${words[count - 1]} previous=\${words[count - 2]} inline=
	case $part in : | = | :[:=]* | =[:=]*) part= ;; esac
	local before=\${current%"$part"}
	if [[ $current == -*=* ]]; then
		previous=\${current%%=*} inline=\${current%%=*}= current=\${current#*=}
	fi
	_godwit_offer
	# Only what follows the last : or = is replaced.
	for ((at = 0; at < \${#COMPREPLY[@]}; at++)); do
		COMPREPLY[at]=$inline\${COMPREPLY[at]}
		COMPREPLY[at]=\${COMPREPLY[at]#"$before"}
	done
}`;

/** Writes what bash has to be told to complete the command's arguments. */
export function bashCompletion(commands: readonly CompletedCommand[], common: readonly CompletedFlag[]): string {
	const flags = [...common, ...commands.flatMap((command) => command.flags)];
	return `# Completion of godwit for bash. In ~/.bashrc: source <(godwit completion bash)
${OFFERS}
_godwit_folder() {
	_godwit_plain "$2"
	case $1 in
		${flagPattern(["path"])}) folder=$plain ;;
		${flagPattern(["source"])}) folder=\${plain#file://} ;;
	esac
}
${JOINED_WORDS}
_godwit_offer() {
	local name= folder=migrations
	for ((at = 1; at < count - 1; at++)); do
		case \${words[at]} in
			-*=*) _godwit_folder "\${words[at]%%=*}" "\${words[at]#*=}" ;;
			${valueFlagPattern(flags)}) _godwit_folder "\${words[at]}" "\${words[at + 1]}"; ((++at)) ;;
			-*) ;;
			*) [[ -n $name ]] || name=\${words[at]} ;;
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
