/** `godwit.ts GODWIT OPERATION TRANSACTION SOURCE DATABASE`, where GODWIT is the compiled package's main file. */
import { printTimed } from "./timed.ts";

const [godwit = "", operation = "", transaction = "", source = "", database = ""] = process.argv.slice(2);
const { Migrate, openDriver, openSource } = (await import(godwit)) as typeof import("godwit");
// A driver of a server connects when it is first asked something.
const loaded = database.startsWith("postgres:") ? database : database.replace(/:\/\/.*/s, "://:memory:");
await (await openDriver(loaded)).close();
await (await openSource(`file://${import.meta.dirname}`)).close();

await printTimed(async () => {
	await using migrate = await Migrate.open(source, database, { transaction: transaction === "all" ? "all" : "each" });
	if (operation === "down") await migrate.down();
	else await migrate.up();
});
