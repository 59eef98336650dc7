import type { Terminal } from "../output/terminal.ts";

/** A signal for the engine that the process's own signals set off. */
export interface StopSwitch {
	readonly signal: AbortSignal;
	/** Gives SIGINT and SIGTERM back their usual meaning. */
	release(): void;
}

/** What a shell reports for a command that SIGINT ended: 128 + 2. */
export const EXIT_STOPPED = 130;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** What is said at the two signals. */
export interface Announcement {
	readonly stopping: string;
	readonly exiting: string;
}

/**
 * Stops when the work in flight is done at the first SIGINT or SIGTERM, and at once at the second.
 *
 * A handler runs between two statements, because both SQLite bindings block the event loop during one.
 *
 * @param announcement What is said now.
 */
export function stopOnSignal(announcement: () => Announcement, { line }: Terminal): StopSwitch {
	const controller = new AbortController();
	function stop(): void {
		if (controller.signal.aborted) {
			line(announcement().exiting);
			process.exit(EXIT_STOPPED);
		}
		line(announcement().stopping);
		controller.abort();
	}
	for (const signal of SIGNALS) process.on(signal, stop);
	return {
		signal: controller.signal,
		release() {
			for (const signal of SIGNALS) process.off(signal, stop);
		},
	};
}
