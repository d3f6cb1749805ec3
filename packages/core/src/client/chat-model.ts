import type { Outcome } from '../chain/call.ts';
import type { CallRun } from '../chain/call-run.ts';
import { callSettings, mergeTimeouts, unreadMsOf } from '../chain/settings.ts';
import type { CallOptions } from '../contract/call.ts';
import type { ModelEvent } from '../contract/event.ts';
import type { ChatModel, ChatStream, JsonSchemaRequest, TypedRequest } from '../contract/majordomo.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { ChatResponse } from '../contract/response.ts';
import { decisionFor } from '../error/policy.ts';
import { chatOperation } from '../operations/chat.ts';
import { generateObject } from '../schema/object.ts';
import { streamObject } from '../schema/object-stream.ts';
import type { PickPlaces, TypedCalls } from '../schema/typed-calls.ts';
import { newCall, resultOf, type ModelSetup } from './call.ts';
import { CallStream } from './call-stream.ts';

/** A spec as a model: each call resolves it anew and walks its chain. */
export function chatModel(spec: string, setup: ModelSetup): ChatModel {
  const { media, modelAt } = setup;
  const begin = (
    request: ChatRequest,
    options: CallOptions | undefined,
    live: boolean,
    pick?: PickPlaces,
    onEnd?: (outcome: Outcome<ChatResponse>) => void,
  ): CallRun<ModelEvent, ChatResponse> => {
    const operation = chatOperation(request, { live, media, modelAt });
    return newCall({ spec, operation, request, options, live, pick, onEnd }, setup);
  };
  const stream = (request: ChatRequest, options?: CallOptions, pick?: PickPlaces): ChatStream => {
    const unreadMs = unreadMsOf(mergeTimeouts(setup.settings.timeouts, options?.timeouts));
    return new CallStream((onEnd) => begin(request, options, true, pick, onEnd), setup.deps.clock, unreadMs);
  };
  const typed: TypedCalls = {
    generate: (request, options, pick) => resultOf(begin(request, options, false, pick)),
    stream,
    limits: (options) => {
      const { policy, timeouts } = callSettings(setup.settings, setup.chain, options);
      const { advance } = decisionFor('invalid-output', policy);
      return { advances: advance, totalMs: timeouts.totalMs ?? 0, clock: setup.deps.clock };
    },
  };
  return {
    spec,
    generate: (request, options) => resultOf(begin(request, options, false)),
    stream: (request, options) => stream(request, options),
    generateObject: <T>(request: TypedRequest<T> | JsonSchemaRequest, options?: CallOptions) =>
      generateObject<T>(typed, request, options),
    streamObject: (request, options) => streamObject(typed, request, options),
  };
}
