import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { messageOf } from '@majordomo/core';
import { readJson } from '@majordomo/core/http';
import { asRecord, asText } from '@majordomo/core/toolkit';
import type { Answer } from '../vendor/answer.ts';
import { messagesWriter } from '../vendor/anthropic-messages/writer.ts';
import type { Failure, FailureName } from '../vendor/failure.ts';
import type { Fault } from '../vendor/fault.ts';
import { listen } from '../vendor/listen.ts';
import { chatWriter } from '../vendor/openai-chat/writer.ts';
import { chatBody, damagedPlan, type Plan, planOf, undamagedPlan } from '../vendor/plan.ts';
import { send } from '../vendor/send.ts';
import type { WireWriter } from '../vendor/wire-writer.ts';
import type { AnswerResponse, ErrorResponse, ScriptedResponse } from './response.ts';

/** Request that a `FaultyServer` received. */
export interface ReceivedRequest {
  /** API of the requested endpoint. */
  readonly api: 'chat-completions' | 'messages';
  /** Value of `model` in the body; an empty string if the body has none. */
  readonly model: string;
  /** Whether the client requested a stream. */
  readonly stream: boolean;
  /** Headers with names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON body. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** HTTP server on 127.0.0.1 that responds and fails as scripted. */
export interface FaultyServer {
  /** Base URL of Chat Completions, for OpenAI's SDK and `createOpenAI({ api: 'chat' })`. */
  readonly openaiBaseURL: string;
  /** Base URL of Messages, for Anthropic's SDK and `createAnthropic`. */
  readonly anthropicBaseURL: string;
  /** Requests in the order of arrival. */
  readonly requests: readonly ReceivedRequest[];
  /** Number of responses in the list that were not sent; 0 if the responses are a function. */
  readonly unplayed: number;
  /** Closes all connections and the server. */
  close(): Promise<void>;
  /** Calls `close` at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Responses in the order of the requests, or a function that returns the response to a request. */
export type ScriptedResponses =
  | readonly ScriptedResponse[]
  | ((request: ReceivedRequest, index: number) => ScriptedResponse | Promise<ScriptedResponse>);

/** Maximum number of elements of all arrays of a request. */
const MAX_ELEMENTS = 100_000;

const CHAT = chatWriter({});

const ENDPOINTS: Readonly<
  Record<string, { readonly api: ReceivedRequest['api']; readonly wire: WireWriter }>
> = {
  '/v1/chat/completions': { api: 'chat-completions', wire: CHAT },
  '/v1/messages': { api: 'messages', wire: messagesWriter },
};

/**
 * Starts a server for Chat Completions and Messages on a free port of 127.0.0.1. A request for a stream receives a streamed
 * response. A request for which the list has no response receives status 400, which no client retries.
 *
 * @example
 * await using server = await startFaultyServer([{ status: 529 }, { cutAfter: 'It is' }, 'It is snowing.']);
 * const client = new OpenAI({ apiKey: 'test', baseURL: server.openaiBaseURL });
 */
export async function startFaultyServer(responses: ScriptedResponses): Promise<FaultyServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    answer(incoming, responses, requests)
      .then((plan) => send(response, plan, { split: 'event', delayMs: 0 }))
      .catch(() => response.destroy());
  });
  const { url, close } = await listen(server);
  return {
    openaiBaseURL: `${url}/v1`,
    anthropicBaseURL: url,
    requests,
    get unplayed() {
      return typeof responses === 'function' ? 0 : Math.max(0, responses.length - requests.length);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Reads a request, adds it to `requests`, and returns the plan of its response. */
async function answer(
  incoming: IncomingMessage,
  responses: ScriptedResponses,
  requests: ReceivedRequest[],
): Promise<Plan> {
  const { headers, method, url: path = '' } = incoming;
  const endpoint = method === 'POST' ? ENDPOINTS[path] : undefined;
  if (endpoint === undefined) {
    const message = `${method} ${path} is not an endpoint; use POST ${Object.keys(ENDPOINTS).join(' or ')}`;
    return planOf(CHAT.failure({ failure: 'not-found', message }));
  }
  const { api, wire } = endpoint;
  const stream = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  const body = asRecord(await readJson({ body: stream }, { maxElements: MAX_ELEMENTS }));
  const request = { api, model: asText(body['model']) ?? '', stream: body['stream'] === true, headers, body };
  const index = requests.push(request) - 1;
  return planFor(await nextResponse(responses, request, index), request, wire);
}

async function nextResponse(
  responses: ScriptedResponses,
  request: ReceivedRequest,
  index: number,
): Promise<ScriptedResponse> {
  if (typeof responses !== 'function') {
    const message = `request ${index + 1} has no response; add one to the ${responses.length} responses of the test`;
    return responses[index] ?? { status: 400, message };
  }
  try {
    return await responses(request, index);
  } catch (error) {
    return { status: 400, message: `the function \`responses\` threw: ${messageOf(error)}` };
  }
}

/** Returns the plan of a response. */
function planFor(scripted: ScriptedResponse, request: ReceivedRequest, wire: WireWriter): Plan {
  if (typeof scripted === 'string') return planFor({ text: scripted }, request, wire);
  const { delayMs: lateMs = 0 } = scripted;
  if ('body' in scripted) {
    const { body, contentType = 'application/json', status = 200 } = scripted;
    return { ...planOf({ status, headers: { 'content-type': contentType }, body }), lateMs };
  }
  if ('status' in scripted) return { ...planOf(wire.failure(failureOf(scripted, wire))), lateMs };
  const { everyMs } = scripted;
  const pace = everyMs === undefined ? undefined : ({ bytes: 'event', everyMs } as const);
  const isCut = 'cutAfter' in scripted;
  const options = asRecord(request.body['stream_options']);
  const body = chatBody(wire, answerOf(isCut ? { text: scripted.cutAfter } : scripted), {
    model: request.model,
    streamed: request.stream,
    streamsUsage: options['include_usage'] === true,
  });
  const plan = isCut ? damagedPlan(body, CUT, wire) : undamagedPlan(body);
  return { ...plan, lateMs, pace };
}

/** Fault of a connection that closes after the text. */
const CUT: Fault = { fault: 'cut', at: { content: Infinity } };

const answerOf = ({ text = '', toolCalls = [] }: AnswerResponse): Answer => ({
  id: '1',
  parts: [
    ...(text === '' ? [] : [{ type: 'text', text, chunks: text.split(/(?<=\s)/) } as const]),
    ...toolCalls.map(({ name, args }) => {
      const json = JSON.stringify(args);
      return { type: 'tool-call', name, json, chunks: [json] } as const;
    }),
  ],
});

/** Returns the failure that the vendor reports with this status, or the most general one for any other status. */
function failureOf(
  { status, message = `status ${status}`, retryAfterMs }: ErrorResponse,
  wire: WireWriter,
): Failure {
  const names = Object.keys(wire.failures) as FailureName[];
  const usual = status < 500 ? 'invalid' : 'server';
  const failure = names.find((name) => wire.failures[name]?.status === status) ?? usual;
  const headers =
    retryAfterMs === undefined
      ? {}
      : {
          'retry-after': String(Math.ceil(retryAfterMs / 1000)),
          'retry-after-ms': String(retryAfterMs),
        };
  return { failure, status, message, headers };
}
