import { registerBuiltins } from "./database/register-builtins.ts";

export * from "@godwit/core";
export { registerBuiltins } from "./database/register-builtins.ts";

registerBuiltins();
