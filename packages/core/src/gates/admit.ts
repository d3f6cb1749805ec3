import type { Clock, WaitUntil } from '../types/call-options.ts';
import type { AttemptInfo, Denial, Gate, Permit } from '../types/gate.ts';
import { type Attempt, LlmError } from '../types/llm-error.ts';

/** A settle that takes longer is left to itself: the answer does not wait for a ledger. */
const LONGEST_SETTLE_MS = 1000;

/** The permits of one attempt, each settled exactly once, the last one first. */
class Permits implements Admission {
  private readonly permits: Permit[] = [];
  private readonly clock: Clock;
  private readonly waitUntil: WaitUntil | undefined;

  constructor(clock: Clock, waitUntil: WaitUntil | undefined) {
    this.clock = clock;
    this.waitUntil = waitUntil;
  }

  add(permit: Permit): void {
    this.permits.push(permit);
  }

  settle(outcome: Attempt): Promise<void> | undefined {
    const pending: Promise<void>[] = [];
    for (let permit = this.permits.pop(); permit !== undefined; permit = this.permits.pop()) {
      const settling = settleOne(permit, outcome);
      if (settling !== undefined) pending.push(settling);
    }
    return pending.length === 0 ? undefined : this.awaited(Promise.all(pending));
  }

  private awaited(all: Promise<unknown>): Promise<void> {
    this.waitUntil?.(all);
    return new Promise((resolve) => {
      const cancel = this.clock.timer(LONGEST_SETTLE_MS, resolve);
      void all.then(() => {
        cancel();
        resolve();
      });
    });
  }
}

/** A promise, never rejected, where it is not settled at once. */
function settleOne(permit: Permit, outcome: Attempt): Promise<void> | undefined {
  // The outcome of the call is what it is; a ledger that cannot be written is the gate's to report.
  try {
    const settling: unknown = permit.settle(outcome);
    return isPromise(settling) ? Promise.resolve(settling).then(nothing, nothing) : undefined;
  } catch {
    return undefined;
  }
}

const nothing = (): void => undefined;

/**
 * Asks the gates in order. A denial settles what was already granted as skipped, and rejects as `denied`. A gate that answers
 * at once needs no timer and no listener.
 */
export async function admit(
  gates: readonly Gate[],
  info: AttemptInfo,
  clock: Clock,
  waitUntil: WaitUntil | undefined,
): Promise<Admission> {
  const permits = new Permits(clock, waitUntil);
  for (const gate of gates) {
    try {
      info.signal.throwIfAborted();
      const asked = gate.admit(info);
      const answer = isPromise(asked) ? await inTime(gate, asked, info, clock) : given(asked);
      if (answer === undefined) continue;
      if ('deny' in answer) throw denied(gate, answer, info);
      permits.add(answer);
    } catch (cause) {
      return refused(gate, info, permits, cause);
    }
  }
  return permits;
}

type Answer = Permit | Denial | undefined;

/** Null is what a look-up in a store gives for nothing. */
const given = (answer: Answer | null): Answer => answer ?? undefined;

/** Of any realm, or made manually. */
const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';

/** Nobody gets past this gate: what was granted before it is given back. */
async function refused(gate: Gate, info: AttemptInfo, permits: Permits, cause: unknown): Promise<never> {
  const { aborted } = info.signal;
  const error = aborted || LlmError.is(cause) ? cause : denied(gate, brokenGate(cause), info, cause);
  const skipped = LlmError.is(error) ? error : undefined;
  const settling = permits.settle({ ...abandonedBefore(info), error: skipped });
  if (!aborted) await settling;
  throw error;
}

/** Waits for an answer no longer than the gate may take, and until the call is stopped. */
function inTime(gate: Gate, asked: PromiseLike<Answer>, info: AttemptInfo, clock: Clock): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { signal } = info;
    const { timeoutMs } = gate;
    let open = true;
    const cancel =
      timeoutMs === undefined
        ? undefined
        : clock.timer(timeoutMs, () => {
            close();
            resolve({ deny: `no answer within ${timeoutMs} ms` });
          });
    const onAbort = (): void => {
      close();
      reject(signal.reason as Error);
    };
    const close = (): void => {
      open = false;
      cancel?.();
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    Promise.resolve(asked).then(
      (answer) => {
        const granted = given(answer);
        // Granted after nobody waited any more: given back at once.
        if (!open) {
          if (granted !== undefined && !('deny' in granted)) void settleOne(granted, abandonedBefore(info));
          return;
        }
        close();
        resolve(granted);
      },
      (error: unknown) => {
        if (open) close();
        reject(error);
      },
    );
  });
}

const abandonedBefore = ({ target }: AttemptInfo): Attempt => ({
  target,
  outcome: 'skipped',
  error: undefined,
  usage: undefined,
  ms: 0,
});

const brokenGate = (cause: unknown): Denial => ({
  deny: `it failed: ${cause instanceof Error ? cause.message : String(cause)}`,
});

/** `advance` travels as the code: the policy table alone says that a denial stops the call. */
function denied(
  gate: Gate,
  { deny, advance, retryAfterMs }: Denial,
  { target }: AttemptInfo,
  cause?: unknown,
): LlmError {
  const code = advance === true ? 'advance' : undefined;
  return new LlmError(
    'denied',
    `gate "${gate.name}" denied ${target}: ${deny}`,
    { target, code, retryAfterMs },
    { cause },
  );
}

/** What was granted to one attempt. */
export interface Admission {
  /** Starts every settle at once; resolves when all are done, or after a second. A throwing permit changes nothing. */
  settle(outcome: Attempt): Promise<void> | undefined;
}

/** No gate was asked: there is nothing to settle. */
export const FREE: Admission = { settle: () => undefined };
