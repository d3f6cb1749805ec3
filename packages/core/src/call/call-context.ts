import type { LlmError } from '../types/llm-error.ts';
import { CallLog } from './call-log.ts';
import { CallScope } from './call-scope.ts';
import type { Call, ChainDeps } from './call.ts';

/** A running call: what its attempts share. */
export class CallContext<Event extends object, Result> {
  readonly call: Call<Event, Result>;
  readonly deps: ChainDeps;
  readonly log: CallLog;
  readonly scope: CallScope;

  constructor(call: Call<Event, Result>, deps: ChainDeps, onStop: (error: LlmError) => void) {
    this.call = call;
    this.deps = deps;
    this.log = new CallLog(call.info, call.emit);
    this.scope = new CallScope(call.signal, call.settings.timeouts.totalMs, deps.clock, onStop);
  }
}
