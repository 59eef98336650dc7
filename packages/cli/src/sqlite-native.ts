export { sqliteNative } from "@godwit/sqlite-native";
