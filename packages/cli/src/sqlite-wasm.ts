export { sqliteWasm } from "@godwit/sqlite-wasm";
