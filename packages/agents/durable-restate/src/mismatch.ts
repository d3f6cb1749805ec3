import { LlmError, systemClock } from '@majordomo/core';

/** Restate's status for a run that ended because its agent executed other steps than the journal contains. */
export const MISMATCH_STATUS = 570;

/** Error code of Restate 1.7 in `sys_invocation` for a run whose agent executes other steps than the journal contains. */
const MISMATCH_CODE = 'RT0016';
const FIRST_QUERY_MS = 250;
const MAX_INTERVAL_MS = 10_000;

const REMEDY = 'let the old agent finish its runs, and register the new agent under another address';

function mismatchError(what: string, reason: string, remedy: string, cause?: unknown): LlmError {
  const [expected, actual] = entryNames(reason);
  const difference =
    actual === undefined ? reason : `it executes "${actual}", and its journal contains "${expected}"`;
  const message = `${what}: the agent changed during the run: ${difference}; ${remedy}`;
  return new LlmError('config', message, { path: actual, status: MISMATCH_STATUS }, { cause });
}

/** Reads the names in the line `name: expected != actual` of Restate's message. Entries of different kinds have no such line. */
function entryNames(message: string): readonly [expected: string, actual: string | undefined] {
  const line = message.split('\n').find((each) => each.trimStart().startsWith('name: ')) ?? '';
  const [expected = '', actual] = line.split(' != ');
  return [expected.trimStart().slice('name: '.length), actual];
}

/** Creates the error of a run that Restate has ended because of a changed agent. */
export const endedByMismatchError = (what: string, reason: string, cause: unknown): LlmError =>
  mismatchError(what, reason, `${REMEDY}. This run has ended; start it again under another id`, cause);

/** Query of the admin API for a run that Restate retries without success. */
export interface MismatchQuery {
  /** Address of Restate's admin API. */
  readonly admin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly name: string;
  readonly runId: string;
}

/**
 * Calls `run` and returns its result. If Restate reports in the meantime that the agent changed during its run, rejects with kind
 * `config`. The run on Restate is not affected.
 */
export async function withMismatchCheck<T>(
  what: string,
  query: MismatchQuery | undefined,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (query === undefined) return run(signal);
  const over = new AbortController();
  const both = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  try {
    return await Promise.race([run(both), watchMismatch(what, query, both)]);
  } finally {
    over.abort();
  }
}

/** Rejects when Restate reports a mismatch. Does not settle after the signal has aborted. */
async function watchMismatch(what: string, query: MismatchQuery, signal: AbortSignal): Promise<never> {
  for (let wait = FIRST_QUERY_MS; !signal.aborted; wait = Math.min(wait * 2, MAX_INTERVAL_MS)) {
    // An abort ends the loop after its query, which fails at once.
    await systemClock.sleep(wait, signal).catch(() => undefined);
    const reason = await lastMismatch(what, query, signal);
    if (reason === undefined) continue;
    const remedy = `${REMEDY}. Restate retries this run: it continues when the old agent is back at its address`;
    throw mismatchError(what, reason, remedy);
  }
  return new Promise(() => undefined);
}

/** Returns the message of the last mismatch, or `undefined` if none exists or the query fails. Throws `config` for status 4xx. */
async function lastMismatch(
  what: string,
  { admin, headers, name, runId }: MismatchQuery,
  signal: AbortSignal,
): Promise<string | undefined> {
  const query =
    'select last_failure from sys_invocation where ' +
    `target_service_name = ${quoted(name)} and target_service_key = ${quoted(runId)} and ` +
    `target_handler_name = 'run' and status = 'backing-off' and last_failure_error_code = '${MISMATCH_CODE}'`;
  try {
    const response = await fetch(new URL('query', admin.endsWith('/') ? admin : `${admin}/`), {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query }),
      signal,
    });
    if (response.status >= 400 && response.status < 500)
      throw new LlmError(
        'config',
        `${what}: the URL in \`admin\` returned status ${response.status}; pass the URL and key of Restate's admin API`,
        {
          path: 'admin',
          status: response.status,
        },
      );
    const { rows = [] } = (await response.json()) as { readonly rows?: readonly { last_failure?: string }[] };
    return rows[0]?.last_failure;
  } catch (error) {
    if (LlmError.is(error)) throw error;
    return undefined;
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
