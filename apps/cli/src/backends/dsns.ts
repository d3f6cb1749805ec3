import { checkDsn, dsnVariable, LlmError, type Dsn, type Env } from '@majordomo/core';

/** A variable that holds a DSN, with what it says, or with the error that says where it goes wrong. */
export type DsnEntry = { readonly variable: string; readonly value: string; readonly id: string } & (
  { readonly dsn: Dsn; readonly error: undefined } | { readonly dsn: undefined; readonly error: LlmError }
);

const PREFIX = dsnVariable('');

/** What every `LLM_*` variable of an environment that holds a DSN says. */
export const dsnEntries = (env: Env): readonly DsnEntry[] =>
  Object.entries(env).flatMap(([variable, value]) =>
    variable.startsWith(PREFIX) && value?.includes('://') === true ? [entry(variable, value)] : [],
  );

function entry(variable: string, value: string): DsnEntry {
  const known = { variable, value, id: variable.slice(PREFIX.length).toLowerCase() };
  try {
    return { ...known, dsn: checkDsn(variable, value), error: undefined };
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return { ...known, dsn: undefined, error };
  }
}

/** Does a variable say what this provider is? It then wins over what the command knows by that name. */
export const hasDsn = (id: string, env: Env): boolean => env[dsnVariable(id)] !== undefined;
