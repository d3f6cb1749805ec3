import { LlmError, type Recovery } from '../contract/llm-error.ts';
import { decisionFor } from '../error/policy.ts';
import type { AttemptInfo } from '../contract/gate.ts';
import type { ModelEvent } from '../contract/event.ts';
import type { Warning } from '../contract/response.ts';
import { prepare, type Prepared } from '../prepare/prepare.ts';
import { admit, FREE, type Admission } from './admission.ts';
import { Attempt } from './attempt.ts';
import type { Call, ChainDeps, Target } from './call.ts';
import { benchedError } from './exhausted.ts';
import { attemptRecord, type Journal } from './journal.ts';
import type { CallScope } from './scope.ts';
import { mergeTimeouts } from './settings.ts';

/** An attempt that may begin: admitted, and its probe claimed. */
export interface Launched {
  readonly target: Target;
  readonly attempt: Attempt;
  /** Counts every try of this target in the call, from 1. */
  readonly number: number;
  readonly admission: Admission;
  /** The health stamp; a commit renews it. */
  epoch: number;
  readonly probe: boolean;
  told: boolean;
}

/** A target that is passed over. */
export interface PassedOver {
  readonly why: 'benched' | 'unsupported' | 'denied';
  readonly error: LlmError;
  readonly until: number | undefined;
  readonly advance: boolean;
}

/** What is known of one target within the call. */
interface Visit {
  tries: number;
  prepared: Prepared | undefined;
  remedies: readonly Recovery[];
}

/** Benched? → prepare → gates → benched meanwhile? → claim the probe: what comes before each attempt. */
export class Launcher {
  private readonly call: Call;
  private readonly deps: ChainDeps;
  private readonly journal: Journal;
  private readonly visits = new Map<string, Visit>();

  constructor(call: Call, deps: ChainDeps, journal: Journal) {
    this.call = call;
    this.deps = deps;
    this.journal = journal;
  }

  /** Each remedy once a call and target. */
  canRecover(target: string, recovery: Recovery | undefined): recovery is Recovery {
    if (recovery === undefined) return false;
    const used = this.visit(target).remedies;
    return used.length < MOST_REMEDIES && used.every(({ id }) => id !== recovery.id);
  }

  recover(target: string, recovery: Recovery, why: string): void {
    const visit = this.visit(target);
    visit.remedies = [...visit.remedies, recovery];
    this.deps.memory.remember(target, recovery);
    if (visit.prepared !== undefined) visit.prepared = remedied(visit.prepared, recovery, why);
  }

  async launch(target: Target, scope: CallScope, forced: boolean): Promise<Launched | PassedOver> {
    const { health, gates, clock, around } = this.deps;
    scope.throwIfStopped();
    const benched = forced ? undefined : this.benched(target.key);
    if (benched !== undefined) return benched;
    const prepared = await this.prepare(target, scope);
    if (prepared instanceof Error) return this.passedOver('unsupported', prepared);
    const number = ++this.visit(target.key).tries;
    const isWatched = gates.length > 0 || around !== undefined;
    const info = isWatched ? this.info(target, number, prepared, scope) : undefined;
    let admission = FREE;
    try {
      if (info !== undefined) admission = await admit(gates, info, clock);
    } catch (error) {
      if (!LlmError.is(error, 'denied')) throw error;
      return this.passedOver('denied', error);
    }
    const late = forced ? undefined : this.benched(target.key);
    if (late !== undefined) {
      await admission.settle(attemptRecord(target.key, 'skipped', 0, late.error));
      return late;
    }
    const { epoch, probe } = health.claim(target.key);
    if (probe) this.journal.health('probed', target.key);
    this.journal.attemptStart(target.key, number);
    const attempt = this.attempt(target, prepared, info);
    return { target, attempt, number, admission, epoch, probe, told: false };
  }

  private visit(target: string): Visit {
    let visit = this.visits.get(target);
    if (visit === undefined)
      this.visits.set(target, (visit = { tries: 0, prepared: undefined, remedies: [] }));
    return visit;
  }

