import { checkDsn, dsnVariable, LlmError, type Dsn, type Env, type Provider } from '@majordomo/core';

/** Variable with a DSN, and the parsed DSN or the error. */
export type DsnEntry = { readonly variable: string; readonly value: string; readonly id: string } & (
  | { readonly dsn: Dsn; readonly error: undefined }
  | { readonly dsn: undefined; readonly error: LlmError }
);

/** `LLM_`, the prefix of the variables of all DSNs. */
const PREFIX = dsnVariable('');

const isDsn = (value: string | undefined): value is string => value?.includes('://') === true;

/** Parses all `LLM_*` variables with a DSN. */
export const dsnEntries = (env: Env): readonly DsnEntry[] =>
  Object.entries(env).flatMap(([variable, value]) =>
    variable.startsWith(PREFIX) && isDsn(value) ? [entry(variable, value)] : [],
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

/**
 * Changes the id of a provider if a DSN such as `LLM_OLLAMA` defines this id, so that `ollama/…` means the DSN. The provider then serves
 * only DSNs, which find it by their scheme. No spec can contain the new id.
 */
export const underDsn = (provider: Provider, env: Env): Provider =>
  isDsn(env[dsnVariable(provider.id)]) ? { ...provider, id: `${provider.id}://` } : provider;
