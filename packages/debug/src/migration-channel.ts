import { tracingChannel } from "node:diagnostics_channel";
import type { MigrateOptions, Migration } from "@godwit/core";

/** What subscribers of the channel are given; Node adds `error` and `result` when they are there. */
export interface MigrationTrace {
	readonly migration: Migration;
}

const channel = tracingChannel<unknown, MigrationTrace>("godwit:migration");

/**
 * An option of `Migrate` that publishes each migration on Node's `tracingChannel("godwit:migration")`: `start` before it, and
 * `asyncEnd` after it, with an `error` between them when it fails. Stores that are bound to `start`, as those of a span, are those
 * of all that runs in it. Without a subscriber it costs a call.
 *
 * @see https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
export const publishMigration: NonNullable<MigrateOptions["around"]> = (migration, run) =>
	channel.tracePromise(run, { migration });
