import { LlmError } from '../contract/llm-error.ts';
import type { WaitUntil } from '../contract/call.ts';
import type { Clock } from '../contract/clock.ts';
import type { AttemptInfo, Denial, Gate, Permit } from '../contract/gate.ts';
import type { Attempt } from '../contract/llm-error.ts';
import type { Admission } from './admission.ts';

/** A settle that takes longer is left to itself: the answer does not wait for a ledger. */
const LONGEST_SETTLE_MS = 1000;

/** The permits of one attempt, each settled exactly once, the last one first. */
class Permits implements Admission {
  private readonly permits: Permit[];
  private readonly clock: Clock;
  private readonly waitUntil: WaitUntil | undefined;

  constructor(permits: Permit[], clock: Clock, waitUntil: WaitUntil | undefined) {
    this.permits = permits;
    this.clock = clock;
    this.waitUntil = waitUntil;
  }

  async settle(outcome: Attempt): Promise<void> {
    if (this.permits.length === 0) return;
    const settled = this.permits
      .splice(0)
      .reverse()
      .map((permit) => settleOne(permit, outcome));
    const all = Promise.all(settled);
    this.waitUntil?.(all);
    await new Promise<void>((resolve) => {
      const cancel = this.clock.timer(LONGEST_SETTLE_MS, resolve);
      void all.then(() => {
        cancel();
        resolve();
      });
    });
  }
}

async function settleOne(permit: Permit, outcome: Attempt): Promise<void> {
  try {
    await permit.settle(outcome);
  } catch {
    // The outcome of the call is what it is; a ledger that cannot be written is the gate's to report.
  }
}

/** Asks the gates in order. A denial settles what was already granted as skipped, and is thrown as `denied`. */
export async function admit(
  gates: readonly Gate[],
  info: AttemptInfo,
  clock: Clock,
  waitUntil: WaitUntil | undefined,
): Promise<Admission> {
  const permits: Permit[] = [];
  const admission = new Permits(permits, clock, waitUntil);
  for (const gate of gates) {
    try {
      const answer = await ask(gate, info, clock);
      if (answer === undefined) continue;
      if ('deny' in answer) throw denied(gate, answer, info);
      permits.push(answer);
    } catch (cause) {
      const error =
        info.signal.aborted || LlmError.is(cause) ? cause : denied(gate, brokenGate(cause), info, cause);
      const skipped = LlmError.is(error) ? error : undefined;
      const settling = admission.settle({ ...abandonedBefore(info), error: skipped });
      if (!info.signal.aborted) await settling;
      throw error;
    }
  }
  return admission;
}

function ask(gate: Gate, info: AttemptInfo, clock: Clock): Promise<Permit | Denial | undefined> {
  return new Promise((resolve, reject) => {
    const { signal } = info;
    const { timeoutMs } = gate;
    signal.throwIfAborted();
    let open = true;
    const cancel =
      timeoutMs === undefined
        ? undefined
        : clock.timer(timeoutMs, () => {
            close(() => {
              resolve({ deny: `no answer within ${timeoutMs} ms` });
            });
          });
    const onAbort = (): void => {
      close(() => {
        reject(signal.reason as Error);
      });
    };
    const close = (settle: () => void): void => {
      open = false;
      cancel?.();
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const late = (answer: Permit | Denial | undefined): void => {
      // Granted after nobody waited any more: given back at once.
      if (answer !== undefined && !('deny' in answer)) void settleOne(answer, abandonedBefore(info));
    };
    Promise.resolve()
      .then(() => gate.admit(info))
      .then(
        // Null is what a look-up in a store gives for nothing.
        (given: Permit | Denial | null | undefined) => {
          const answer = given ?? undefined;
          if (open)
            close(() => {
              resolve(answer);
            });
          else late(answer);
        },
        (error: unknown) => {
          if (open)
            close(() => {
              reject(error);
            });
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
