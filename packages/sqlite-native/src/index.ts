export type { NativeDatabase, NativeStatement } from "./native-database.ts";
export { sqliteNative } from "./sqlite-native.ts";
