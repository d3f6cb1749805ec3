import { systemClock, type CallOptions, type ChatModel, type ChatRequest } from '@majordomo/core';
import type {
  DeepPartial,
  JsonSchemaRequest,
  ObjectResponse,
  ObjectStream,
  TypedRequest,
} from '@majordomo/core';
import { callSite, copyWithCallSite, EventStream, PulledStream } from '@majordomo/core/toolkit';
import type { CallSite, Ending } from '@majordomo/core/toolkit';
import { Guard, GuardedCall } from './call.ts';
import { checkGuardOptions } from './options.ts';
import { chatEvents, GuardedSource, objectSnapshots } from './stream.ts';
import type { GuardOptions } from './types.ts';

/**
 * Returns a model that applies policies to requests and answers. Checks of the same `Side` run at the same time, and a refusal
 * aborts the other checks. Agents, summarizers, the AI SDK bridge, and the gateway (with `wrapModel`) accept the model.
 *
 * A refusal is an `LlmError` of kind `denied` or `content-filter`. `details.code` is the name of the check. `details.attempts`
 * lists the paid attempts. `details.partial` of each error has only delivered content. Throws `config` for invalid options.
 *
 * @example
 * const moderated = moderation(majordomo.moderationModel('openai/omni-moderation-latest'));
 * const model = guarded(majordomo.model('fast'), { mask: {}, input: [moderated], output: [moderated] });
 */
export function guarded(model: ChatModel, options: GuardOptions): ChatModel {
  checkGuardOptions(model, options);
  const guard = new Guard(model, options);
  const { clock = systemClock } = options;

  const generate: ChatModel['generate'] = (request, call) => {
    const answer = new GuardedCall(guard, request, call).complete((prepared) =>
      model.generate(prepared.request, prepared.options),
    );
    return withCallSite(callSite(generate), answer);
  };

  const generateObject = <T>(
    request: TypedRequest<T> | JsonSchemaRequest,
    call?: CallOptions,
  ): Promise<ObjectResponse<T>> => {
    const answer = new GuardedCall(guard, request as ChatRequest, call).complete((prepared) => {
      const output = prepared.restorer.schema<T>(request.output);
      return model.generateObject<T>({ ...prepared.request, output }, prepared.options);
    });
    return withCallSite(callSite(generateObject), answer);
  };

  // The timeout for unread streams is disabled here, because the model's stream also detects a reader that has stopped.
  const stream = (request: ChatRequest, call?: CallOptions): EventStream => {
    const site = callSite(stream);
    return new EventStream(
      (onEnd) => new GuardedSource(new GuardedCall(guard, request, call), site, chatEvents, onEnd),
      { clock, unreadMs: Infinity, mayRestart: call?.afterCommit === 'restart' },
    );
  };

  const streamObject = <T>(request: TypedRequest<T>, call?: CallOptions): ObjectStream<T> => {
    const site = callSite(streamObject);
    const begin = (
      onEnd: (ending: Ending<ObjectResponse<T>>) => void,
    ): GuardedSource<DeepPartial<T>, ObjectResponse<T>> => {
      const guardedCall = new GuardedCall(guard, request as unknown as ChatRequest, call);
      return new GuardedSource(guardedCall, site, objectSnapshots<T>(request.output), onEnd);
    };
    return new PulledStream(begin, clock, Infinity);
  };

  // The overloads of `stream` exclude events that cannot occur with some options.
  return { spec: model.spec, generate, generateObject, stream: stream as ChatModel['stream'], streamObject };
}

const withCallSite = <T>(site: CallSite, work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw copyWithCallSite(site, error);
  });
