import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What became of one command of a README. */
export interface CommandResult {
	readonly command: string;
	readonly status: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

const PATH = [fileURLToPath(new URL("../node_modules/.bin", import.meta.url)), process.env.PATH].join(delimiter);

/**
 * Runs the commands in the `sh` blocks of an example's README, in order, each line by itself.
 *
 * They run in a folder of links to the example's files, with links to the other examples beside it, so that what they
 * make does not stay.
 */
export async function runReadme(example: URL): Promise<readonly CommandResult[]> {
	const readme = await readFile(new URL("README.md", example), "utf8");
	const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
	const examples = await mkdtemp(join(tmpdir(), "godwit-readme-"));
	try {
		const neighbours = new URL("../", example);
		const [name] = example.pathname.split("/").slice(-2);
		const folder = join(examples, String(name));
		await mkdir(folder);
		await linkAll(neighbours, examples);
		await linkAll(example, folder);
		const results: CommandResult[] = [];
		for (const command of blocks.join("").split("\n").filter(Boolean)) results.push(await run(command, folder));
		return results;
	} finally {
		await rm(examples, { recursive: true, force: true });
	}
}

/** Leaves out what is there already. */
async function linkAll(from: URL, to: string): Promise<void> {
	const taken = await readdir(to);
	for (const name of await readdir(from)) {
		if (!taken.includes(name)) await symlink(fileURLToPath(new URL(name, from)), join(to, name));
	}
}

async function run(command: string, cwd: string): Promise<CommandResult> {
	const child = spawn(command, { cwd, shell: true, env: { ...process.env, PATH }, stdio: ["ignore", "pipe", "pipe"] });
	const [stdout, stderr, status] = await Promise.all([
		child.stdout.toArray(),
		child.stderr.toArray(),
		new Promise<number | null>((resolve, reject) => child.on("close", resolve).on("error", reject)),
	]);
	return { command, status, stdout: stdout.join(""), stderr: stderr.join("") };
}
