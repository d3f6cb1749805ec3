import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@majordomo/core';
import { readJson } from '@majordomo/core/http';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { chatCompletions } from './chat-completions.ts';
import { messages } from './messages.ts';
import type { ScriptedResponse, ServerWire } from './response.ts';

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

const ENDPOINTS: Readonly<
  Record<string, { readonly api: ReceivedRequest['api']; readonly wire: ServerWire }>
> = {
  '/v1/chat/completions': { api: 'chat-completions', wire: chatCompletions },
  '/v1/messages': { api: 'messages', wire: messages },
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
    answer(incoming, response, responses, requests).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
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

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  responses: ScriptedResponses,
  requests: ReceivedRequest[],
): Promise<void> {
  const { headers, method, url: path = '' } = incoming;
  const endpoint = method === 'POST' ? ENDPOINTS[path] : undefined;
  if (endpoint === undefined) {
    const message = `${method} ${path} is not an endpoint; use POST ${Object.keys(ENDPOINTS).join(' or ')}`;
    sendError(response, 404, chatCompletions.error(404, message));
    return;
  }
  const { api, wire } = endpoint;
  const stream = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  const body = asRecord(await readJson({ body: stream }, { maxElements: MAX_ELEMENTS }));
  const request = { api, model: asText(body['model']) ?? '', stream: body['stream'] === true, headers, body };
  const index = requests.push(request) - 1;
  const next = await nextResponse(responses, request, index);
  await send(typeof next === 'string' ? { text: next } : next, request, wire, response);
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

async function send(
  scripted: Exclude<ScriptedResponse, string>,
  { stream, model, body: requestBody }: ReceivedRequest,
  wire: ServerWire,
  response: ServerResponse,
): Promise<void> {
  await pause(scripted.delayMs, response);
  if ('body' in scripted) {
    const { body, contentType = 'application/json', status = 200 } = scripted;
    response.writeHead(status, { 'content-type': contentType }).end(body);
    return;
  }
  if ('status' in scripted) {
    const { status, message = `status ${status}`, retryAfterMs } = scripted;
    sendError(response, status, wire.error(status, message), retryAfterMs);
    return;
  }
  const isCut = 'cutAfter' in scripted;
  const { everyMs } = scripted;
  const { text = '', toolCalls = [] } = isCut ? { text: scripted.cutAfter } : scripted;
  const content = { text, toolCalls };
  response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
  if (stream) {
    const finish = isCut ? [] : wire.finish(content, requestBody);
    await writeChunks(response, [...wire.content(content, model), ...finish], everyMs);
  } else {
    const complete = JSON.stringify(wire.complete(content, model));
    await writeChunks(response, [isCut ? complete.slice(0, complete.length / 2) : complete]);
  }
  if (isCut) response.destroy();
  else response.end();
}

function sendError(response: ServerResponse, status: number, body: object, retryAfterMs?: number): void {
  const retry = retryAfterMs !== undefined && {
    'retry-after': String(Math.ceil(retryAfterMs / 1000)),
    'retry-after-ms': String(retryAfterMs),
  };
  response.writeHead(status, { 'content-type': 'application/json', ...retry }).end(JSON.stringify(body));
}

async function writeChunks(
  response: ServerResponse,
  chunks: readonly string[],
  everyMs?: number,
): Promise<void> {
  for (const [at, chunk] of chunks.entries()) {
    if (at > 0) await pause(everyMs, response);
    await new Promise((resolve) => response.write(chunk, resolve));
  }
}

/** Waits for `ms` milliseconds. Rejects when the client closes the connection. */
async function pause(ms: number | undefined, response: ServerResponse): Promise<void> {
  if (ms === undefined || ms === 0) return;
  const closed = new AbortController();
  response.once('close', () => {
    closed.abort();
  });
  if (Number.isFinite(ms)) await sleep(ms, undefined, { signal: closed.signal });
  else await once(closed.signal, 'abort');
  closed.signal.throwIfAborted();
}
