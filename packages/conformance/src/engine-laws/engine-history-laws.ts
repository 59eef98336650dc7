import { eventLaws } from "./engine-event-laws.ts";
import { otherToolLaws } from "./engine-other-tool-laws.ts";
import { policyLaws } from "./engine-policy-laws.ts";
import { storedLaws } from "./engine-stored-laws.ts";
import type { OpenEngine } from "./model/engine.ts";
import type { HistoryLaws } from "./model/engine-history.ts";
import { repairLaws } from "./repair/repair-laws.ts";

/** What `Migrate` promises with a driver that keeps a history. */
export function engineHistoryLaws(openEngine: OpenEngine): HistoryLaws {
	const all = [eventLaws, otherToolLaws, policyLaws, repairLaws, storedLaws].flatMap((laws) => laws(openEngine));
	return all.map((law) => ({ ...law, requires: [...(law.requires ?? []), "history", "persistent"] as const }));
}
