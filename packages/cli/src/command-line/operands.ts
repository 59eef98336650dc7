import { CommandError } from "./command-error.ts";

/** @throws CommandError when there are more operands than the command takes. */
export function assertAtMost(most: 0 | 1, operands: readonly string[]): void {
	if (operands.length > most) throw new CommandError("too many arguments");
}

/** Reads how many migrations to run; undefined when it was not said. @throws CommandError */
export function limitOf(operands: readonly string[]): number | undefined {
	assertAtMost(1, operands);
	const [operand] = operands;
	if (operand === undefined) return undefined;
	const limit = Number(operand);
	if (!/^[0-9]+$/.test(operand) || !Number.isSafeInteger(limit)) throw new CommandError("can't read limit argument N");
	return limit;
}

/** Reads the version that a command needs. @throws CommandError */
export function versionOf(operands: readonly string[]): bigint {
	assertAtMost(1, operands);
	const [operand] = operands;
	if (operand === undefined) throw new CommandError("please specify version argument V");
	if (!/^-?[0-9]+$/.test(operand)) throw new CommandError("can't read version argument V");
	return BigInt(operand);
}
