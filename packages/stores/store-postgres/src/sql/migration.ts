import { entryFunctionsSql } from './entry-functions.ts';
import { functionsSql } from './functions.ts';
import { SCHEMA_VERSION, tablesSql } from './tables.ts';

/** Returns the query for the version of the existing tables, with the value `true`. */
export const versionSql = (schema: string): string =>
  `SELECT version::text AS version FROM ${schema}.meta WHERE one = $1::text::boolean`;

/**
 * Returns the SQL that creates or updates the tables and functions of a schema in one transaction. Concurrent migrations wait for
 * each other. Running the SQL again changes nothing.
 */
export function migrationSql(name: string): string {
  const schema = `"${name}"`;
  return `
SELECT pg_advisory_xact_lock(hashtext('majordomo ${name}'))::text;
DO $do$ BEGIN
  -- CREATE SCHEMA needs a privilege even if the schema exists.
  IF to_regnamespace('${schema}') IS NULL THEN CREATE SCHEMA ${schema}; END IF;
END $do$;
${tablesSql(schema)}
${entryFunctionsSql(schema)}
${functionsSql(schema)}
INSERT INTO ${schema}.meta (version) VALUES (${SCHEMA_VERSION})
ON CONFLICT (one) DO UPDATE SET version = greatest(meta.version, excluded.version);
`;
}
