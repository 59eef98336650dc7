import { MigrateError } from "../../../migrate-error.ts";
import type { Migration } from "../../../migration.ts";
import type { MigrateOptions } from "../../migrate-options.ts";
import { eventLoopTurn } from "../event-loop-turn.ts";

/**
 * Calls of the caller's `around`, which an operation waits for. What its code asks of the same `Migrate` would wait for the
 * operation, and both for ever. Nobody can know who asks, so it goes by time. While the code is at work, before it runs the
 * migration and after that, whatever is asked is refused. While the migration runs, most likely somebody else asks, so it waits;
 * it is refused when the code goes on after the migration, since the code may be waiting for it.
 */
export interface AroundCalls {
	/**
	 * Calls the caller's function, which runs the migration.
	 *
	 * @param run Is called once.
	 * @returns What `run` resolves to.
	 * @throws What `run` rejects with, else what the function rejects with. TypeError when it does not run the migration.
	 */
	surround(
		around: NonNullable<MigrateOptions["around"]>,
		migration: Migration,
		run: () => Promise<boolean>,
	): Promise<boolean>;
	/** @throws MigrateError `ERR_IN_OPERATION` while the function's code is at work. */
	assertNone(): void;
	/** Waits for what came before a call that is made now. @throws MigrateError `ERR_IN_OPERATION`. */
	wait(before: Promise<void>): Promise<void>;
	/**
	 * Belongs after the driver is closed. Waits for the function no longer, which may never answer or wait for `close` itself: the
	 * migration is run, which the driver refuses.
	 */
	end(): void;
}

export function aroundCalls(): AroundCalls {
	/** There is one while the operation waits for the function. */
	let current: AroundCall | undefined;
	let ended = false;

	return {
		async surround(around, migration, run) {
			if (ended) return run();
			const call = new AroundCall(run);
			current = call;
			try {
				await Promise.race([around(migration, async () => void (await call.run())), call.ended]);
			} catch (error) {
				call.over();
				// A migration's own failure says more, and one that still runs must not be left behind.
				await call.running;
				throw error;
			} finally {
				call.over();
				current = undefined;
			}
			if (call.running === undefined) throw new TypeError("around has to call the function that it is given");
			return call.running;
		},
		assertNone() {
			if (current?.atWork) throw inOperation();
		},
		wait: (before) => (current === undefined ? before : current.wait(before)),
		end() {
			ended = true;
			current?.end();
		},
	};
}

/** One call of the caller's function. */
class AroundCall {
	readonly #run: () => Promise<boolean>;
	readonly #ended = Promise.withResolvers<void>();
	readonly #refused = Promise.withResolvers<never>();
	#state: "at work" | "migrating" | "over" = "at work";
	#waitedFor = false;
	#running: Promise<boolean> | undefined;

	constructor(run: () => Promise<boolean>) {
		this.#run = run;
		// There may be nobody who waits.
		this.#refused.promise.catch(() => {});
	}

	/** Whether the function's code is at work, and not the migration. */
	get atWork(): boolean {
		return this.#state === "at work";
	}

	/** Undefined before the migration runs. */
	get running(): Promise<boolean> | undefined {
		return this.#running;
	}

	/** Resolves when the function is to be waited for no longer. */
	get ended(): Promise<void> {
		return this.#ended.promise;
	}

	run(): Promise<boolean> {
		this.#running ??= this.#runOnce();
		return this.#running;
	}

	wait(before: Promise<void>): Promise<void> {
		this.#waitedFor = true;
		return Promise.race([before, this.#refused.promise]);
	}

	over(): void {
		this.#state = "over";
	}

	end(): void {
		void this.run();
		this.#ended.resolve();
	}

	async #runOnce(): Promise<boolean> {
		this.#state = "migrating";
		try {
			return await this.#run();
		} finally {
			if (this.#state === "migrating") this.#state = "at work";
			if (this.#waitedFor) void this.#refuseWaiting();
		}
	}

	/** A function that has nothing more to do has ended within a turn. */
	async #refuseWaiting(): Promise<void> {
		await eventLoopTurn();
		if (this.atWork) this.#refused.reject(inOperation());
	}
}

function inOperation(): MigrateError<"ERR_IN_OPERATION"> {
	const message =
		"the option around of this Migrate is at work, and the operation under way waits for it, so a call that it waits for would wait for itself; call before the operation or after it, or open another Migrate";
	return new MigrateError("ERR_IN_OPERATION", message, undefined);
}
