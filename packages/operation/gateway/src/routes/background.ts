import type { BackgroundModel, ChatJob } from '@majordomo/background';
import { LlmError, type CallOptions, type ChatRequest, type Message } from '@majordomo/core';
import type { GatewayContext, RequestContext } from '../context.ts';
import { reportToOperator } from '../errors/report.ts';
import { refusalOf } from '../errors/refusal-of.ts';
import { storeRefusal } from '../errors/refusal.ts';
import { responsesOf, type CurrentResponses } from '../openai-responses/current-responses.ts';
import { JobText } from '../openai-responses/job-text.ts';
import type { Caller, Settings } from '../options.ts';
import { invalid } from '../parsing/fields.ts';
import { CUT } from '../platform-context.ts';
import { EVENT_STREAM_HEADERS } from '../response/event-stream.ts';
import { warningHeaders } from '../response/headers.ts';
import { eventBody } from '../response/reporter.ts';
import type { StoredResponse } from '../response-store.ts';
import type { NewBackground, ParsedRequest } from '../wire.ts';
import { bytesOfBlob, contentOf } from '@majordomo/core/toolkit';

/** Background response that a client has requested. */
interface BackgroundCall {
  readonly parsed: ParsedRequest;
  readonly background: NewBackground;
  readonly spec: string;
  readonly options: CallOptions;
  /** Called when the job has ended, but not if its start fails. */
  readonly onJobEnd: () => void;
  /** Called when the stream has ended. Not called for a non-streaming request. */
  readonly onStreamEnd: () => void;
}

/** Starts a background response. Responds when a target has accepted the request, with the response or its events. */
export async function startBackground(
  call: BackgroundCall,
  context: RequestContext,
  gateway: GatewayContext,
): Promise<Response> {
  const {
    parsed,
    background: { id, stored },
    onJobEnd,
    onStreamEnd,
  } = call;
  // The job continues after the client has disconnected.
  const responses = responsesOf(context, gateway, new AbortController().signal);
  if (responses === undefined) throw new TypeError('a background response needs the option `responses`');
  const model = modelOf(call.spec, context.caller, gateway.settings);
  // Stored before the job begins, so that no job runs whose response is unknown.
  await responses.store.put(id, stored);
  const job = await startJob(call, model, responses);
  const end = watch(job, responses).finally(onJobEnd);
  context.platform?.waitUntil?.(end);
  const headers = warningHeaders(parsed.notes);
  if (!parsed.isStreamed) return Response.json(stored.response, { headers });
  const body = jobEvents({ id, stored, job, after: -1, onEnd: onStreamEnd }, context, gateway);
  return new Response(body, { headers: { ...EVENT_STREAM_HEADERS, ...headers } });
}

async function startJob(
  { parsed, background: { id }, options }: BackgroundCall,
  model: BackgroundModel,
  responses: CurrentResponses,
): Promise<ChatJob> {
  try {
    // A job is stored, so it contains the content of files.
    const request = await withBytes(parsed.request);
    return await model.start(request, { ...options, key: id }).catch((cause: unknown) => {
      // An `LlmError` may be one of the vendor that has refused the start.
      throw LlmError.is(cause) ? cause : storeRefusal('start background responses', cause);
    });
  } catch (error) {
    // The client does not know the id, so the job must not continue.
    const job = await responses.job(id).catch(() => undefined);
    await job?.cancel().catch(() => undefined);
    await responses.store.delete(id).catch(() => undefined);
    throw error;
  }
}

/** Returns the model of the jobs. Refuses a caller whose model is wrapped, because the events of a job are read without the wrapper. */
function modelOf(spec: string, caller: Caller, { background, wrapModel }: Settings): BackgroundModel {
  const model = background?.model(spec);
  if (model === undefined) throw new TypeError('a background response needs the option `background`');
  if (wrapModel === undefined || wrapModel(model, caller) === model) return model;
  return invalid('background', 'is not supported with your key; wait for the response, or stream it');
}

/** Waits for the end of a job, and lets `get` store its response, so that it can be continued. Never rejects. */
async function watch(job: ChatJob, responses: CurrentResponses): Promise<void> {
  await job.result().catch(() => undefined);
  await responses.get(job.key).catch(() => undefined);
}

/** Events of a background response that a client reads. */
interface JobEvents {
  readonly id: string;
  readonly stored: Pick<StoredResponse, 'job' | 'response'>;
  readonly job: ChatJob;
  /** Number of the last event that the client has; -1 for none. */
  readonly after: number;
  readonly onEnd: () => void;
}

/** Returns the events of a background response as a body. A client that disconnects does not end the job. */
export function jobEvents(
  { onEnd, ...events }: JobEvents,
  context: RequestContext,
  gateway: GatewayContext,
): ReadableStream<Uint8Array> {
  const { request, requestId, trace, platform } = context;
  const { settings } = gateway;
  const left = new AbortController();
  const signal = AbortSignal.any([request.signal, left.signal]);
  const responses = responsesOf(context, gateway, signal);
  if (responses === undefined) throw new TypeError('a background response needs the option `responses`');
  return eventBody({
    source: new JobText({ ...events, responses, signal }),
    idleMs: settings.idleMs,
    cut: platform?.[CUT],
    onEnd,
    leave: () => {
      left.abort();
    },
    onError: (error) => {
      trace.fail(refusalOf(error));
      reportToOperator(error, requestId, settings);
    },
  });
}

/** Returns a request with the content of all files that it names. */
async function withBytes(request: ChatRequest): Promise<ChatRequest> {
  const messages = request.messages.map(async (message): Promise<Message> => {
    if (message.role !== 'user') return message;
    const parts = message.parts.map(async (part) =>
      part.type === 'blob' ? contentOf(part, await bytesOfBlob(part.blob, 'file_id')) : part,
    );
    return { role: 'user', parts: await Promise.all(parts) };
  });
  return { ...request, messages: await Promise.all(messages) };
}
