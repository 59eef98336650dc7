import { isOwnTable } from "./own-tables.ts";
import type { Reference, ReferenceAnswer } from "./reference.ts";
import type { Answer, Outcome, Request, Tool } from "./tool.ts";

/** golang-migrate, over one of its drivers. */
export function goTool(reference: () => Promise<Reference>, scheme: string): Tool {
	let opened = false;

	async function perform(request: Request): Promise<ReferenceAnswer> {
		const go = await reference();
		switch (request.kind) {
			case "steps":
				return go.steps(request.count);
			case "migrate":
				return go.migrate(request.version);
			case "force":
				return go.force(request.version);
			default:
				return go[request.kind]();
		}
	}

	return {
		name: `golang-migrate ${scheme}`,
		async open({ migrations, database }) {
			const go = await reference();
			const answer = await go.open(`file://${migrations}`, `${scheme}://${database}`);
			opened = answer.outcome === "ok";
			return neutral(answer);
		},
		perform: async (request) => neutral(await perform(request)),
		async close() {
			if (!opened) return;
			opened = false;
			const { outcome, message } = await (await reference()).close();
			if (outcome !== "ok") throw new Error(`golang-migrate cannot close: ${message}`);
		},
	};
}

function neutral({ outcome, schema, ...answer }: ReferenceAnswer): Answer {
	return {
		...answer,
		outcome: outcomeOf(outcome, answer.message),
		// The reference has left out the version's alone.
		schema: schema.filter(([, , table]) => !isOwnTable(table)),
	};
}

function outcomeOf(outcome: ReferenceAnswer["outcome"], message: string): Outcome {
	switch (outcome) {
		case "short-limit":
			return "short";
		case "sql-error":
			return "failed";
		case "not-exist":
			if (message.startsWith("first ")) return "no-migrations";
			if (message.startsWith("no migration found for version")) return "no-such-version";
			return message === "file does not exist" ? "nothing-left" : `other: ${message}`;
		case "locked":
		case "not-locked":
		case "parse":
		case "other":
			return `other: ${message}`;
		default:
			return outcome;
	}
}
