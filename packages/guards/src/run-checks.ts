import { LlmError, messageOf, systemClock, type Clock, type Warning } from '@majordomo/core';
import { abortable, asRecord, invoke, notify, withTimeout } from '@majordomo/core/toolkit';
import type {
  CallFacts,
  Check,
  CheckContext,
  CheckPolicy,
  GuardEvent,
  Refusal,
  Side,
  Subject,
} from './types.ts';

/** Result of all checks of a text. */
export interface Verdict {
  /** Error of the first refusal. `undefined`: the text passed. */
  readonly refusal?: RefusalError | undefined;
  /** Warnings about checks that were down and whose `whenDown` allows the text. */
  readonly warnings: readonly Warning[];
}

/** Error of a refusal. `details.code` is the name of the check. */
export interface RefusalError {
  readonly check: string;
  readonly isDown: boolean;
  readonly error: LlmError;
}

const PASSED: Verdict = { warnings: [] };
const SUBJECTS: Readonly<Record<Side, string>> = {
  input: 'input',
  'tool-result': 'tool result',
  output: 'answer',
  'tool-call': 'tool call',
};

/** Runs the checks of one call, and emits each result as an event. */
export class CheckRunner {
  readonly clock: Clock;
  private readonly policy: CheckPolicy;
  private readonly facts: CallFacts;
  private readonly signal: AbortSignal;

  constructor(policy: CheckPolicy, facts: CallFacts, signal: AbortSignal) {
    this.policy = policy;
    this.facts = facts;
    this.signal = signal;
    this.clock = policy.clock ?? systemClock;
  }

  /** Runs the checks at the same time. The first refusal ends the run. Rejects with `aborted` if the call ends. */
  async run(checks: readonly Check[], subject: Subject): Promise<Verdict> {
    if (checks.length === 0) return PASSED;
    return this.withContext(async (context) => {
      const warnings: Warning[] = [];
      const runs = checks.map(async (check) => {
        const result = await this.runOne(check, subject, context);
        if (result !== undefined && 'error' in result) throw new Refused(result);
        if (result !== undefined) warnings.push(result);
      });
      try {
        await Promise.all(runs);
        return { warnings };
      } catch (error) {
        if (error instanceof Refused) return { refusal: error.refusal, warnings };
        throw error;
      }
    });
  }

  /** Runs a finder of values, to which `whenDown` applies. Returns a warning if the finder was down. */
  async find<T>(work: (context: CheckContext) => Promise<T>): Promise<{ readonly value: T } | Warning> {
    return this.withContext(async (context) => {
      const result = await this.settle(
        'mask',
        'input',
        context,
        () => work(context),
        (value) => value,
      );
      if ('value' in result) return result;
      if (this.policy.whenDown === 'allow') return downWarning('mask', result.failure);
      throw downError('mask', 'input', result.failure);
    });
  }

  emit(event: Omit<GuardEvent, 'spec' | 'tenant'>): void {
    const { spec, tenant } = this.facts;
    notify(this.policy.onEvent, { ...event, spec, tenant });
  }

  /** Runs one check. Returns its refusal, or a warning if the check was down and allows the text. */
  private async runOne(
    check: Check,
    subject: Subject,
    context: RunContext,
  ): Promise<RefusalError | Warning | undefined> {
    const { name: rule, whenDown = this.policy.whenDown } = check;
    const { side } = subject;
    const startedAt = this.clock.now();
    const result = await this.settle(
      rule,
      side,
      context,
      () => check.check(subject, context),
      checkedRefusal,
    );
    if ('failure' in result) {
      if (whenDown === 'allow') return downWarning(rule, result.failure);
      return { check: rule, isDown: true, error: downError(rule, side, result.failure) };
    }
    const ms = this.clock.now() - startedAt;
    if (result.value === undefined) {
      this.emit({ type: 'passed', rule, side, ms });
      return undefined;
    }
    const { deny: reason, kind = 'denied' } = result.value;
    this.emit({ type: side === 'tool-result' ? 'withheld' : 'refused', rule, side, kind, reason, ms });
    const message = `check "${rule}" refused the ${SUBJECTS[side]}: ${reason}`;
    return { check: rule, isDown: false, error: new LlmError(kind, message, { code: rule }) };
  }

