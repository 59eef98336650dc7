import { registerBuiltins } from "./register-builtins.ts";

export * from "@godwit/core";
export { registerBuiltins } from "./register-builtins.ts";

registerBuiltins();
