import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { assertAtMost } from "../command-line/operands.ts";

/** Writes down what every migration file is. */
export const seal: Command = {
	arguments: "[-accept V]",
	help: "write godwit.sum: what each file is, and which edits are right on every database",
	guarded: false,
	flags: [{ name: "accept", kind: "string", value: "V", help: "the files of version V are right as they are now" }],
	async run(invocation) {
		assertAtMost(0, invocation.line);
		const accepted = invocation.line.value("accept");
		if (accepted !== undefined && !/^[0-9]+$/.test(accepted)) {
			throw new CommandError(`can't read version V of -accept: it is "${accepted}"`);
		}
		const { runSeal } = await import("../check/run-seal.ts");
		return runSeal(invocation, accepted === undefined ? undefined : BigInt(accepted));
	},
};
