export { sqliteNative } from "./sqlite-native.ts";
