import { execFile, execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Where Debian's package postgresql-15 has the programs. */
const PROGRAMS = "/usr/lib/postgresql/15/bin";

/** A server of Debian's PostgreSQL on the loopback address. Its superuser `godwit` needs no password. */
export interface DebianServer {
	readonly port: number;
	/** Its data, and the folder of its socket. */
	readonly folder: string;
	/** Ends all its processes with SIGKILL. */
	kill(): void;
	/** Makes a primary of a standby. */
	promote(): Promise<void>;
	stop(): Promise<void>;
}

/** A folder for servers, which they may enter as a user of their own: they refuse to run as root. */
export interface ServerFolder extends AsyncDisposable {
	readonly path: string;
	/** Makes a server of its own. */
	primary(): Promise<DebianServer>;
	/** Makes a copy of a server that follows it under the name `b`. */
	standby(of: DebianServer): Promise<DebianServer>;
}

export function serverFolder(): ServerFolder {
	const path = mkdtempSync(join(tmpdir(), "godwit-cluster-"));
	const user = serverUser();
	chownSync(path, user.uid, user.gid);
	chmodSync(path, 0o755);
	const options = { ...user, cwd: path, env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" } };
	const program = (name: string, ...args: readonly string[]): Promise<unknown> =>
		run(join(PROGRAMS, name), args, options);
	const running = new Set<DebianServer>();
	let servers = 0;

	async function start(data: string): Promise<DebianServer> {
		const port = await freePort();
		const flags = `-p ${port} -k ${path} -c listen_addresses=127.0.0.1 -c fsync=off`;
		await program("pg_ctl", "-D", data, "-w", "-t", "300", "-l", `${data}.log`, "-o", flags, "start");
		const server: DebianServer = {
			port,
			folder: data,
			kill() {
				for (const pid of processesOf(data)) process.kill(pid, "SIGKILL");
				running.delete(server);
			},
			async promote() {
				await program("pg_ctl", "-D", data, "-w", "-t", "300", "promote");
			},
			async stop() {
				await program("pg_ctl", "-D", data, "-w", "-t", "300", "-m", "immediate", "stop");
				running.delete(server);
			},
		};
		running.add(server);
		return server;
	}

	return {
		path,
		async primary() {
			const data = join(path, `data-${++servers}`);
			await program("initdb", "-D", data, "-U", "godwit", "-A", "trust", "-E", "UTF8", "--no-sync");
			return start(data);
		},
		async standby(of) {
			const data = join(path, `data-${++servers}`);
			const from = `host=127.0.0.1 port=${of.port} user=godwit application_name=b`;
			await program("pg_basebackup", "-d", from, "-D", data, "-R", "-X", "stream", "-c", "fast", "--no-sync");
			return start(data);
		},
		async [Symbol.asyncDispose]() {
			for (const server of running) await server.stop();
			rmSync(path, { recursive: true });
		},
	};
}

function serverUser(): { readonly uid: number; readonly gid: number } {
	const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
	return { uid: id("-u"), gid: id("-g") };
}

/** The server's own process, and those that it has started. */
function processesOf(data: string): readonly number[] {
	const [pid = ""] = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
	return [pid, ...children].filter((text) => text !== "").map(Number);
}

export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
	return address.port;
}
