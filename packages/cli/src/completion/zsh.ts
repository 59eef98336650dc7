import {
	type CompletedCommand,
	type CompletedFlag,
	flagCases,
	flagPattern,
	type Offer,
	quoted,
	VERSION_IN_NAME,
	valueFlagPattern,
} from "./completed.ts";

/** Writes what zsh has to be told to complete the command's arguments. */
export function zshCompletion(commands: readonly CompletedCommand[], common: readonly CompletedFlag[]): string {
	const flags = [...common, ...commands.flatMap((command) => command.flags)];
	return `#compdef godwit
# Completion of godwit for zsh. In ~/.zshrc, after compinit: source <(godwit completion zsh)
_godwit_versions() {
	local -a versions
	versions=($(command ls -- "$folder" 2>/dev/null | command sed -n '${VERSION_IN_NAME}'))
	compadd -a versions
}
_godwit() {
	local previous=$words[CURRENT-1] name= folder=migrations flag value
	local -a offered
	local -i at
	for ((at = 2; at < CURRENT; at++)); do
		flag= value=
		case $words[at] in
			-*=*) flag=\${words[at]%%=*} value=\${words[at]#*=} ;;
			${valueFlagPattern(flags)}) flag=$words[at] value=$words[++at] ;;
			-*) ;;
			*) [[ -n $name ]] || name=$words[at] ;;
		esac
		case $flag in
			${flagPattern(["path"])}) folder=\${(Q)value} ;;
			${flagPattern(["source"])}) folder=\${\${(Q)value}#file://} ;;
		esac
	done
	if [[ $words[CURRENT] == -*=* ]]; then
		previous=\${words[CURRENT]%%=*}
		compset -P '*='
	fi
	case $previous in
${flagCases(flags, offer)}
	esac
	if [[ $words[CURRENT] == -* ]]; then
		offered=(${described(common)})
		case $name in
${commands.map(({ name, flags: own }) => `\t\t\t${name}) offered+=(${described(own)}) ;;`).join("\n")}
		esac
		_describe flag offered
		return
	fi
	case $name in
		'') offered=(${commands.map(({ name, help }) => quoted(`${name}:${help.replaceAll(":", "\\:")}`)).join(" ")}); _describe command offered ;;
${commands.map(({ name, operand }) => `\t\t${name}) ${offer(operand)} ;;`).join("\n")}
	esac
}
compdef _godwit godwit`;
}

function described(flags: readonly CompletedFlag[]): string {
	return flags.map(({ name, help }) => quoted(`-${name}:${help}`)).join(" ");
}

function offer(value: Offer): string {
	switch (value.kind) {
		case "words":
			return `compadd -- ${value.words.join(" ")}`;
		case "version":
			return "_godwit_versions";
		case "folder":
			return "_files -/";
		case "file":
			return "_files";
		case "any":
			return ":";
	}
}
