import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withBackoff } from "@godwit/core";
import { otherClient } from "../../packages/postgres/test/fixtures/postgres-harness.ts";
import { freePort } from "./debian-server.ts";

export interface PgBouncer extends AsyncDisposable {
	readonly port: number;
}

/**
 * Starts Debian's PgBouncer in transaction mode before a server, with few sessions for many clients.
 *
 * @param sessions How many sessions of the server it has. Default 4.
 */
export async function startPgBouncer(folder: string, serverPort: number, sessions = 4): Promise<PgBouncer> {
	const port = await freePort();
	const [configuration, users] = [join(folder, "pgbouncer.ini"), join(folder, "users.txt")];
	writeFileSync(users, '"godwit" ""\n');
	writeFileSync(
		configuration,
		`[databases]
postgres = host=127.0.0.1 port=${serverPort} user=godwit
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${sessions}
max_client_conn = 100
ignore_startup_parameters = extra_float_digits
`,
	);
	for (const file of [configuration, users]) chmodSync(file, 0o644);
	const child = spawn("pgbouncer", ["-u", "postgres", configuration], { stdio: "ignore" });
	const connected = await withBackoff(
		async () => {
			try {
				await using _ = await otherClient(`postgres://godwit@127.0.0.1:${port}/postgres`);
				return true;
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw error;
				return undefined;
			}
		},
		{ timeoutMs: 300_000 },
	);
	if (connected === undefined) throw new Error("PgBouncer takes no connections");
	return {
		port,
		async [Symbol.asyncDispose]() {
			child.kill("SIGKILL");
			if (child.exitCode === null) await once(child, "exit");
		},
	};
}
