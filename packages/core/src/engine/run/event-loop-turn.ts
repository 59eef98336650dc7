type Schedule = (callback: () => void) => unknown;

/**
 * Lets the event loop turn, so that what came while a statement blocked the thread is heard: a signal, a click.
 *
 * Twice, since a first turn may end the round of events that was under way already.
 */
export async function eventLoopTurn(): Promise<void> {
	// A timer takes a thousand times as long, but is there everywhere.
	const { setImmediate = setTimeout } = globalThis as { setImmediate?: Schedule };
	for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}