  private benched(target: string): PassedOver | undefined {
    const blocked = this.deps.health.blocked(target);
    if (blocked === undefined) return undefined;
    const { until, error } = blocked;
    return {
      why: 'benched',
      error: benchedError(target, until, error, this.deps.clock.now()),
      until,
      advance: true,
    };
  }

  private passedOver(why: PassedOver['why'], error: LlmError): PassedOver {
    const { advance } = decisionFor(error.kind, this.call.settings.policy);
    return { why, error, until: undefined, advance: advance || error.details.code === 'advance' };
  }

  /** Once for each target of a call; later tries differ by remedies only. */
  private async prepare({ key, provider, model }: Target, scope: CallScope): Promise<Prepared | LlmError> {
    const visit = this.visit(key);
    if (visit.prepared !== undefined) return visit.prepared;
    const { media, memory } = this.deps;
    try {
      const preparing = prepare(this.call.request, {
        target: key,
        providerId: provider.id,
        model,
        media,
        scope,
      });
      let prepared = preparing instanceof Promise ? await preparing : preparing;
      for (const recovery of memory.for(key))
        prepared = remedied(prepared, recovery, 'an earlier call was refused');
      visit.prepared = prepared;
      return prepared;
    } catch (error) {
      if (LlmError.is(error) && decisionFor(error.kind, this.call.settings.policy).advance) return error;
      throw error;
    }
  }

  private info(
    { key, model }: Target,
    attempt: number,
    { request }: Prepared,
    scope: CallScope,
  ): AttemptInfo {
    const { call } = this;
    return {
      call: call.info,
      target: key,
      attempt,
      request,
      capabilities: model.capabilities,
      get signal() {
        return scope.signal;
      },
    };
  }

  private attempt(
    { key, model }: Target,
    { request, warnings, read }: Prepared,
    info: AttemptInfo | undefined,
  ): Attempt {
    const { clock, around, transport } = this.deps;
    const forcedWhole = this.visit(key).remedies.some(({ delivery }) => delivery === 'whole');
    const remembered = this.deps.memory.for(key).some(({ delivery }) => delivery === 'whole');
    const whole = forcedWhole || remembered || (!this.call.live && model.whole?.(request) === true);
    return new Attempt({
      target: key,
      whole,
      clock,
      timeouts: mergeTimeouts(model.timeouts, this.call.settings.timeouts),
      warnings,
      judge: (answer) => this.call.judge(key, answer),
      open: (signal) =>
        openInside(around, info, () => {
          const delivery = whole ? 'whole' : 'deltas';
          const stream = model.stream(request, { target: key, delivery, signal, ...transport() });
          return (read === undefined ? stream : read(stream))[Symbol.asyncIterator]();
        }),
    });
  }
}

/** Remedies per call and target: a vendor that refuses one thing after another is not argued with. */
const MOST_REMEDIES = 4;

function remedied(prepared: Prepared, recovery: Recovery, why: string): Prepared {
  const warning: Warning = { action: 'repaired', what: recovery.what, why };
  return {
    ...prepared,
    request: recovery.apply(prepared.request),
    warnings: [...prepared.warnings, warning],
  };
}

type Step = ModelEvent | readonly ModelEvent[];
type Opened = { readonly steps: AsyncIterator<Step>; readonly first: Promise<IteratorResult<Step>> };

/** Opens the stream and takes its first step inside the caller's hook; a hook that misbehaves changes nothing. */
function openInside(
  around: ChainDeps['around'],
  info: AttemptInfo | undefined,
  start: () => AsyncIterator<Step>,
): Opened {
  if (around === undefined || info === undefined) return opened(start);
  let made: Opened | undefined;
  const open = (): Opened => (made ??= opened(start));
  try {
    around(info, () => open().first).catch(() => undefined);
  } catch {
    // Whatever the hook did, the attempt goes on below.
  }
  return open();
}

function opened(start: () => AsyncIterator<Step>): Opened {
  try {
    const steps = start();
    return { steps, first: steps.next() };
  } catch (error) {
    return { steps: { next: () => Promise.reject(error) }, first: Promise.reject(error) };
  }
}
