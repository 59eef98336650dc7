import type { Migrate } from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import { reportEnd } from "../output/report-end.ts";
import type { Terminal } from "../output/terminal.ts";
import type { Question } from "./confirm.ts";

/** What a command does with an open database. */
export interface Operation {
	/** Whether it reads migrations, and whether there must be some; otherwise the source is left alone. */
	readonly source: "unread" | "read" | "not empty";
	/** Asked first. */
	readonly question?: Question;
	/** What is said when a signal asks to stop; without it a signal ends the process, as nothing is written. */
	readonly stopping?: string;
	/** Resolves to the exit code. */
	run(migrate: Migrate, output: Output): Promise<number>;
}

export interface Output {
	readonly terminal: Terminal;
	/** Prints data, to standard output. */
	print(line: string): void;
}

/** @throws CommandError when the operands are not what the command takes. */
export function operationOf({ command, operands, is }: CommandLine): Operation {
	const [operand] = operands;
	if (command === "down" && is("all") && operand !== undefined) {
		throw new CommandError("-all cannot be used with other arguments");
	}
	if (operands.length > (command === "drop" || command === "version" ? 0 : 1)) {
		throw new CommandError("too many arguments");
	}
	switch (command) {
		case "up":
			return operand === undefined ? up : steps("up", limitOf(operand));
		case "down":
			if (operand !== undefined) return steps("down", limitOf(operand));
			return is("all") ? down : { ...down, question: QUESTION_DOWN };
		case "goto":
			return goTo(versionOf(operand));
		case "force":
			return force(versionOf(operand));
		case "drop":
			return is("f") ? drop : { ...drop, question: QUESTION_DROP };
		case "version":
			return version;
		default:
			throw new TypeError(`no operation is called ${command}`);
	}
}

const QUESTION_DOWN: Question = {
	text: "Are you sure you want to apply all down migrations?",
	yes: "Applying all down migrations",
	no: "Not applying all down migrations",
	flag: "-all",
};

const QUESTION_DROP: Question = {
	text: "Are you sure you want to drop the entire database schema?",
	yes: "Dropping the entire database schema",
	no: "Aborted dropping the entire database schema",
	flag: "-f",
};

const STOPPING = "Stopping after this running migration ...";

const up: Operation = {
	source: "not empty",
	stopping: STOPPING,
	run: async (migrate, { terminal }) => reportEnd(await migrate.up(), "up", terminal),
};

const down: Operation = {
	source: "read",
	stopping: STOPPING,
	run: async (migrate, { terminal }) => reportEnd(await migrate.down(), "down", terminal),
};

function steps(direction: "up" | "down", limit: number): Operation {
	return {
		source: direction === "up" && limit > 0 ? "not empty" : "read",
		stopping: STOPPING,
		run: async (migrate, { terminal }) => {
			return reportEnd(await migrate.steps(direction === "up" ? limit : -limit), direction, terminal);
		},
	};
}

function goTo(target: bigint): Operation {
	if (target < 0n) throw new CommandError("can't read version argument V");
	return {
		source: "not empty",
		stopping: STOPPING,
		run: async (migrate, { terminal }) => reportEnd(await migrate.migrate(target), "up", terminal),
	};
}

function force(target: bigint): Operation {
	if (target < -1n) throw new CommandError("argument V must be >= -1");
	return {
		source: "unread",
		stopping: "Stopping ...",
		async run(migrate) {
			await migrate.force(target);
			return 0;
		},
	};
}

const drop: Operation = {
	source: "unread",
	stopping: "Stopping, unless the drop has begun ...",
	async run(migrate) {
		await migrate.drop();
		return 0;
	},
};

const version: Operation = {
	source: "unread",
	async run(migrate, { print }) {
		const { version: current, dirty } = await migrate.version();
		if (current < 0n && !dirty) throw new CommandError("no migration");
		print(`${current}${dirty ? " (dirty)" : ""}`);
		return 0;
	},
};

function limitOf(operand: string): number {
	const limit = Number(operand);
	if (!/^[0-9]+$/.test(operand) || !Number.isSafeInteger(limit)) throw new CommandError("can't read limit argument N");
	return limit;
}

function versionOf(operand: string | undefined): bigint {
	if (operand === undefined) throw new CommandError("please specify version argument V");
	if (!/^-?[0-9]+$/.test(operand)) throw new CommandError("can't read version argument V");
	return BigInt(operand);
}
