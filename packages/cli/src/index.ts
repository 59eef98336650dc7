import { registerBuiltins } from "./database/schemes/register-builtins.ts";

export * from "@godwit/core";
export type { EnvironmentConfig, GodwitConfig } from "./config/config.ts";
export { registerBuiltins } from "./database/schemes/register-builtins.ts";

registerBuiltins();
