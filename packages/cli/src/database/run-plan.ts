import type { Goal } from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { showPlan } from "../output/reports/show-plan.ts";
import { runOnDatabase } from "./run-on-database.ts";

/** Shows what would run on the way to a goal. @returns The exit code. */
export async function runPlan(invocation: Invocation, goal: Goal): Promise<number> {
	return runOnDatabase(invocation, {
		source: "not empty",
		run: async (migrate, _, database) => showPlan(await migrate.plan(goal), database, invocation),
	});
}
