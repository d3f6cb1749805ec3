import { CallRun } from '../call/call-run.ts';
import type { CallScope } from '../call/call-scope.ts';
import type { ChainDeps, Call } from '../call/contract.ts';
import { chainSettings, type ChainSettings } from '../call/settings.ts';
import { mergePolicies } from '../errors/policy.ts';
import type { ChatOptions } from '../operations/chat.ts';
import type { Target } from '../resolve/resolve.ts';
import type {
  TargetOrder,
  CallEvent,
  CallInfo,
  CallOptions,
  ChainOptions,
  WaitUntil,
} from '../types/call-options.ts';
import type { TargetHealth } from '../types/health.ts';
import type { MajordomoOptions, TargetSettings } from '../types/majordomo.ts';
import type { Model, MediaFitter } from '../types/provider.ts';
import type { ChatRequest } from '../types/request.ts';
import type { ResolvedTarget } from '../types/target.ts';
import { abortable, invoke } from '../util/async.ts';
import { emitTo } from '../util/listeners.ts';
import { mergeTimeouts } from '../util/options.ts';
import { newUuid } from '../util/uuid.ts';
import { validOptions } from './check-options.ts';

/** Parts of a majordomo that its models need. */
export interface ModelSetup {
  readonly deps: ChainDeps;
  readonly chain: ChainOptions | undefined;
  readonly onEvent: ((event: CallEvent) => void) | undefined;
  readonly media: MediaFitter | undefined;
  /** Returns the file storage of a target, if large content is sent by reference. */
  readonly filesAt: ChatOptions['filesAt'];
  /** Emulates classification for chat models. */
  readonly classification: MajordomoOptions['classification'];
  readonly waitUntil: WaitUntil | undefined;
  /** Returns the targets of a spec. `path` contains the names that are being resolved if a resolver calls this function. */
  resolve(
    spec: string,
    call: CallInfo,
    request: ChatRequest | undefined,
    scope: Pick<CallScope, 'signal'>,
    path?: readonly string[],
  ): Promise<readonly Target[]>;
  /** Returns the chat model of a target. Models are cached. */
  readonly modelAt: (target: Target) => Model;
}

/** Description of a call that a model is about to make. */
export interface CallPlan<Event extends object, Result> extends Pick<
  Call<Event, Result>,
  'operation' | 'isStreamed'
> {
  readonly spec: string;
  /** Chat request to pass to resolvers. */
  readonly request?: ChatRequest | undefined;
  readonly options: CallOptions | undefined;
  /** Place of the call in the application. Absent for a round of a typed call, because the typed call has a separate site. */
  readonly site?: Call<Event, Result>['site'];
  /** Selects the targets to try. @default all */
  readonly pick?: ((targets: readonly Target[]) => readonly Target[]) | undefined;
  /** Whether the call is a further round of a typed call. @default false */
  readonly isFurtherRound?: boolean | undefined;
  /** Fields that one part of a call shares with the other parts. They replace the fields that a call has by default. */
  readonly part?: Pick<Call<Event, Result>, 'info' | 'signal' | 'emit' | 'resolve'> | undefined;
  readonly onEnd?: Call<Event, Result>['onEnd'];
}

/** Creates a call. The call starts when it is first pulled. */
export function newCall<Event extends object, Result>(
  {
    spec,
    operation,
    request,
    options: callOptions,
    site,
    isStreamed,
    pick,
    isFurtherRound,
    part,
    onEnd,
  }: CallPlan<Event, Result>,
  setup: ModelSetup,
): CallRun<Event, Result> {
  const { options, error } = validOptions(callOptions);
  const settings = chainSettings(setup.chain, options);
  const info = newInfo(spec, operation.type, options, isFurtherRound);
  return new CallRun(
    {
      info,
      operation,
      settings,
      settingsFor: (target) =>
        target.with === undefined ? settings : targetSettings(setup.chain, target.with, options),
      isStreamed,
      site,
      signal: options?.signal,
      waitUntil: safeWaitUntil(options?.waitUntil ?? setup.waitUntil),
      emit: emitTo(setup.onEvent, options?.onEvent),
      onRawResponse: options?.onRawResponse,
      onEnd,
      async resolve(scope) {
        if (error !== undefined) throw error;
        const found = await setup.resolve(spec, info, request, scope);
        const { order } = settings;
        const { signal } = scope;
        // Only a chat has a request here, and only the targets of a chat are ordered.
        const targets =
          order === undefined || request === undefined
            ? found
            : await orderTargets(found, order, { call: info, request, signal }, setup);
        return pick === undefined ? targets : pick(targets);
      },
      ...part,
    },
    setup.deps,
  );
}

/** Returns the `CallInfo` of a new call. */
export const newInfo = (
  spec: string,
  operation: CallInfo['operation'],
  options: CallOptions | undefined,
  isFurtherRound = false,
): CallInfo => ({
  id: newUuid(),
  spec,
  operation,
  tenant: options?.tenant,
  metadata: options?.metadata ?? {},
  ...(isFurtherRound && { isFurtherRound }),
});

/** Returns chain options. Options of the call override those of the alias, which override those of the majordomo. */
export const targetSettings = (
  chain: ChainOptions | undefined,
  { timeouts, policy }: TargetSettings,
  options: CallOptions | undefined,
): ChainSettings =>
  chainSettings(
    {
      ...chain,
      timeouts: mergeTimeouts(chain?.timeouts, timeouts),
      policy: mergePolicies(chain?.policy, policy),
    },
    options,
  );

/** Wraps the platform's `waitUntil`, which may throw if its context has ended. Such an error must not fail the call. */
const safeWaitUntil = (waitUntil: WaitUntil | undefined): WaitUntil | undefined =>
  waitUntil &&
  ((promise) => {
    try {
      waitUntil(promise);
    } catch {
      // The work continues although the platform does not wait for it.
    }
  });

/** Maximum time that an order function may take, in milliseconds. */
const MAX_ORDER_MS = 250;

/** Returns the targets in the order of the application's function, or unchanged if the function fails or exceeds its time. */
export async function orderTargets(
  targets: readonly Target[],
  order: TargetOrder,
  { signal: callSignal, ...context }: Parameters<TargetOrder>[1],
  setup: ModelSetup,
): Promise<readonly Target[]> {
  if (targets.length < 2) return targets;
  const { clock, health } = setup.deps;
  const limit = new AbortController();
  const cancelTimer = clock.timer(MAX_ORDER_MS, () => {
    limit.abort(new Error(`the function \`order\` did not return within ${MAX_ORDER_MS} ms`));
  });
  const signal = AbortSignal.any([callSignal, limit.signal]);
  try {
    const snapshot = health.snapshot();
    const resolved = targets.map((target) => resolvedTarget(target, setup, snapshot));
    const names = await abortable(
      Promise.resolve(invoke(() => order(resolved, { ...context, signal }))),
      signal,
    );
    const preferred = names?.flatMap((name) => targets.find(({ key }) => key === name) ?? []) ?? [];
    return [...new Set([...preferred, ...targets])];
  } catch {
    return targets;
  } finally {
    cancelTimer();
  }
}

/** Returns a target in the form that applications receive. */
export function resolvedTarget(
  target: Target,
  { deps, modelAt }: ModelSetup,
  health: Readonly<Record<string, TargetHealth>>,
): ResolvedTarget {
  const { key, modelId, provider } = target;
  return {
    target: key,
    vendor: provider.vendor,
    billing: provider.billing,
    model: modelId,
    data: deps.dataOf(target),
    capabilities: modelAt(target).capabilities,
    health: Object.hasOwn(health, key) ? health[key] : undefined,
  };
}
