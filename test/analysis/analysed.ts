import type { Analysis, FileEffects, StatementEffects } from "@godwit/core";
import { textBody } from "@godwit/core";
import type { Backend } from "../sqlite/backends.ts";
import { createTestDatabase } from "../sqlite/test-database.ts";

export interface AnalysedOptions {
	/** What is in the database before. */
	readonly setUp?: string;
	/** Of the URL. */
	readonly url?: string;
	readonly rows?: boolean;
}

/** Analyses files on a database of its own. */
export async function analysed(
	backend: Backend,
	files: readonly string[],
	{ setUp = "", url = "", rows = false }: AnalysedOptions = {},
): Promise<Analysis> {
	using db = createTestDatabase(backend);
	if (setUp !== "") db.exec(setUp);
	await using driver = await db.open(`x-synchronous=off&${url}`);
	if (driver.analyse === undefined) throw new Error("the driver cannot analyse");
	return await driver.analyse(files.map(textBody), { rows });
}

export async function analysedFile(backend: Backend, file: string, options?: AnalysedOptions): Promise<FileEffects> {
	const [first] = (await analysed(backend, [file], options)).files;
	if (first === undefined) throw new Error("no file was analysed");
	return first;
}

/** The effects of the one statement of a file, without what it does not do. */
export async function effectsOf(
	backend: Backend,
	sql: string,
	options?: AnalysedOptions,
): Promise<Partial<StatementEffects>> {
	const { statements, findings } = await analysedFile(backend, sql, options);
	const [effects] = statements;
	if (effects === undefined) throw new Error(findings.map(({ message }) => message).join());
	const { line, column, sql: text, ...rest } = effects;
	return Object.fromEntries(
		Object.entries(rest).filter(([, value]) => value !== false && !(Array.isArray(value) && value.length === 0)),
	);
}

/** Rules and levels in the order of the file: `3 error rebuild-loses`. */
export function found({ findings }: Pick<FileEffects, "findings">): readonly string[] {
	return findings.map(({ line, level, rule }) => `${line} ${level} ${rule}`);
}
