import { CallRun } from '../call/call-run.ts';
import type { Call, ChainDeps, Operation, Outcome } from '../call/call.ts';
import type { CallScope } from '../call/call-scope.ts';
import { callSettings, chainSettings, type ChainSettings } from '../call/settings.ts';
import type { CallSite } from '../errors/call-site.ts';
import type { Target } from '../resolve/resolve.ts';
import type { CallEvent, CallInfo, CallOptions, ChainOptions, WaitUntil } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';
import type { TargetSettings } from '../types/majordomo.ts';
import type { MediaFitter, Model } from '../types/provider.ts';
import type { ChatRequest } from '../types/request.ts';
import { emitTo } from '../util/listeners.ts';
import { mergeTimeouts } from '../util/options.ts';
import { soundOptions } from './check-options.ts';

/** What a majordomo gives to its models. */
export interface ModelSetup {
  readonly deps: ChainDeps;
  readonly chain: ChainOptions | undefined;
  /** `chain` with its defaults. */
  readonly settings: ChainSettings;
  readonly onEvent: ((event: CallEvent) => void) | undefined;
  readonly media: MediaFitter | undefined;
  readonly waitUntil: WaitUntil | undefined;
  resolve(
    spec: string,
    call: CallInfo,
    request: ChatRequest | undefined,
    scope: Pick<CallScope, 'signal'>,
    /** Names that are being resolved by whoever asks. */
    path?: readonly string[],
  ): Promise<readonly Target[]>;
  /** The chat model of a place, which is kept. */
  readonly modelAt: (place: Target) => Model;
}

/** What is asked, of what, and how. */
export interface CallPlan<Event extends object, Result> {
  readonly spec: string;
  readonly operation: Operation<Event, Result>;
  /** Of a chat, for resolvers. */
  readonly request?: ChatRequest | undefined;
  readonly options: CallOptions | undefined;
  /** Where the app made the call; of the rounds of a typed one their call knows it. */
  readonly site?: CallSite | undefined;
  /** Does somebody read the events as they come? */
  readonly live: boolean;
  /** Which of the places are asked. Default: all. */
  readonly pick?: ((places: readonly Target[]) => readonly Target[]) | undefined;
  /** Of a call in several parts: what it has in common with the others. */
  readonly part?: Pick<Call<Event, Result>, 'info' | 'signal' | 'emit' | 'resolve'> | undefined;
  readonly onEnd?: ((outcome: Outcome<Result>) => void) | undefined;
}

/** A call that is about to begin: its first pull asks. */
export function newCall<Event extends object, Result>(
  { spec, operation, request, options: given, site, live, pick, part, onEnd }: CallPlan<Event, Result>,
  setup: ModelSetup,
): CallRun<Event, Result> {
  const { options, wrong } = soundOptions(given);
  const settings = callSettings(setup.settings, setup.chain, options);
  const info = newInfo(spec, operation.type, options);
  return new CallRun(
    {
      info,
      operation,
      settings,
      settingsAt: (place) =>
        place.with === undefined ? settings : chainSettings(chainAt(setup.chain, place.with), options),
      live,
      site,
      signal: options?.signal,
      waitUntil: contained(options?.waitUntil ?? setup.waitUntil),
      emit: emitTo(setup.onEvent, options?.onEvent),
      onEnd,
      async resolve(scope) {
        if (wrong !== undefined) throw wrong;
        const places = await setup.resolve(spec, info, request, scope);
        return pick === undefined ? places : pick(places);
      },
      ...part,
    },
    setup.deps,
  );
}

/** The name of a call that is about to begin. */
export const newInfo = (
  spec: string,
  operation: CallInfo['operation'],
  options: CallOptions | undefined,
): CallInfo => ({
  id: crypto.randomUUID(),
  spec,
  operation,
  tenant: options?.tenant,
  metadata: options?.metadata ?? {},
});

/** What a name says of its targets goes before what is said of all. */
const chainAt = (chain: ChainOptions | undefined, { timeouts, policy }: TargetSettings): ChainOptions => ({
  ...chain,
  timeouts: mergeTimeouts(chain?.timeouts, timeouts),
  policy: { ...chain?.policy, ...policy },
});

/** The result of a call that nobody watches. */
export async function resultOf<Event extends object, Result>(call: CallRun<Event, Result>): Promise<Result> {
  while ((await call.pull()) !== undefined);
  if (call.result === undefined) throw new LlmError('protocol', 'the call ended without a result');
  return call.result;
}

/** The platform's function may throw when its context is gone: that must not change the call. */
const contained = (waitUntil: WaitUntil | undefined): WaitUntil | undefined =>
  waitUntil &&
  ((promise) => {
    try {
      waitUntil(promise);
    } catch {
      // What continues after the answer continues without it.
    }
  });
