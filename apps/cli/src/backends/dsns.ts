import { checkDsn, dsnVariable, LlmError, type Dsn, type Env, type Provider } from '@majordomo/core';

/** Variable with a DSN, and the parsed DSN or the error. */
export type DsnEntry = { readonly variable: string; readonly value: string; readonly id: string } & (
  | { readonly dsn: Dsn; readonly error: undefined }
  | { readonly dsn: undefined; readonly error: LlmError }
);

/** `LLM_`, the prefix of the variables of all DSNs. */
const PREFIX = dsnVariable('');

/** Parses all `LLM_*` variables with a DSN. */
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

/** Whether a variable with a DSN defines this provider. The DSN takes precedence over the built-in backend. */
export const hasDsn = (id: string, env: Env): boolean => env[dsnVariable(id)] !== undefined;

/** Changes the id of a provider if a variable such as `LLM_OLLAMA` defines this id. The provider then serves only DSNs. */
export const underDsn = (provider: Provider, env: Env): Provider =>
  hasDsn(provider.id, env) ? { ...provider, id: `${provider.id}://` } : provider;
