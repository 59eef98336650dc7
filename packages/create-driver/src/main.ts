import { CreateError, createDriver } from "./create-driver.ts";

/**
 * Runs the command line `create-godwit-driver NAME`.
 *
 * @param args Without the program's name.
 * @returns The exit code: 0, 1 for a failure, 2 for a command line that is not understood.
 */
export function main(args: readonly string[]): number {
	const [name, ...others] = args;
	if (name === undefined || name.startsWith("-") || others.length > 0) {
		process.stderr.write("Usage: npm create godwit-driver NAME\n       NAME is the scheme of its URLs: NAME://...\n");
		return 2;
	}
	try {
		const folder = createDriver(name, process.cwd());
		process.stdout.write(`${folder}\n`);
		process.stderr.write(`next: cd godwit-driver-${name} && npm install && npm test\n`);
		return 0;
	} catch (error) {
		if (!(error instanceof CreateError)) throw error;
		process.stderr.write(`error: ${error.message}\n`);
		return 1;
	}
}
