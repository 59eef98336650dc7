import { type Dirent, readdirSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { MigrateError, offerSha256, type Source, type SourceFactory, sourceOfFiles } from "@godwit/core";
import { fileBody } from "./file-body.ts";
import { pathOfFileUrl } from "./path-of-file-url.ts";
import { sha256OfNode } from "./sha256-of-node.ts";
import { sourceError } from "./source-error.ts";

/**
 * Migrations from a folder of `VERSION_TITLE.up.EXT` and `.down.EXT` files. Go: source/file.
 *
 * Opening lists the folder once and reads no file; folders in it are left out, links to files count. A relative path
 * is looked for in the folder that is current when the source is opened; `pathOfFileUrl` says what URLs mean.
 */
export const fileSource: Required<SourceFactory> = { open, takesPaths: true, absoluteUrl };

async function absoluteUrl(url: string, folder: string): Promise<string> {
	return `file://${resolve(folder, pathOfFileUrl(url)).replaceAll("%", "%25").replaceAll("?", "%3F")}`;
}

async function open(url: string): Promise<Source> {
	offerSha256(() => sha256OfNode());
	const folder = resolve(pathOfFileUrl(url));
	const location = shown(folder);
	const path = join(folder, sep);
	const shownPath = location === "." ? "" : join(location, sep);
	return sourceOfFiles(location, namesOfFiles(folder), (name) => ({
		location: shownPath + name,
		body: fileBody(path + name, shownPath + name),
	}));
}

function namesOfFiles(folder: string): readonly string[] {
	const isFile = (entry: Dirent): boolean =>
		!entry.isDirectory() && !(entry.isSymbolicLink() && leadsToFolder(join(folder, entry.name)));
	return list(folder)
		.filter(isFile)
		.map(({ name }) => name);
}

/**
 * At once: handing a folder of some hundred files to another thread takes longer than reading it, and the promise of a long list
 * keeps it alive until the next collection of the whole heap.
 */
function list(folder: string): readonly Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw sourceError(shown(folder), cause);
		const message = `there is no folder ${folder} (the current folder is ${process.cwd()}); make it, or correct the source URL`;
		throw new MigrateError("ERR_SOURCE", message, { location: folder }, { cause });
	}
}

/** A link that leads nowhere counts as a file, so that reading it says what is wrong. */
function leadsToFolder(link: string): boolean {
	try {
		return statSync(link).isDirectory();
	} catch {
		return false;
	}
}

/** The shorter of the relative and the absolute path. */
function shown(path: string): string {
	const fromHere = relative(process.cwd(), path) || ".";
	return fromHere.length < path.length ? fromHere : path;
}
