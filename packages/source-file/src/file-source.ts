import { type Dirent, readdir, stat } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { promisify } from "node:util";
import {
	MigrateError,
	type MigrationBody,
	type NamedFile,
	offerSha256,
	type Source,
	type SourceFactory,
	sourceOfFiles,
} from "@godwit/core";
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
	const prefixes = { path: join(folder, sep), location: location === "." ? "" : join(location, sep) };
	const files: NamedFile[] = [];
	for (const entry of await list(folder)) {
		const { name } = entry;
		if (entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(join(folder, name))))) continue;
		files.push(new FolderFile(prefixes, name));
	}
	return sourceOfFiles(location, files);
}

/** Made for each of what may be many files, few of which are asked for: what it costs is what an idle start costs. */
class FolderFile implements NamedFile {
	readonly name: string;
	private readonly prefixes: Prefixes;

	constructor(prefixes: Prefixes, name: string) {
		this.name = name;
		this.prefixes = prefixes;
	}

	get location(): string {
		return this.prefixes.location + this.name;
	}

	get body(): MigrationBody {
		return fileBody(this.prefixes.path + this.name, this.location);
	}
}

/** What stands before a file's name: in its path, and in messages. */
interface Prefixes {
	readonly path: string;
	readonly location: string;
}

// An empty Node takes a tenth longer to start with node:fs/promises, which it loads when it is imported.
const listFolder = promisify(readdir);
const lookAt = promisify(stat);

async function list(folder: string): Promise<readonly Dirent[]> {
	try {
		return await listFolder(folder, { withFileTypes: true });
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw sourceError(shown(folder), cause);
		const message = `there is no folder ${folder} (the current folder is ${process.cwd()}); make it, or correct the source URL`;
		throw new MigrateError("ERR_SOURCE", message, { location: folder }, { cause });
	}
}

/** A link that leads nowhere counts as a file, so that reading it says what is wrong. */
async function leadsToFolder(link: string): Promise<boolean> {
	return lookAt(link).then(
		(target) => target.isDirectory(),
		() => false,
	);
}

/** The shorter of the relative and the absolute path. */
function shown(path: string): string {
	const fromHere = relative(process.cwd(), path) || ".";
	return fromHere.length < path.length ? fromHere : path;
}
