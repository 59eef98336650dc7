import {
	type CompletedCommand,
	type CompletedFlag,
	flagPattern,
	type Offer,
	quoted,
	VERSION_IN_NAME,
	valueFlagPattern,
} from "./completed.ts";

/** Writes what fish has to be told to complete the command's arguments. */
export function fishCompletion(commands: readonly CompletedCommand[], common: readonly CompletedFlag[]): string {
	const flags = [...common, ...commands.flatMap((command) => command.flags)];
	return `# Completion of godwit for fish: godwit completion fish > ~/.config/fish/completions/godwit.fish
function __godwit_take
	switch $argv[1]
		case ${spaced(flagPattern(["path"]))}
			set -g __godwit_folder $argv[2]
		case ${spaced(flagPattern(["source"]))}
			set -g __godwit_folder (string replace -r -- '^file://' '' $argv[2])
	end
end
function __godwit_read
	set -g __godwit_name ''
	set -g __godwit_folder migrations
	set -l flag ''
	set -l given (commandline -opc)
	for word in $given[2..]
		switch $flag
			case ${spaced(valueFlagPattern(flags))}
				__godwit_take $flag $word
				set flag ''
			case '*'
				if string match -q -- '-*=*' $word
					__godwit_take (string split -m 1 -- = $word)
					set flag ''
				else if string match -q -- '-*' $word
					set flag $word
				else if test -z "$__godwit_name"
					set -g __godwit_name $word
				end
		end
	end
end
function __godwit_is
	__godwit_read
	test "$__godwit_name" = "$argv[1]"
end
function __godwit_versions
	__godwit_read
	command ls -- $__godwit_folder 2>/dev/null | command sed -n '${VERSION_IN_NAME}'
end
complete -c godwit -f
${commands.map(({ name, help }) => `complete -c godwit -n '__godwit_is ""' -a ${name} -d ${quoted(help)}`).join("\n")}
${common.map((flag) => `complete -c godwit ${option(flag)}`).join("\n")}
${commands.flatMap(linesOf).join("\n")}`;
}

function linesOf({ name, operand, flags }: CompletedCommand): readonly string[] {
	const here = `complete -c godwit -n '__godwit_is ${name}'`;
	const own = flags.map((flag) => `${here} ${option(flag)}`);
	return operand.kind === "any" ? own : [...own, `${here} ${offer(operand)}`];
}

function option({ name, help, value }: CompletedFlag): string {
	const taken = value === undefined ? "" : ` ${value.kind === "any" ? "-x" : offer(value)}`;
	return `-o ${name}${taken} -d ${quoted(help)}`;
}

function offer(value: Offer): string {
	switch (value.kind) {
		case "words":
			return `-x -a ${quoted(value.words.join(" "))}`;
		case "version":
			return "-x -a '(__godwit_versions)'";
		case "folder":
			return "-x -a '(__fish_complete_directories)'";
		case "file":
			return "-r -F";
		case "any":
			return "";
	}
}

/** Words that a `case` of fish takes. */
function spaced(pattern: string): string {
	return pattern.replaceAll("|", " ");
}
