export type { TemplateOptions } from "./create-template.ts";
export { createTemplate } from "./create-template.ts";
export type { DatabaseCopy } from "./database-copy.ts";
export type { DatabaseClass, OptionsOf } from "./open-in-memory.ts";
export type { Template } from "./template.ts";
