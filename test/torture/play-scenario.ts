/** A program that plays one scenario: `play-scenario.ts NAME`. */
import { SCENARIOS, type ScenarioName } from "./scenarios.ts";

await SCENARIOS[process.argv[2] as ScenarioName]();
