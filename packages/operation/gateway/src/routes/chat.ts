import type { CallEvent, CallOptions, ChatModel } from '@majordomo/core';
import { specOf } from '../auth/models.ts';
import { limitsOf } from '../load-limit.ts';
import { callOptions, type GatewayContext, type RequestContext } from '../context.ts';
import { reportToOperator } from '../errors/report.ts';
import { refusalOf } from '../errors/refusal-of.ts';
import { NamedContent, withoutPlaceholders } from '../named-content.ts';
import { filesOf } from '../files/caller-files.ts';
import type { Caller, Settings } from '../options.ts';
import { responsesOf } from '../openai-responses/current-responses.ts';
import { jsonBody } from '../parsing/body.ts';
import { CHECK_ONLY, CUT } from '../platform-context.ts';
import { droppedParts } from '../response/citations.ts';
import { eventStreamResponse } from '../response/event-stream.ts';
import { attemptsOf, callHeaders } from '../response/headers.ts';
import type { AnsweringModel, PrepareChat, ParsedRequest } from '../wire.ts';
import { startBackground } from './background.ts';

/**
 * Parses a request of one wire, calls the chain, and responds in that wire. Loads what the request names only if the caller may
 * use the model, the concurrency limit admits the call and no budget is spent.
 */
export async function chatRoute(
  context: RequestContext,
  gateway: GatewayContext,
  prepare: PrepareChat,
): Promise<Response> {
  const { request, caller, requestId, platform, trace } = context;
  const { settings } = gateway;
  // The incomplete body of a slow client counts as a call, because it uses memory.
  const place = gateway.concurrency.enter();
  const files = filesOf(context, gateway);
  let endStream: (() => void) | undefined;
  // May be called more than once. Each step has an effect only once.
  const release = (): void => {
    place.leave();
    files?.release();
    endStream?.();
  };
  try {
    const body = await jsonBody(request, limitsOf(settings, place));
    const namedContent = new NamedContent(context, settings, responsesOf(context, gateway), files);
    const parseBody = await prepare(context, gateway);
    const parse = (): ParsedRequest => parseBody(body, namedContent);
    const draft = parse();
    trace.model = draft.model;
    trace.isStreamed = draft.isStreamed;
    const spec = await specOf(draft.model, context, settings);
    if (!namedContent.isComplete) {
      const draftOptions = callOptions(context, draft.metadata, gateway);
      await settings.majordomo.precheck(spec, withoutPlaceholders(draft.request), draftOptions);
    }
    const parsed = await namedContent.complete(draft, parse);
    if (platform?.[CHECK_ONLY] === true) {
      release();
      return new Response(null, { status: 204 });
    }
    const options = callOptions(context, parsed.metadata, gateway, parsed.request);
    if (parsed.isStreamed) endStream = trace.beginStream(gateway.metrics);
    const { background } = parsed;
    if (background !== undefined) {
      const onStreamEnd = (): void => endStream?.();
      const call = { parsed, background, spec, options, onJobEnd: place.leave, onStreamEnd };
      const response = await startBackground(call, context, gateway);
      // The job contains the content of its files.
      files?.release();
      return response;
    }
    const chain = modelOf(spec, caller, settings);
    const model = parsed.withTools?.(chain) ?? chain;
    const onError = (error: unknown): void => {
      trace.fail(refusalOf(error));
      reportToOperator(error, requestId, settings);
    };
    const call: ChatCall = { parsed, model, options, onEnd: release, onError, cut: platform?.[CUT] };
    return await (parsed.isStreamed ? streamResponse(call, settings) : completeResponse(call));
  } catch (error) {
    release();
    throw error;
  }
}

/** Returns the model of a call, wrapped by `wrapModel` if that option is set. */
function modelOf(spec: string, caller: Caller, { majordomo, wrapModel }: Settings): ChatModel {
  const model = majordomo.model(spec);
  // If `wrapModel` throws, the call fails, because an unwrapped model would not apply the application's policies.
  return wrapModel === undefined ? model : wrapModel(model, caller);
}

/** Context of the chat calls that a client's request causes. */
interface ChatCall {
  readonly parsed: ParsedRequest;
  readonly model: AnsweringModel;
  readonly options: CallOptions;
  /** Called when the calls have ended, or when the client of a stream has disconnected. May be called more than once. */
  readonly onEnd: () => void;
  /** Called with the error that ends a response after its HTTP status was sent. */
  readonly onError: (error: unknown) => void;
  /** Closes the connection of the client. `undefined` on platforms where the gateway cannot close it. */
  readonly cut: (() => void) | undefined;
}

async function completeResponse({ parsed, model, options, onEnd }: ChatCall): Promise<Response> {
  const { signal, abort } = withAbort(options);
  const responses = await Promise.all(
    choicesOf(parsed).map(() => model.generate(parsed.request, { ...options, signal })),
  ).catch((error: unknown) => {
    // If one choice fails, the request fails, so abort the other choices.
    abort();
    throw error;
  });
  onEnd();
  const [first, ...others] = responses;
  if (first === undefined) throw new Error('the request has no choices');
  return Response.json(await parsed.complete(first, others), {
    headers: callHeaders({
      target: first.target,
      attempts: responses.reduce((sum, response) => sum + attemptsOf(response.attempts), 0),
      warnings: [
        ...parsed.notes,
        ...responses.flatMap((response) => [...response.warnings, ...response.parts.flatMap(droppedParts)]),
      ],
    }),
  });
}

async function streamResponse(
  { parsed, model, options, onEnd, onError, cut }: ChatCall,
  { idleMs }: Settings,
): Promise<Response> {
  let attempts = 0;
  const onEvent = (event: CallEvent): void => {
    if (event.type === 'attempt-start') attempts++;
    options.onEvent?.(event);
  };
  // `signal` aborts if the client stops reading, or if one of several choices fails.
  const { signal, abort } = withAbort(options);
  const streams = choicesOf(parsed).map(() => model.stream(parsed.request, { ...options, onEvent, signal }));
  const callbacks = { leave: abort, onEnd, onError, attempts: () => attempts };
  try {
    return await eventStreamResponse(streams, parsed, { idleMs, cut, ...callbacks });
  } catch (error) {
    abort();
    throw error;
  }
}

/** Returns an element for each choice. */
const choicesOf = ({ choices = 1 }: ParsedRequest): readonly undefined[] =>
  Array.from({ length: choices }, () => undefined);

/** Returns a signal that aborts with the call's signal, or when `abort` is called. */
function withAbort({ signal }: CallOptions): { readonly signal: AbortSignal; readonly abort: () => void } {
  const own = new AbortController();
  return {
    signal: AbortSignal.any([signal ?? own.signal, own.signal]),
    abort: () => {
      own.abort();
    },
  };
}
