import { LlmError } from '@majordomo/core';

/** What Restate answers with for a run that it ended since the agent asked for other steps than the journal has. */
export const CHANGED = 570;

/** Restate's name for it in `sys_invocation`, 1.7. */
const CHANGED_CODE = 'RT0016';
const FIRST_LOOK_MS = 250;
const SLOWEST_LOOK_MS = 10_000;

const REMEDY = 'let the old agent finish its runs, and register the new one under an address of its own';

function changedError(what: string, said: string, remedy: string, cause?: unknown): LlmError {
  const [kept, asked] = namesIn(said);
  const difference =
    asked === undefined ? said : `it asks for "${asked}", and its journal has "${kept}" there`;
  const message = `${what}: the agent was changed under the run: ${difference}; ${remedy}`;
  return new LlmError('config', message, { path: asked, status: CHANGED }, { cause });
}

/** Restate's words have a line that says `name: kept != asked`, unless even the kinds of the entries differ. */
function namesIn(said: string): readonly [kept: string, asked: string | undefined] {
  const line = said.split('\n').find((each) => each.trimStart().startsWith('name: ')) ?? '';
  const [kept = '', asked] = line.split(' != ');
  return [kept.trimStart().slice('name: '.length), asked];
}

/** A run that Restate has ended by it. */
export const endedByChange = (what: string, said: string, cause: unknown): LlmError =>
  changedError(what, said, `${REMEDY}. This one is over: start it again under another id`, cause);

/** Where it can be seen that Restate tries a run again without success. */
export interface Looking {
  /** The address of Restate's admin API. */
  readonly admin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly name: string;
  readonly runId: string;
}

/**
 * What `run` gives, unless Restate tells meanwhile that the agent was changed under the run: then it rejects with `config`. The
 * run is left as it is.
 */
export async function unlessChanged<T>(
  what: string,
  looking: Looking | undefined,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (looking === undefined) return run(signal);
  const over = new AbortController();
  const both = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  try {
    return await Promise.race([run(both), changed(what, looking, both)]);
  } finally {
    over.abort();
  }
}

/** Settles only by rejecting, and not at all once the signal aborts. */
async function changed(what: string, looking: Looking, signal: AbortSignal): Promise<never> {
  for (let wait = FIRST_LOOK_MS; !signal.aborted; wait = Math.min(wait * 2, SLOWEST_LOOK_MS)) {
    await pause(wait, signal);
    const said = await lastMismatch(what, looking, signal);
    if (said === undefined) continue;
    const remedy = `${REMEDY}. Restate tries this one again and again: it goes on once the old agent is back at its address`;
    throw changedError(what, said, remedy);
  }
  return new Promise(() => undefined);
}

/** `undefined` as well when Restate cannot say just now: it is looked at again. */
async function lastMismatch(
  what: string,
  { admin, headers, name, runId }: Looking,
  signal: AbortSignal,
): Promise<string | undefined> {
  const query =
    'select last_failure from sys_invocation where ' +
    `target_service_name = ${quoted(name)} and target_service_key = ${quoted(runId)} and ` +
    `target_handler_name = 'run' and status = 'backing-off' and last_failure_error_code = '${CHANGED_CODE}'`;
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
        `${what}: "admin" of the client is no admin address of Restate's: it says ${response.status}`,
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

/** Over with the time, or once the signal aborts. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
