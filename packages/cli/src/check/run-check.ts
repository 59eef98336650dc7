import {
	type CheckReport,
	check,
	type Driver,
	type ExpectedSchema,
	isMigrateError,
	MigrateError,
	openDriver,
} from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { openMigrations } from "../database/open-migrations.ts";
import { resolveSource } from "../database/schemes/resolve-urls.ts";
import { readSchemaFile } from "../output/reports/read-schema-file.ts";
import { emptyDatabase } from "./empty-database.ts";
import { showCheck } from "./show-check.ts";

/** Checks the migrations, and prints what was found. @returns The exit code. */
export async function runCheck(invocation: Invocation): Promise<number> {
	const schema = await expectedSchema(invocation);
	const url = await emptyDatabase(invocation);
	const sourceUrl = await resolveSource(invocation.settings);
	await using driver = await openEmpty(url);
	if (schema !== undefined && driver.schema === undefined) {
		const [scheme] = url.split(":");
		throw new CommandError(
			`-schema: the driver of ${scheme}:// cannot tell what a database consists of, as those for SQLite can; leave it out`,
		);
	}
	if (invocation.line.is("fix")) {
		await using source = await openMigrations(sourceUrl);
		const [{ fixFiles }, { sealFolder }] = await Promise.all([import("./fix-files.ts"), import("./write-seal.ts")]);
		await fixFiles(source, driver, await sealFolder(sourceUrl), invocation);
	}
	return showCheck(await report(sourceUrl, driver, schema), invocation);
}

async function expectedSchema({ line }: Invocation): Promise<ExpectedSchema | undefined> {
	const file = line.value("schema");
	return file === undefined ? undefined : { text: await readSchemaFile(file), location: file };
}

async function report(
	sourceUrl: string | undefined,
	driver: Driver,
	schema: ExpectedSchema | undefined,
): Promise<CheckReport> {
	try {
		await using source = await openMigrations(sourceUrl);
		return await check(source, driver, { schema });
	} catch (error) {
		// A file that cannot be read is what a check is there to find.
		const [rule] = [
			isMigrateError(error, "ERR_MIGRATION_NAME") && "names",
			isMigrateError(error, "ERR_DUPLICATE_MIGRATION") && "names",
			isMigrateError(error, "ERR_SEAL") && "seal",
		].filter((name) => name !== false);
		if (rule === undefined) throw error;
		const findings = [{ rule, level: "error" as const, message: (error as Error).message.replaceAll("\n", "; ") }];
		return { versions: [], stoppedAt: undefined, sealed: false, findings };
	}
}

/** Whoever named a server has not asked for PGlite. */
async function openEmpty(url: string): Promise<Driver> {
	try {
		return await openDriver(url);
	} catch (error) {
		if (!url.startsWith("pglite:") || !isMigrateError(error, "ERR_PACKAGE_NOT_FOUND")) throw error;
		const message = `check tries migrations for PostgreSQL on PGlite: ${error.message}`;
		throw new MigrateError("ERR_PACKAGE_NOT_FOUND", message, error.details, { cause: error });
	}
}
