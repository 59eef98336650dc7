import { mkdir, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CommandError } from "../command-line/command-error.ts";
import { findConfig } from "../config/find-config.ts";
import { type FileUse, fileFailure, usingFile } from "../output/text/file-failure.ts";
import { mayHaveSecrets } from "../output/text/hide-values.ts";
import { projectOf } from "../plugins/project-packages.ts";
import { folderOfSource } from "./folder-of-source.ts";

/** What the configuration is to say; undefined for the default. */
export interface InitRequest {
	/** A source URL. Default `file://migrations`. */
	readonly source: string | undefined;
	/** A database URL, or `env:NAME`. Default `sqlite://app.db`. */
	readonly database: string | undefined;
}

/** Absolute paths of files and folders. */
export interface InitOutcome {
	readonly created: readonly string[];
	/** Those that were there, which are left as they are. */
	readonly kept: readonly string[];
}

/**
 * Makes what a project needs for migrations: a configuration beside its package.json, and the folder that it names. Without
 * a package.json it makes one. A project that has a configuration is left as it is. It makes no migration, since an empty one
 * would be applied.
 *
 * @param folder An absolute path.
 * @throws CommandError when the package.json is in a folder above, when the URL may have a secret, when a configuration
 *   is there without a package.json, and when the folder of the migrations is a file, or the configuration a folder. Nothing was made then.
 */
export async function initProject(folder: string, request: InitRequest): Promise<InitOutcome> {
	const { source = "file://migrations", database = "sqlite://app.db" } = request;
	assertNoPassword("source", source);
	assertNoPassword("database", database);
	const project = projectOf(folder);
	if (project !== undefined && dirname(project.manifest) !== folder) {
		const root = dirname(project.manifest);
		throw new CommandError(
			`this folder is a part of the project of ${project.manifest}; run "godwit init" in ${root}, or make a package.json here with "npm init -y"`,
		);
	}
	const config = findConfig(folder);
	if (config !== undefined) return { created: [], kept: [config.path] };
	const migrations = await folderOfSource(source, folder);
	const taken = migrations !== undefined && (await isFolder(migrations));
	const files = [
		...(project === undefined ? [{ path: join(folder, "package.json"), content: { private: true } }] : []),
		{ path: join(folder, "godwit.config.json"), content: { source, database } },
	];
	for (const { path } of files) await assertFree(path);
	const created: string[] = [];
	for (const { path, content } of files) created.push(await usingFile(making(path), () => write(path, content)));
	if (migrations === undefined || taken) return { created, kept: migrations === undefined ? [] : [migrations] };
	await usingFile(makingMigrations(migrations), () => mkdir(migrations, { recursive: true }));
	return { created: [...created, migrations], kept: [] };
}

/** A configuration is committed. @throws CommandError */
function assertNoPassword(key: string, url: string): void {
	if (!mayHaveSecrets(url)) return;
	throw new CommandError(
		`the ${key} URL has a user, a password or an option that may be secret, which do not belong in a file; write -${key} env:DATABASE_URL, and set DATABASE_URL to the URL`,
	);
}

/** A file of this name would have been found before. @throws CommandError */
async function assertFree(path: string): Promise<void> {
	if ((await stat(path).catch(() => undefined)) === undefined) return;
	throw new CommandError(`${path} is not a file; move it away first`);
}

/** @throws CommandError when something else is there. */
async function isFolder(path: string): Promise<boolean> {
	try {
		if ((await stat(path)).isDirectory()) return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
		throw fileFailure(makingMigrations(path), error);
	}
	throw new CommandError(`${path} is not a folder; name another one for the migrations with -path DIR`);
}

function making(path: string): FileUse {
	return { failed: `cannot make ${path}`, path, access: "write" };
}

function makingMigrations(path: string): FileUse {
	return { ...making(path), advice: "name another folder for the migrations with -path DIR" };
}

/** @returns The path. Whoever made the file meanwhile keeps it, and that is an error. */
async function write(path: string, content: object): Promise<string> {
	const file = await open(path, "wx");
	try {
		await file.writeFile(`${JSON.stringify(content, undefined, "\t")}\n`);
	} finally {
		await file.close();
	}
	return path;
}
