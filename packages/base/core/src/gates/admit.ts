import type { Clock, WaitUntil } from '../types/call-options.ts';
import type { AttemptInfo, Denial, Gate, Permit } from '../types/gate.ts';
import { type Attempt, LlmError } from '../types/llm-error.ts';
import { isPromise } from '../util/async.ts';
import { denialError } from './denial-error.ts';

/** Maximum wait for permits to settle, in milliseconds. After this time, the response is returned, and settling continues. */
const MAX_SETTLE_MS = 1000;

/** Permits of one attempt. A gate grants a permit, such as a reserved budget. */
export interface Permits {
  /**
   * Settles each permit once, in reverse order. Returns `undefined` if all are settled at once. Otherwise, the promise resolves
   * when all are settled, when the call stops, or after 1 s. The promise never rejects.
   */
  settle(outcome: Attempt): Promise<void> | undefined;
}

/** Waits until the permits are settled, the call is stopped, or a second has passed. */
function untilSettled(all: Promise<unknown>, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.timer(MAX_SETTLE_MS, done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
    void all.then(done);
  });
}

/** Settles a permit. Returns a promise that never rejects, or `undefined` if the permit is settled at once. */
function settleOne(permit: Permit, outcome: Attempt): Promise<void> | undefined {
  // A failing permit does not change the outcome of the call. The gate must report the failure.
  try {
    const settling: unknown = permit.settle(outcome);
    return isPromise(settling) ? Promise.resolve(settling).then(nothing, nothing) : undefined;
  } catch {
    return undefined;
  }
}

const nothing = (): void => undefined;

/** Denial of an attempt by a gate. */
export interface Refusal {
  readonly denial: LlmError;
  /** Whether the gate asks the call to try the next target. */
  readonly advance: boolean;
}

/**
 * Calls the gates in order. Returns the denial of the first gate that denies the attempt. The permits that were granted before are
 * then settled as skipped. Rejects if the call is stopped.
 */
export async function admit(
  gates: readonly Gate[],
  info: AttemptInfo,
  clock: Clock,
  waitUntil: WaitUntil | undefined,
): Promise<Permits | Refusal> {
  const granted: Permit[] = [];
  // Removes the permits that it settles, so that no permit is settled twice.
  const settle = (outcome: Attempt): Promise<void> | undefined => {
    const pending = granted
      .splice(0)
      .reverse()
      .flatMap((permit) => settleOne(permit, outcome) ?? []);
    if (pending.length === 0) return undefined;
    const all = Promise.all(pending);
    waitUntil?.(all);
    return untilSettled(all, info.signal, clock);
  };
  const refuse = async (denial: LlmError, advance: boolean): Promise<Refusal> => {
    await settle(outcomeOfSkip(info, denial));
    return { denial, advance };
  };
  for (const gate of gates) {
    try {
      info.signal.throwIfAborted();
      const pending = answerOf(gate, info, clock);
      const answer = isPromise(pending) ? await pending : pending;
      if (answer === undefined) continue;
      if ('deny' in answer) return await refuse(deniedError(gate, answer, info), answer.advance === true);
      granted.push(answer);
    } catch (cause) {
      // A gate that fails with any other error denies the attempt, because it may guard a budget.
      const isKnown = info.signal.aborted || LlmError.is(cause);
      const error = isKnown ? cause : deniedError(gate, failureOf(cause), info, cause);
      if (LlmError.is(error, 'denied')) return refuse(error, false);
      await settle(outcomeOfSkip(info, LlmError.is(error) ? error : undefined));
      throw error;
    }
  }
  return { settle };
}

type GateAnswer = Permit | Denial | undefined;

/**
 * Returns the gate's answer. If a gate answers at once, no timer and no listener are created. A gate without types may answer
 * with `null` instead of `undefined`.
 */
function answerOf(gate: Gate, info: AttemptInfo, clock: Clock): GateAnswer | Promise<GateAnswer> {
  const answer = gate.admit(info);
  return isPromise(answer) ? answerInTime(gate, answer, info, clock) : (answer ?? undefined);
}

/** Waits for the answer until the gate's timeout, or until the call is stopped. */
function answerInTime(
  { timeoutMs }: Gate,
  pending: PromiseLike<GateAnswer>,
  info: AttemptInfo,
  clock: Clock,
): Promise<GateAnswer> {
  return new Promise((resolve, reject) => {
    const { signal } = info;
    let isWaiting = true;
    const stopWaiting = (): void => {
      isWaiting = false;
      cancelTimer?.();
      signal.removeEventListener('abort', onAbort);
    };
    const cancelTimer =
      timeoutMs === undefined
        ? undefined
        : clock.timer(timeoutMs, () => {
            stopWaiting();
            resolve({ deny: `no answer within ${timeoutMs} ms` });
          });
    const onAbort = (): void => {
      stopWaiting();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    Promise.resolve(pending).then(
      (value) => {
        const answer = (value as GateAnswer | null) ?? undefined;
        if (isWaiting) {
          stopWaiting();
          resolve(answer);
        } else if (answer !== undefined && !('deny' in answer)) {
          // The permit was granted too late, so the attempt does not take place.
          void settleOne(answer, outcomeOfSkip(info, undefined));
        }
      },
      (error: unknown) => {
        if (isWaiting) stopWaiting();
        reject(error);
      },
    );
  });
}

/** Returns the outcome with which the permits of an attempt are settled that does not take place. */
export const outcomeOfSkip = ({ target }: AttemptInfo, error: LlmError | undefined): Attempt => ({
  target,
  outcome: 'skipped',
  error,
  usage: undefined,
  ms: 0,
});

const failureOf = (cause: unknown): Denial => ({
  deny: `it failed: ${cause instanceof Error ? cause.message : String(cause)}`,
});

const deniedError = ({ name }: Gate, denial: Denial, { target }: AttemptInfo, cause?: unknown): LlmError =>
  denialError(`gate "${name}" denied ${target}: ${denial.deny}`, target, denial, cause);
