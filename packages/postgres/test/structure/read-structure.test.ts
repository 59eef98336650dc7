import { PGlite } from "@electric-sql/pglite";
import { textBody } from "@godwit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pglite } from "../../src/index.ts";

let database: PGlite;

beforeAll(async () => {
	database = await PGlite.create();
});

afterAll(() => database.close());

const SQL = `
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"');
CREATE DOMAIN app.age AS int DEFAULT 1 CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE TABLE people (
	id serial PRIMARY KEY,
	name varchar(20) COLLATE "C" NOT NULL DEFAULT 'x',
	mood mood,
	age app.age,
	number bigint GENERATED ALWAYS AS IDENTITY,
	double int GENERATED ALWAYS AS (length(name) * 2) STORED,
	CONSTRAINT named CHECK (name <> '')
);
CREATE TABLE "Pets" (owner int REFERENCES people ON DELETE CASCADE, UNIQUE (owner));
CREATE TABLE logs (at date) PARTITION BY RANGE (at);
CREATE UNLOGGED TABLE logs_26 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX by_name ON people (lower(name) DESC) WHERE age > 1;
CREATE SEQUENCE app.counter AS smallint INCREMENT 2 CYCLE;
CREATE VIEW names AS SELECT name FROM people;
CREATE MATERIALIZED VIEW moods AS SELECT mood FROM people;
CREATE FUNCTION twice(a int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT
 a * 2';
CREATE PROCEDURE app.nothing() LANGUAGE sql AS '';
CREATE AGGREGATE total (int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION fires();
ALTER TABLE people DISABLE TRIGGER t;
CREATE RULE r AS ON DELETE TO "Pets" DO INSTEAD NOTHING;
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON people FOR SELECT TO public USING (age > 1);
`;

describe("the structure of a PGlite database", () => {
	it("has a line for each part, as the server writes it", async () => {
		await using driver = pglite.withInstance(database);
		await driver.setVersion({ version: 1n, dirty: false });
		expect(await driver.structure?.()).toEqual([]);
		await driver.run(textBody(SQL));
		expect(await driver.structure?.()).toEqual([
			"aggregate total(integer) by int4pl(integer,integer) in integer from 0",
			'column "Pets" owner integer',
			"column logs at date",
			"column logs_26 at date",
			"column pair a integer",
			"column pair b text",
			"column people age app.age",
			"column people double integer stored length(name::text) * 2",
			"column people id integer",
			"column people mood mood",
			'column people name character varying(20) collate "C"',
			"column people number bigint identity always",
			'constraint "Pets" "Pets_owner_fkey" FOREIGN KEY (owner) REFERENCES people(id) ON DELETE CASCADE',
			'constraint "Pets" "Pets_owner_key" UNIQUE (owner)',
			"constraint people named CHECK (name::text <> ''::text)",
			"constraint people people_pkey PRIMARY KEY (id)",
			'detail "Pets" owner',
			"detail logs at",
			"detail logs_26 at",
			"detail people age",
			"detail people double",
			"detail people id not null default nextval('people_id_seq'::regclass)",
			"detail people mood",
			"detail people name not null default 'x'::character varying",
			"detail people number not null",
			"domain app.age integer default 1 age_check CHECK (VALUE > 0)",
			`enum mood 'sad', 'it''s "ok"'`,
			"function fires() ()  RETURNS trigger\\n LANGUAGE plpgsql\\nAS $function$BEGIN RETURN NEW; END$function$\\n",
			"function twice(integer) (a integer DEFAULT 2)  RETURNS integer\\n LANGUAGE sql\\n IMMUTABLE\\nAS $function$SELECT\\n a * 2$function$\\n",
			"index by_name CREATE INDEX by_name ON people USING btree (lower(name::text) DESC) WHERE age::integer > 1",
			"materialized view moods  SELECT mood\\n   FROM people;",
			"partitioned table logs by RANGE (at)",
			"policy people p permissive for r to public using age::integer > 1",
			"procedure app.nothing() ()  LANGUAGE sql\\nAS $procedure$$procedure$\\n",
			"range span of double precision",
			'rule "Pets" CREATE RULE r AS\\n    ON DELETE TO "Pets" DO INSTEAD NOTHING; enabled O',
			"schema app",
			"sequence app.counter as smallint start 1 increment 2 from 1 to 32767 cache 1 cycle",
			"sequence people_id_seq as integer start 1 increment 1 from 1 to 2147483647 cache 1 of people.id",
			"sequence people_number_seq as bigint start 1 increment 1 from 1 to 9223372036854775807 cache 1 of people.number",
			'table "Pets"',
			"table logs_26 unlogged part FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') of logs",
			"table people row level security",
			"trigger people CREATE TRIGGER t BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION fires() enabled D",
			"type pair",
			"view names  SELECT name\\n   FROM people;",
		]);
		await driver.run(textBody("DROP SCHEMA app CASCADE"));
		await driver.drop();
		expect(await driver.structure?.()).toEqual([]);
	});
});
