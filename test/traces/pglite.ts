/** Applies one migration to a database of PGlite in memory. */
import { Migrate, memorySource } from "@godwit/core";
import { pglite } from "@godwit/postgres";

const source = memorySource({ "1_a.up.sql": "CREATE TABLE a (id int);" });
await using migrate = new Migrate({ source, driver: await pglite.open("pglite://:memory:") });
await migrate.up();
