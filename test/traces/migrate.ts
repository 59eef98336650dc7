/** Applies one migration to the database `app.db` of this folder, over the binding that is the first argument. */
import { Migrate, memorySource } from "@godwit/core";
import { type BackendName, factoryOf } from "../files/backends.ts";

const driver = await factoryOf(process.argv[2] as BackendName).open(`${process.argv[2]}://app.db`);
const migrate = new Migrate({ source: memorySource({ "1_a.up.sql": "CREATE TABLE a (id);" }), driver });
await migrate.up();
await migrate.close();
