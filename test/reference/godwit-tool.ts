import { isMigrateError, Migrate, type MigrateError, type MigrationReport, openDriver, openSource } from "godwit";
import { observe } from "./observe.ts";
import type { Answer, Outcome, Request, Tool } from "./tool.ts";

export interface GodwitOptions {
	/** golang-migrate's name for the backend: `sqlite3`, or `ncruces-sqlite3` for the WebAssembly one. */
	readonly scheme: string;
	readonly atomic: boolean;
}

/** godwit in this process. */
export interface GodwitTool extends Tool {
	/** The same with `missingDown: "skip"`. */
	readonly lenient: Tool;
}

export function godwitTool({ scheme, atomic }: GodwitOptions): GodwitTool {
	// Durability is not what is compared.
	const options = `?x-synchronous=off&x-atomic=${atomic}`;
	let database = "";
	let strict: Migrate | undefined;
	let lenient: Migrate | undefined;

	async function answer(work: () => Promise<{ readonly outcome: Outcome; readonly short?: number }>): Promise<Answer> {
		let result: { readonly outcome: Outcome; readonly short?: number; readonly message?: string };
		try {
			result = await work();
		} catch (error) {
			if (!isMigrateError(error)) throw error;
			result = { outcome: outcomeOf(error), message: error.message };
		}
		const state = await strict?.version();
		return { short: 0, message: "", ...result, version: -1n, dirty: false, ...observe(database), ...state };
	}

	async function open(place: { readonly migrations: string; readonly database: string }): Promise<Answer> {
		database = place.database;
		return answer(async () => {
			const source = await openSource(`file://${place.migrations}`);
			const driver = await openDriver(`${scheme}://${database}${options}`);
			strict = new Migrate({ source, driver });
			lenient = new Migrate({ source, driver, missingDown: "skip" });
			return { outcome: "ok" };
		});
	}

	async function close(): Promise<void> {
		await strict?.close();
		strict = undefined;
		lenient = undefined;
	}

	const tool = (name: string, instance: () => Migrate | undefined): Tool => ({
		name,
		open,
		perform: (request) => answer(() => perform(instance(), request)),
		close,
	});
	const name = `godwit ${scheme} ${atomic ? "" : "x-atomic=false"}`.trim();
	return { ...tool(name, () => strict), lenient: tool(`${name} missingDown=skip`, () => lenient) };
}

async function perform(
	migrate: Migrate | undefined,
	request: Request,
): Promise<{ readonly outcome: Outcome; readonly short?: number }> {
	if (migrate === undefined) throw new Error("godwit is not open");
	switch (request.kind) {
		case "version":
			await migrate.version();
			return { outcome: "ok" };
		case "force":
			await migrate.force(request.version);
			return { outcome: "ok" };
		case "drop":
			await migrate.drop();
			return { outcome: "ok" };
		case "up":
			return reported(await migrate.up());
		case "down":
			return reported(await migrate.down());
		case "steps":
			return reported(await migrate.steps(request.count));
		case "migrate":
			return reported(await migrate.migrate(request.version));
	}
}

/** What golang-migrate has errors for, see `report-not-error`. */
function reported({ applied, missingSteps: short }: MigrationReport): {
	readonly outcome: Outcome;
	readonly short: number;
} {
	if (short > 0) return { outcome: applied.length > 0 ? "short" : "nothing-left", short };
	return { outcome: applied.length > 0 ? "ok" : "no-change", short };
}

function outcomeOf(error: MigrateError): Outcome {
	switch (error.code) {
		case "ERR_MIGRATION_FAILED":
			return isMigrateError(error.cause, "ERR_SQL") ? "failed" : refused(error);
		case "ERR_VERSION_NOT_FOUND":
			return "no-such-version";
		case "ERR_DATABASE_NEWER":
			return "newer";
		case "ERR_OUT_OF_ORDER":
			return "out-of-order";
		case "ERR_CHANGED":
			return "changed";
		case "ERR_NO_MIGRATIONS":
			return "no-migrations";
		case "ERR_DIRTY":
			return "dirty";
		case "ERR_INVALID_VERSION":
			return "invalid-version";
		case "ERR_IRREVERSIBLE":
			return "irreversible";
		case "ERR_DUPLICATE_MIGRATION":
			return "duplicate";
		case "ERR_MIGRATION_NAME":
			return "bad-names";
		default:
			return `other: ${error.code} ${error.message}`;
	}
}

const REFUSED_BODY = ["ERR_TRANSACTION_CONTROL", "ERR_INVALID_BODY", "ERR_DANGLING_REFERENCE"] as const;

function refused(error: MigrateError): Outcome {
	const { cause } = error;
	if (REFUSED_BODY.some((code) => isMigrateError(cause, code))) return "refused-body";
	if (isMigrateError(cause, "ERR_SOURCE")) return "unreadable";
	return `other: ${error.code} ${error.message}`;
}
