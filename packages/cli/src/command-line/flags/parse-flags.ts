import { UsageError } from "../usage-error.ts";

export interface FlagSyntax {
	/** A count is a whole number from 0 or `atLeast`, an integer may be negative, a duration is written as in Go. */
	readonly kind: "boolean" | "string" | "count" | "integer" | "duration";
	/** The least value of a count. Default 0. */
	readonly atLeast?: number;
	/** The only values of a string; missing when any will do. */
	readonly words?: readonly string[];
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
		if (isOperand(arg)) {
			operands.push(arg);
			continue;
		}
		const { name, inline } = splitFlag(arg);
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
		assertValue(name, value, flag);
		values.set(name, value);
	}
	return { values, operands };
}

/**
 * Finds the first operand among arguments that may have flags of other commands later.
 *
 * @returns undefined when there is none, or when a flag before it is none of these.
 */
export function firstOperand(args: readonly string[], flags: ReadonlyMap<string, FlagSyntax>): string | undefined {
	for (let at = 0; at < args.length; at++) {
		const arg = args[at] ?? "";
		if (arg === "--") return args[at + 1];
		if (isOperand(arg)) return arg;
		const { name = "", inline } = splitFlag(arg);
		const flag = flags.get(name);
		if (flag === undefined) return undefined;
		if (flag.kind !== "boolean" && inline === undefined) at++;
	}
	return undefined;
}

function isOperand(arg: string): boolean {
	return !arg.startsWith("-") || /^-[0-9]*$/.test(arg);
}

function splitFlag(arg: string): { readonly name: string | undefined; readonly inline: string | undefined } {
	const [, name, inline] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
	return { name, inline };
}

function assertValue(name: string, value: string, { kind, words, atLeast = 0 }: FlagSyntax): void {
	const invalid = `invalid value "${value}" for flag -${name}: it must be`;
	if (kind === "count" && !(/^[0-9]{1,15}$/.test(value) && Number(value) >= atLeast)) {
		throw new UsageError(`${invalid} a whole number, ${atLeast} or more`);
	}
	if (kind === "integer" && !/^-?[0-9]{1,15}$/.test(value)) throw new UsageError(`${invalid} a whole number`);
	if (kind === "duration" && !/^(0|([0-9]+(\.[0-9]+)?(ms|s|m|h))+)$/.test(value)) {
		throw new UsageError(`${invalid} a duration, such as 30s or 2m`);
	}
	if (words !== undefined && !words.includes(value)) throw new UsageError(`${invalid} ${words.join(" or ")}`);
}

/** Go: strconv.ParseBool. */
function parseBoolean(name: string, value: string): string {
	if (/^(1|t|T|TRUE|true|True)$/.test(value)) return "true";
	if (/^(0|f|F|FALSE|false|False)$/.test(value)) return "false";
	throw new UsageError(`invalid value "${value}" for flag -${name}: it must be true or false`);
}
