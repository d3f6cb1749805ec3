/** Statements on calls, each with the tables of rows before and after it that PostgreSQL provides. */
const STATEMENTS = {
  insert: 'NEW TABLE AS inserted',
  update: 'OLD TABLE AS before NEW TABLE AS inserted',
  delete: 'OLD TABLE AS before',
} as const;

/** SQL that selects the times of the calls that a statement changed. Deleted content does not change the sums. */
const CHANGED = {
  insert: 'SELECT at FROM inserted',
  update: `SELECT unnest(ARRAY[before.at, inserted.at]) AS at FROM before JOIN inserted ON inserted.id = before.id
    WHERE before.json IS DISTINCT FROM inserted.json`,
  delete: 'SELECT at FROM before',
} as const;

/**
 * Returns the SQL of the triggers that remove the sums of an hour whose calls have changed. This package removes the sums itself.
 * The triggers do it for processes of an older version, which store calls without removing them.
 */
export const callHoursSql = (schema: string): string =>
  (['insert', 'update', 'delete'] as const).map((name) => triggerSql(schema, name)).join('') +
  resetSql(schema);

const triggerSql = (schema: string, name: keyof typeof STATEMENTS): string => `
CREATE OR REPLACE FUNCTION ${schema}.call_hours_${name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ${schema}.call_hours AS sum (hour, version)
  SELECT DISTINCT at - at % 3600000 AS hour, pg_current_xact_id()::text FROM (${CHANGED[name]}) AS changed ORDER BY hour
  ON CONFLICT (hour) DO UPDATE SET version = excluded.version, models = NULL, callers = NULL
  WHERE sum.version <> excluded.version;
  RETURN NULL;
END
$$;
`;

/** Creates the triggers. The sums before may be wrong, so they are removed. */
const resetSql = (schema: string): string => `
DO $do$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '${schema}.calls'::regclass AND tgname = 'call_hours_insert') THEN
    UPDATE ${schema}.call_hours SET version = pg_current_xact_id()::text, models = NULL, callers = NULL;
${Object.entries(STATEMENTS)
  .map(
    ([name, tables]) => `
    CREATE TRIGGER call_hours_${name} AFTER ${name.toUpperCase()} ON ${schema}.calls REFERENCING ${tables}
    FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.call_hours_${name}();`,
  )
  .join('')}
  END IF;
END $do$;
`;
