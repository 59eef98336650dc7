import type { Command } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** Every command, in the order of the help. Each is loaded when it is used, and all of them when all are described. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
	["init", async () => (await import("../commands/init.ts")).init],
	["create", async () => (await import("../commands/create.ts")).create],
	["status", async () => (await import("../commands/status.ts")).status],
	["plan", async () => (await import("../commands/plan.ts")).plan],
	["rehearse", async () => (await import("../commands/rehearse.ts")).rehearse],
	["check", async () => (await import("../commands/check.ts")).check],
	["seal", async () => (await import("../commands/seal.ts")).seal],
	["dump", async () => (await import("../commands/dump.ts")).dump],
	["doctor", async () => (await import("../commands/doctor.ts")).doctor],
	["history", async () => (await import("../commands/history.ts")).history],
	["goto", async () => (await import("../commands/goto.ts")).goto],
	["up", async () => (await import("../commands/up.ts")).up],
	["down", async () => (await import("../commands/down.ts")).down],
	["redo", async () => (await import("../commands/redo.ts")).redo],
	["repair", async () => (await import("../commands/repair.ts")).repair],
	["backup", async () => (await import("../commands/backup.ts")).backup],
	["restore", async () => (await import("../commands/restore.ts")).restore],
	["baseline", async () => (await import("../commands/baseline.ts")).baseline],
	["drop", async () => (await import("../commands/drop.ts")).drop],
	["force", async () => (await import("../commands/force.ts")).force],
	["version", async () => (await import("../commands/version.ts")).version],
	["unlock", async () => (await import("../commands/unlock.ts")).unlock],
	["completion", async () => (await import("../commands/completion.ts")).completion],
	["help", async () => (await import("../commands/help.ts")).help],
]);

/** The commands' names, in the order of the help. */
export const commandNames: readonly string[] = [...commands.keys()];

/** @throws UsageError for a name that no command has. */
export async function loadCommand(name: string): Promise<Command> {
	const load = commands.get(name);
	if (load === undefined) {
		throw new UsageError(`unknown command "${name}"`, { unknown: { word: name, known: commandNames } });
	}
	return load();
}

/** A command with its name. */
export interface NamedCommand extends Command {
	readonly name: string;
}

/** Loads all commands, in the order of the help. */
export async function allCommands(): Promise<readonly NamedCommand[]> {
	return Promise.all([...commands].map(async ([name, load]) => ({ name, ...(await load()) })));
}
