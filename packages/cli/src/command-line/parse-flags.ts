import { UsageError } from "./usage-error.ts";

/** A count is a whole number from 0, an integer may be negative. */
export interface FlagSyntax {
	readonly kind: "boolean" | "string" | "count" | "integer";
}

export interface ParsedFlags {
	/** The value as written; `"true"` or `"false"` for a boolean. The last one counts when a flag is repeated. */
	readonly values: ReadonlyMap<string, string>;
	/** Everything that is not a flag, in order. */
	readonly operands: readonly string[];
}

/**
 * Reads arguments by the rules of Go's flag package: one dash or two, `-flag=value` or `-flag value`, a boolean's
 * value only after `=`, `--` ends the flags.
 *
 * Three differences, on purpose: flags may stand after operands, a negative number is an operand, so that
 * `force -1` works, and numbers are decimal. `node:util`'s parseArgs knows none of this but costs a tenth of the start-up time.
 *
 * @throws UsageError for an unknown flag, a missing value and one of the wrong kind.
 * @see https://pkg.go.dev/flag#hdr-Command_line_flag_syntax
 */
export function parseFlags(args: readonly string[], flags: ReadonlyMap<string, FlagSyntax>): ParsedFlags {
	const values = new Map<string, string>();
	const operands: string[] = [];
	for (let at = 0; at < args.length; at++) {
		const arg = args[at] ?? "";
		if (arg === "--") {
			operands.push(...args.slice(at + 1));
			break;
		}
		if (!arg.startsWith("-") || /^-[0-9]*$/.test(arg)) {
			operands.push(arg);
			continue;
		}
		const [, name, inline] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
		if (name === undefined) throw new UsageError(`bad flag syntax: ${arg}`);
		const flag = flags.get(name);
		if (flag === undefined) {
			const known = [...flags.keys()].map((flagName) => `-${flagName}`);
			throw new UsageError(`unknown flag -${name}`, { unknown: { word: `-${name}`, known } });
		}
		if (flag.kind === "boolean") {
			values.set(name, parseBoolean(name, inline ?? "true"));
			continue;
		}
		const value = inline ?? args[++at];
		if (value === undefined) throw new UsageError(`flag -${name} needs a value`);
		if (flag.kind === "count" && !/^[0-9]{1,15}$/.test(value)) {
			throw new UsageError(`invalid value "${value}" for flag -${name}: it must be a whole number, 0 or more`);
		}
		if (flag.kind === "integer" && !/^-?[0-9]{1,15}$/.test(value)) {
			throw new UsageError(`invalid value "${value}" for flag -${name}: it must be a whole number`);
		}
		values.set(name, value);
	}
	return { values, operands };
}

/** Go: strconv.ParseBool. */
function parseBoolean(name: string, value: string): string {
	if (/^(1|t|T|TRUE|true|True)$/.test(value)) return "true";
	if (/^(0|f|F|FALSE|false|False)$/.test(value)) return "false";
	throw new UsageError(`invalid value "${value}" for flag -${name}: it must be true or false`);
}
