import { LlmError } from '../contract/llm-error.ts';
import { warmUp } from '../keep-warm.ts';
import { decisionFor } from '../error/policy.ts';
import type { CallScope } from '../chain/scope.ts';
import { callSettings, type ChainSettings } from '../chain/settings.ts';
import type { Call, ChainDeps, Target } from '../chain/call.ts';
import { Walk } from '../chain/walk.ts';
import type { CallInfo, CallOptions, ChainOptions, CallEvent } from '../contract/call.ts';
import type { ChatModel, JsonSchemaRequest, TypedRequest } from '../contract/majordomo.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { ChatResponse } from '../contract/response.ts';
import { emitTo } from '../observe/emit.ts';
import type { Place } from '../resolve/resolve.ts';
import type { Accumulator } from '../stream/accumulate.ts';
import { WalkStream } from './walk-stream.ts';
import { judgeFinish } from '../stream/judge.ts';
import { generateObject } from '../schema/object.ts';
import { streamObject } from '../schema/object-stream.ts';
import type { TypedCalls } from '../schema/typed-calls.ts';

/** What a majordomo gives to its models. */
export interface Home {
  readonly deps: ChainDeps;
  readonly chain: ChainOptions | undefined;
  /** `chain` with its defaults. */
  readonly settings: ChainSettings;
  readonly onEvent: ((event: CallEvent) => void) | undefined;
  resolve(spec: string, call: CallInfo, scope: CallScope): readonly Place[] | Promise<readonly Place[]>;
  /** The place with its chat model, which is kept. */
  readonly chatTarget: (place: Place) => Target;
}

/** What is asked of each place: a chat model's answer, or something that looks like one to the chain. */
export interface Operation {
  readonly target: (place: Place) => Target;
  readonly judge: Call['judge'];
  /** Which of the places are asked. Default: all. */
  readonly pick?: ((places: readonly Place[]) => readonly Place[]) | undefined;
}

/** A spec as a model: each call resolves and walks it anew. */
export function chatModel(spec: string, home: Home): ChatModel {
  const chat: Operation = { target: home.chatTarget, judge: judgeChat };
  const begin = (request: ChatRequest, options?: CallOptions, live = false, pick?: Operation['pick']): Walk =>
    walk(spec, home, request, options, live, pick === undefined ? chat : { ...chat, pick });
  const typed: TypedCalls = {
    generate: (request, options, pick) => drain(begin(request, options, false, pick)),
    stream: (request, options, pick) => new WalkStream(() => begin(request, options, true, pick)),
    advances: (options) =>
      decisionFor('invalid-output', callSettings(home.settings, home.chain, options).policy).advance,
  };
  return {
    spec,
    generate: (request, options) => drain(begin(request, options)),
    stream: (request, options) => new WalkStream(() => begin(request, options, true)),
    generateObject: <T>(request: TypedRequest<T> | JsonSchemaRequest, options?: CallOptions) =>
      generateObject<T>(typed, request, options),
    streamObject: (request, options) => streamObject(typed, request, options),
  };
}

/** One call's walk. `live`: somebody reads its events. */
export function walk(
  spec: string,
  home: Home,
  request: ChatRequest,
  options: CallOptions | undefined,
  live: boolean,
  operation: Operation,
): Walk {
  warmUp();
  const info: CallInfo = {
    id: crypto.randomUUID(),
    spec,
    tenant: options?.tenant,
    metadata: options?.metadata ?? {},
  };
  return new Walk(
    {
      info,
      request,
      settings: callSettings(home.settings, home.chain, options),
      live,
      signal: options?.signal,
      emit: emitTo(home.onEvent, options?.onEvent),
      resolve: (scope) => {
        const places = home.resolve(spec, info, scope);
        const { target, pick } = operation;
        const toTargets = (found: readonly Place[]): readonly Target[] =>
          (pick === undefined ? found : pick(found)).map(target);
        return places instanceof Promise ? places.then(toTargets) : toTargets(places);
      },
      judge: operation.judge,
    },
    home.deps,
  );
}

const judgeChat = (target: string, { content, finish }: Accumulator): LlmError | undefined =>
  judgeFinish(target, content, finish?.reason ?? 'other');

/** Runs a walk that nobody watches. */
export async function drain(walk: Walk): Promise<ChatResponse> {
  while ((await walk.pull()) !== undefined);
  if (walk.response === undefined) throw new LlmError('protocol', 'the call ended without a response');
  return walk.response;
}
