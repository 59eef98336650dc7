/** `godwit.ts GODWIT OPERATION TRANSACTION SOURCE DATABASE`, where GODWIT is the compiled package's main file. */
import { printTimed } from "./timed.ts";

const [godwit = "", operation = "", transaction = "", source = "", database = ""] = process.argv.slice(2);
const { Migrate, openDriver, openSource } = (await import(godwit)) as typeof import("godwit");
await (await openDriver(database.replace(/:\/\/.*/s, "://:memory:"))).close();
await (await openSource(`file://${import.meta.dirname}`)).close();

await printTimed(async () => {
	await using migrate = await Migrate.open(source, database, { transaction: transaction === "all" ? "all" : "each" });
	if (operation === "down") await migrate.down();
	else await migrate.up();
});
