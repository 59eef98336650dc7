import { execFile } from "node:child_process";
import { cleanEnv, commandWords } from "../../packages/cli/test/fixtures/godwit.ts";

/** How a command ended. */
export interface CommandEnd {
	readonly code: number;
	readonly stderr: string;
}

/** Runs a command on a folder of migrations and a database, as its user does. */
export type MigrateCommand = (database: string, ...args: readonly string[]) => Promise<CommandEnd>;

/** golang-migrate's own command, with its driver pgx5. @param path Of the program. */
export function golangMigrate(path: string, migrations: string): MigrateCommand {
	return (database, ...args) => run(path, ["-path", migrations, "-database", database, ...args]);
}

export function godwitCommand(migrations: string): MigrateCommand {
	const [program, ...words] = commandWords();
	return (database, ...args) => run(program, [...words, "-path", migrations, "-database", database, ...args]);
}

function run(program: string, args: readonly string[]): Promise<CommandEnd> {
	return new Promise((resolve, reject) => {
		execFile(program, args, { env: cleanEnv({}) }, (error, _, stderr) => {
			if (error === null) resolve({ code: 0, stderr });
			else if (typeof error.code === "number") resolve({ code: error.code, stderr });
			else reject(error);
		});
	});
}