  /** Returns the valid result of the work, or the reason for its failure. Rejects with `aborted` if the call or the run ends. */
  private async settle<T, R>(
    rule: string,
    side: Side,
    context: RunContext,
    work: () => T | Promise<T>,
    check: (result: T) => R,
  ): Promise<{ readonly value: R } | { readonly failure: string }> {
    const startedAt = this.clock.now();
    try {
      const result = invoke(work);
      return {
        value: check(result instanceof Promise ? await this.bounded(result, context.signal) : result),
      };
    } catch (error) {
      if (context.isAborted) throw abortError(context.signal);
      const failure = messageOf(error);
      this.emit({ type: 'down', rule, side, reason: failure, ms: this.clock.now() - startedAt });
      return { failure };
    }
  }

  /** Returns the result of I/O. Rejects after `timeoutMs` or if the signal aborts. */
  private async bounded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    const { timeoutMs = 10_000 } = this.policy;
    const result = abortable(withSafeError(work), signal);
    const value = await (timeoutMs > 0 ? withTimeout(result, timeoutMs, this.clock) : result);
    signal.throwIfAborted();
    return value;
  }

  /** Calls a function with a context whose signal aborts when the function settles or the call ends. */
  private async withContext<T>(run: (context: RunContext) => Promise<T>): Promise<T> {
    if (this.signal.aborted) throw abortError(this.signal);
    const context = new RunContext(this.facts, this.signal);
    try {
      return await run(context);
    } finally {
      context.close();
    }
  }
}

const ENDED = new LlmError('aborted', 'the run of the checks has ended');

/** Context of one run. Its signal is created when it is first read, because most checks do no I/O. */
class RunContext implements CheckContext {
  readonly tenant: CallFacts['tenant'];
  readonly metadata: CallFacts['metadata'];
  readonly spec: CallFacts['spec'];
  readonly request: CallFacts['request'];
  private readonly call: AbortSignal;
  private controller: AbortController | undefined;
  private isOver = false;

  constructor({ tenant, metadata, spec, request }: CallFacts, call: AbortSignal) {
    this.tenant = tenant;
    this.metadata = metadata;
    this.spec = spec;
    this.request = request;
    this.call = call;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.call.aborted) this.onAbort();
      else if (this.isOver) this.controller.abort(ENDED);
      else this.call.addEventListener('abort', this.onAbort, { once: true });
    }
    return this.controller.signal;
  }

  get isAborted(): boolean {
    return this.call.aborted || this.isOver;
  }

  close(): void {
    this.isOver = true;
    this.call.removeEventListener('abort', this.onAbort);
    this.controller?.abort(ENDED);
  }

  private readonly onAbort = (): void => {
    this.controller?.abort(this.call.reason);
  };
}

/** Signals the first refusal, which ends the wait for the other checks. */
class Refused extends Error {
  readonly refusal: RefusalError;

  constructor(refusal: RefusalError) {
    super();
    this.refusal = refusal;
  }
}

const abortError = ({ reason }: AbortSignal): LlmError =>
  new LlmError('aborted', 'the call was aborted', {}, { cause: reason });

/** The cause shows callers such as the gateway that the refusal is a failure, so a retry may succeed. */
const downError = (rule: string, side: Side, failure: string): LlmError => {
  const message = `check "${rule}" is down, so the ${SUBJECTS[side]} was refused: ${failure}; retry later, or set whenDown`;
  return new LlmError('denied', message, { code: rule }, { cause: new Error(failure) });
};

const downWarning = (rule: string, failure: string): Warning => ({
  action: 'dropped',
  what: `check "${rule}"`,
  why: `the check is down, and whenDown is allow: ${failure}`,
});

/** Replaces errors of the application, because their messages may quote the judged text. */
const withSafeError = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw LlmError.is(error) ? error : new LlmError('server', `it threw ${nameOf(error)}`);
  });

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

function checkedRefusal(result: unknown): Refusal | undefined {
  if (result === undefined) return undefined;
  const { deny, kind } = asRecord(result);
  const isKind = kind === undefined || kind === 'denied' || kind === 'content-filter';
  if (typeof deny === 'string' && isKind) return { deny, kind };
  throw new LlmError('config', 'it must return undefined or { deny, kind }');
}
