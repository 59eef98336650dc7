import type { Cure } from "@godwit/core";

/** Says what the history has of a cure now. */
export function recordedCure(cure: Cure): string {
	switch (cure.kind) {
		case "adopt":
			return `recorded: version ${cure.version} is applied`;
		case "pending":
			return `recorded: version ${cure.version} is not applied`;
		case "skip":
			return `recorded: version ${cure.version} never runs in this database`;
		case "accept":
			return `recorded: the file of version ${cure.version} is right as it is now`;
		case "dirty":
			return `recorded: the migration that left the database dirty is ${cure.ended}`;
	}
}
