import { commandNames, type NamedCommand } from "../command-line/commands.ts";
import type { Flag } from "../command-line/flags/flags.ts";

/** What a shell can offer for an argument. */
export type Offer =
	/** One of these words. */
	| { readonly kind: "words"; readonly words: readonly string[] }
	/** A version of the folder of the migrations, `folder` a folder, `file` a file, and `any` nothing, since it can be anything. */
	| { readonly kind: "version" | "folder" | "file" | "any" };

export interface CompletedFlag {
	/** Without its dash. */
	readonly name: string;
	readonly help: string;
	/** Its value; undefined for a boolean. */
	readonly value: Offer | undefined;
}

export interface CompletedCommand {
	readonly name: string;
	readonly help: string;
	readonly operand: Offer;
	/** Those besides the common ones. */
	readonly flags: readonly CompletedFlag[];
}

/** What a shell has to know of a flag. */
export function completedFlag({ name, help, kind, value = "", words }: Flag): CompletedFlag {
	if (kind === "boolean") return { name, help, value: undefined };
	return { name, help, value: words === undefined ? offerFor(value) : { kind: "words", words } };
}

/** What a shell has to know of a command: what its usage says. */
export function completedCommand({ name, help, arguments: usage, flags }: NamedCommand): CompletedCommand {
	const [, operand = ""] = /^\[?([^\] ]*)/.exec(usage) ?? [];
	return { name, help, operand: offerFor(operand), flags: flags.map(completedFlag) };
}

/** @param placeholder What the usage calls the argument: `V`, `DIR`, `bash|zsh|fish`. */
function offerFor(placeholder: string): Offer {
	if (/^[a-z]+(\|[a-z]+)+$/.test(placeholder)) return { kind: "words", words: placeholder.split("|") };
	if (placeholder === "COMMAND") return { kind: "words", words: commandNames };
	if (/^V\b/.test(placeholder)) return { kind: "version" };
	if (/^DIR\b/.test(placeholder)) return { kind: "folder" };
	return { kind: /^FILE\b/.test(placeholder) ? "file" : "any" };
}

/** The flags that a value follows, with one dash and with two, as a pattern of a shell: `-path|--path|-source`. */
export function valueFlagPattern(flags: readonly CompletedFlag[]): string {
	return flagPattern(flags.filter(({ value }) => value !== undefined).map(({ name }) => name));
}

/** Flags with one dash and with two, as a pattern of a shell. */
export function flagPattern(names: readonly string[]): string {
	return [...new Set(names)].flatMap((name) => [`-${name}`, `--${name}`]).join("|");
}

/** Finds the version in the name of an up file, for `sed -n`; leading zeros count nothing. */
export const VERSION_IN_NAME = "s/^0*\\([0-9][0-9]*\\)_.*\\.up\\..*$/\\1/p";

/** A text in single quotes, as the three shells read it. */
export function quoted(text: string): string {
	return `'${text.replaceAll("\\", "").replaceAll("'", "’")}'`;
}

/** What bash and zsh offer for the value of each flag, as lines of a `case`. @param offer What the shell does for a value. */
export function flagCases(flags: readonly CompletedFlag[], offer: (value: Offer) => string): string {
	return flags
		.flatMap(({ name, value }) =>
			value === undefined ? [] : [`\t\t${flagPattern([name])}) ${offer(value)}; return ;;`],
		)
		.join("\n");
}
