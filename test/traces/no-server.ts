/** Asks for the version where no PostgreSQL server listens, and prints the code of the error. */
import { isMigrateError } from "@godwit/core";
import { postgres } from "@godwit/postgres";

await using driver = await postgres.open("postgres://godwit@127.0.0.1:1/app");
try {
	await driver.version();
} catch (error) {
	if (!isMigrateError(error)) throw error;
	console.log(error.code);
}
