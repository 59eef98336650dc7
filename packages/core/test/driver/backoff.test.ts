import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { withBackoff } from "../../src/driver/waiting/backoff.ts";

describe("withBackoff", () => {
	it("returns what the attempt returns, also when that is falsy", async () => {
		const results = [undefined, undefined, 0];
		expect(await withBackoff(() => results.shift(), { timeoutMs: 60_000 })).toBe(0);
		expect(results).toEqual([]);
	});

	it.each([0, -1])("tries once with a timeout of %d", async (timeoutMs) => {
		let tries = 0;
		const attempt = async (): Promise<undefined> => {
			tries++;
		};
		expect(await withBackoff(attempt, { timeoutMs })).toBeUndefined();
		expect(tries).toBe(1);
	});

	it("counts the time from when its caller began to wait", async () => {
		let attempts = 0;
		const since = performance.now() - 60_000;
		const attempt = (): undefined => void attempts++;
		expect(await withBackoff(attempt, { timeoutMs: 60_000, since })).toBeUndefined();
		expect(attempts).toBe(1);
	});

	it("tries again until the time is up", async () => {
		let tries = 0;
		const attempt = (): undefined => {
			tries++;
		};
		expect(await withBackoff(attempt, { timeoutMs: 30 })).toBeUndefined();
		expect(tries).toBeGreaterThan(1);
	});

	it("passes on what the attempt throws", async () => {
		const failure = new Error("no such folder");
		const attempt = (): never => {
			throw failure;
		};
		await expect(withBackoff(attempt, { timeoutMs: 60_000 })).rejects.toBe(failure);
	});

	it("does not try when the signal came before", async () => {
		const reason = new Error("stop");
		const attempt = (): never => {
			throw new Error("tried");
		};
		await expect(withBackoff(attempt, { timeoutMs: 0, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
	});

	it("ends with the signal's reason when the signal comes during an attempt, without another try", async () => {
		const controller = new AbortController();
		let tries = 0;
		const attempt = (): undefined => {
			tries++;
			controller.abort("stop");
		};
		const { signal } = controller;
		await expect(withBackoff(attempt, { timeoutMs: Number.POSITIVE_INFINITY, signal })).rejects.toBe("stop");
		expect(tries).toBe(1);
	});

	it("ends with the signal's reason when the signal comes while it waits", async () => {
		const controller = new AbortController();
		const { signal } = controller;
		const attempt = (): undefined => {
			if (signal.aborted) throw new Error("tried again");
			setImmediate(() => controller.abort("stop"));
		};
		await expect(withBackoff(attempt, { timeoutMs: Number.POSITIVE_INFINITY, signal })).rejects.toBe("stop");
	});

	it("leaves no listener on the signal", async () => {
		const { signal } = new AbortController();
		const listening: number[] = [];
		const attempt = (): true | undefined => {
			listening.push(getEventListeners(signal, "abort").length);
			return listening.length > 3 ? true : undefined;
		};
		await withBackoff(attempt, { timeoutMs: 60_000, signal });
		expect(listening).toEqual([0, 0, 0, 0]);
	});
});
