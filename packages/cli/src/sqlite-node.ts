export { sqliteNode } from "@godwit/sqlite-node";
