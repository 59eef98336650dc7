export { sqliteWasm } from "./sqlite-wasm.ts";
