import { CommandError } from "./command-error.ts";
import type { CommandLine } from "./read-command-line.ts";

/** @throws CommandError when there are more operands than the command takes. */
export function assertAtMost(most: 0 | 1, { name, operands }: CommandLine): void {
	if (operands.length <= most) return;
	const takes = most === 0 ? "none" : "one";
	throw new CommandError(`too many arguments: ${name} takes ${takes}, and "${operands[most]}" is left over`);
}

/** Reads how many migrations to run; undefined when it was not said. @throws CommandError */
export function limitOf(line: CommandLine): number | undefined {
	assertAtMost(1, line);
	return countOf(line.operands[0]);
}

/** Reads an operand N; undefined when it was not given. @throws CommandError */
export function countOf(operand: string | undefined): number | undefined {
	if (operand === undefined) return undefined;
	if (!/^[0-9]+$/.test(operand)) throw unreadable("limit argument N", operand, "a whole number, 0 or more");
	const limit = Number(operand);
	if (!Number.isSafeInteger(limit)) throw unreadable("limit argument N", operand, `at most ${Number.MAX_SAFE_INTEGER}`);
	return limit;
}

/**
 * Reads the version that a command needs.
 *
 * @param lowest The lowest that it may be.
 * @throws CommandError
 */
export function versionOf(line: CommandLine, lowest: 0 | -1): bigint {
	assertAtMost(1, line);
	return wholeVersion(line.operands[0], lowest);
}

/** Reads an operand V. @param lowest The lowest that it may be. @throws CommandError */
export function wholeVersion(operand: string | undefined, lowest: 0 | -1): bigint {
	if (operand === undefined) throw new CommandError("please specify version argument V");
	if (!/^-?[0-9]+$/.test(operand) || BigInt(operand) < lowest) {
		throw unreadable("version argument V", operand, `a whole number, ${lowest} or more`);
	}
	return BigInt(operand);
}

function unreadable(argument: string, operand: string, form: string): CommandError {
	return new CommandError(`can't read ${argument}: it is "${operand}", and must be ${form}`);
}
