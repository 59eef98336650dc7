/** A program that tries to take a lock, and prints the code of its error, or nothing: `locking-user.ts PATH [UID]`. */
import { isMigrateError } from "@godwit/core";
import { backendOf } from "../../torture-case.ts";

const [path = "", uid] = process.argv.slice(2);
const { open } = backendOf("sqlite-native");
// That user need not be able to read the bindings.
await (await open("sqlite-native://:memory:")).close();
if (uid !== undefined) {
	process.setgroups?.([]);
	process.setgid?.(Number(uid));
	process.setuid?.(Number(uid));
}
try {
	await using driver = await open(`sqlite-native://${path}`);
	await driver.lock({ timeoutMs: 0 });
} catch (error) {
	process.stdout.write(isMigrateError(error) ? error.code : String(error));
}
