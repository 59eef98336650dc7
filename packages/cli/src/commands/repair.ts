import type { Cure } from "@godwit/core";
import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { assertAtMost } from "../command-line/operands.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import { json } from "../output/json/json.ts";
import { hideSecrets } from "../output/text/hide-secrets.ts";

/** Writes down what a person says is so. Without a flag it shows what there is to say. */
export const repair: Command = {
	arguments: "[flags]",
	help: "say what is so where godwit cannot know; without a flag, show what there is to say",
	guarded: (line) => cureOf(line) !== undefined,
	flags: [
		{ name: "adopt", kind: "string", value: "V", help: "the schema has what version V makes" },
		{ name: "pending", kind: "string", value: "V", help: "the schema has nothing of version V, so that it may run" },
		{ name: "skip", kind: "string", value: "V", help: "version V will never run in this database" },
		{ name: "accept", kind: "string", value: "V", help: "the file of version V is right as it is now" },
		{
			name: "dirty",
			kind: "string",
			words: ["applied", "reverted"],
			value: "applied|reverted",
			help: "how the migration ended that left the database dirty, after you repaired the schema",
		},
		{ name: "note", kind: "string", value: "TEXT", help: "what to remember about it in the history" },
	],
	async run(invocation) {
		const { line, print, terminal } = invocation;
		assertAtMost(0, line);
		const cure = cureOf(line);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		if (cure === undefined) {
			const { showStatus } = await import("../output/reports/show-status.ts");
			return runOnDatabase(invocation, {
				source: "read",
				run: async (migrate, _, database) => showStatus(await migrate.status(), database, invocation),
			});
		}
		return runOnDatabase(invocation, {
			source: "read",
			stopping: "Stopping ...",
			async run(migrate) {
				await migrate.repair(cure);
				const { version, dirty } = await migrate.version();
				if (line.is("json")) print(json({ type: "result", version: version < 0n ? null : version, dirty }));
				else {
					const { recordedCure } = await import("../database/messages/recorded-cure.ts");
					terminal.line(recordedCure(cure));
				}
				return 0;
			},
		});
	},
};

const KINDS = ["adopt", "pending", "skip", "accept"] as const;

/** @throws CommandError for more than one cure at once, and for a version that is none. */
function cureOf(line: CommandLine): Cure | undefined {
	// It goes into the history, which others read.
	const note = line.value("note") && hideSecrets(line.value("note") ?? "", []);
	const ended = line.value("dirty");
	const given = KINDS.filter((kind) => line.value(kind) !== undefined);
	if (given.length + (ended === undefined ? 0 : 1) > 1) throw new CommandError("one cure at a time");
	if (ended !== undefined) return { kind: "dirty", ended: ended as "applied" | "reverted", note };
	const [kind] = given;
	if (kind === undefined) {
		if (note !== undefined)
			throw new CommandError("-note goes with a cure: -adopt, -pending, -skip, -accept or -dirty");
		return undefined;
	}
	const version = line.value(kind) ?? "";
	if (!/^[0-9]+$/.test(version)) throw new CommandError(`can't read version V of -${kind}: it is "${version}"`);
	return { kind, version: BigInt(version), note };
}
