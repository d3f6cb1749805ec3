import { LlmError, messageOf, systemClock, type Clock, type Warning } from '@majordomo/core';
import { abortable, abortedError, asRecord, invoke, notify, withTimeout } from '@majordomo/core/toolkit';
import type { Check, CheckContext, CheckPolicy, GuardEvent, Refusal, Side, Subject } from './types.ts';

/** Properties of the call that a check judges. */
type CallFacts = Omit<CheckContext, 'signal'>;

/** Properties of a function of the application, which is a check or `MaskOptions.find`. */
interface Rule {
  readonly name: string;
  readonly side: Side;
  readonly whenDown: CheckPolicy['whenDown'];
}

const SUBJECTS: Readonly<Record<Side, string>> = {
  input: 'input',
  'tool-result': 'tool result',
  output: 'answer',
  'tool-call': 'tool call',
};

/** Runner of the checks of one call, which emits each result as an event. */
export class CheckRunner {
  readonly clock: Clock;
  /** Warnings of the call, for example that a check with `whenDown: 'allow'` was down. */
  readonly warnings: Warning[] = [];
  private readonly policy: CheckPolicy;
  private readonly facts: CallFacts;
  private readonly signal: AbortSignal | undefined;

  constructor(policy: CheckPolicy, facts: CallFacts, signal: AbortSignal | undefined) {
    this.policy = policy;
    this.facts = facts;
    this.signal = signal;
    this.clock = policy.clock ?? systemClock;
  }

  /**
   * Runs the checks at the same time. Returns `false` if a check with `whenDown: 'allow'` is down, otherwise `true`. Rejects with
   * the first refusal and aborts the other checks. Rejects with `aborted` if the call is aborted.
   */
  async run(checks: readonly Check[] = [], subject: Subject): Promise<boolean> {
    if (checks.length === 0 || subject.text === '') return true;
    const results = await this.withContext((context) =>
      Promise.all(checks.map((check) => this.runOne(check, subject, context))),
    );
    return !results.includes(false);
  }

  /** Returns the checked result of `MaskOptions.find`, or `undefined` if the function is down and `whenDown` is `allow`. */
  find<T>(
    work: (context: CheckContext) => unknown,
    validate: (found: unknown) => T,
  ): Promise<{ readonly value: T } | undefined> {
    const rule: Rule = { name: 'mask', side: 'input', whenDown: this.policy.whenDown };
    return this.withContext((context) => this.settle(rule, context, () => work(context), validate));
  }

  emit(event: Omit<GuardEvent, 'spec' | 'tenant'>): void {
    const { spec, tenant } = this.facts;
    notify(this.policy.onEvent, { ...event, spec, tenant });
  }

  /** Adds a warning, unless the same warning exists, because a check that is down would add the warning at every run. */
  warn(warning: Warning): void {
    const isSame = ({ what, why }: Warning): boolean => what === warning.what && why === warning.why;
    if (!this.warnings.some(isSame)) this.warnings.push(warning);
  }

  private async runOne(check: Check, subject: Subject, context: CheckContext): Promise<boolean> {
    const { name, whenDown = this.policy.whenDown } = check;
    const { side } = subject;
    const startedAt = this.clock.now();
    const work = (): unknown => check.check(subject, context);
    const result = await this.settle({ name, side, whenDown }, context, work, checkedRefusal);
    if (result === undefined) return false;
    const event = { rule: name, side, ms: this.clock.now() - startedAt };
    if (result.value === undefined) {
      this.emit({ type: 'passed', ...event });
      return true;
    }
    const { deny: reason, kind = 'denied' } = result.value;
    this.emit({ type: side === 'tool-result' ? 'withheld' : 'refused', ...event, kind, reason });
    throw new LlmError(kind, `check "${name}" refused the ${SUBJECTS[side]}: ${reason}`, { code: name });
  }

  /** Returns the validated result of a rule, or `undefined` if the rule is down and `whenDown` is `allow`. */
  private async settle<T>(
    { name, side, whenDown }: Rule,
    context: CheckContext,
    work: () => unknown,
    validate: (result: unknown) => T,
  ): Promise<{ readonly value: T } | undefined> {
    const startedAt = this.clock.now();
    try {
      // A promise also if the check throws synchronously, so that `bounded` replaces this error, too.
      const result = invoke(work);
      return {
        value: validate(result instanceof Promise ? await this.bounded(result, context.signal) : result),
      };
    } catch (error) {
      if (context.signal.aborted) throw abortedError(context.signal.reason);
      const reason = messageOf(error);
      this.emit({ type: 'down', rule: name, side, reason, ms: this.clock.now() - startedAt });
      if (whenDown !== 'allow') throw downError(name, side, reason);
      const why = `the check is down, and whenDown is allow: ${reason}`;
      this.warn({ action: 'dropped', what: `check "${name}"`, why });
      return undefined;
    }
  }

  /** Returns the result of an asynchronous check. Rejects after `timeoutMs` or if the signal aborts. */
  private bounded(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
    const { timeoutMs = 10_000 } = this.policy;
    const result = abortable(work.catch(rethrowSafe), signal);
    return timeoutMs > 0 ? withTimeout(result, timeoutMs, this.clock) : result;
  }

  /** Calls a function with a context whose signal aborts when the function settles or the call ends. */
  private async withContext<T>(run: (context: CheckContext) => Promise<T>): Promise<T> {
    const { signal: call } = this;
    if (call?.aborted === true) throw abortedError(call.reason);
    const controller = new AbortController();
    const abort = (): void => {
      controller.abort(call?.reason);
    };
    call?.addEventListener('abort', abort, { once: true });
    try {
      return await run({ ...this.facts, signal: controller.signal });
    } finally {
      call?.removeEventListener('abort', abort);
      controller.abort(ENDED);
    }
  }
}

const ENDED = new LlmError('aborted', 'the run of the checks has ended');

/** Returns the refusal by a check that is down. The refusal has a cause, so that callers such as the gateway allow a retry. */
const downError = (rule: string, side: Side, failure: string): LlmError => {
  const message = `check "${rule}" is down, so the ${SUBJECTS[side]} was refused: ${failure}; retry later, or set whenDown to allow`;
  return new LlmError('denied', message, { code: rule }, { cause: new Error(failure) });
};

/** Whether an error of `CheckRunner.run` is the refusal by a check. If the check was down, the error has a cause. */
export const isRefusal = (error: unknown): error is LlmError =>
  LlmError.is(error) && error.kind !== 'aborted';

/** Throws an `LlmError` again. Replaces any other error, because its message may quote the judged text. */
const rethrowSafe = (error: unknown): never => {
  if (LlmError.is(error)) throw error;
  throw new LlmError('server', `the function threw ${error instanceof Error ? error.name : typeof error}`);
};

function checkedRefusal(result: unknown): Refusal | undefined {
  if (result === undefined) return undefined;
  const { deny, kind } = asRecord(result);
  const isKind = kind === undefined || kind === 'denied' || kind === 'content-filter';
  if (typeof deny === 'string' && isKind) return { deny, kind };
  throw new LlmError('config', 'the function must return undefined or { deny, kind }');
}
