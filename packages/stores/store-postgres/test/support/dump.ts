import { migrationSql } from '../../src/sql/migration.ts';
import type { AppClient } from './clients.ts';

/** Returns SQL that creates the tables of this release in an empty database, with the rows of a schema. */
export async function dump({ query }: AppClient, schema: string): Promise<string> {
  const tables = await namesOf(
    `SELECT tablename::text AS name FROM pg_tables WHERE schemaname = '${schema}' AND tablename <> 'meta' ORDER BY 1`,
  );
  const sequences = await namesOf(
    `SELECT sequencename::text AS name FROM pg_sequences WHERE schemaname = '${schema}' ORDER BY 1`,
  );
  const rows = await Promise.all(tables.map(rowsOf));
  // Rows are not inserted in the order of their references.
  return `${migrationSql(schema)}SET LOCAL session_replication_role = replica;\n${rows.join('')}${sequences.map(nextOf).join('')}`;

  async function namesOf(text: string): Promise<readonly string[]> {
    return (await query(text)).map(({ name }) => String(name));
  }

  async function rowsOf(table: string): Promise<string> {
    const name = `${schema}.${table}`;
    const [found] = await query(`SELECT json_agg(t)::text AS rows FROM ${name} t`);
    if (typeof found?.['rows'] !== 'string') return '';
    const values = `json_populate_recordset(NULL::${name}, $rows$${found['rows']}$rows$)`;
    return `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM ${values};\n`;
  }

  function nextOf(sequence: string): string {
    return `SELECT setval('${schema}.${sequence}', 1000)::text;\n`;
  }
}
