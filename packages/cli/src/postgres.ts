export { pglite, postgres } from "@godwit/postgres";
