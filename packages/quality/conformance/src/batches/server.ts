import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { messageOf, systemClock } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';
import { maskedHeaders } from '../server/exchange.ts';
import { listen } from '../server/listen.ts';
import { anthropicRoutes } from './anthropic.ts';
import type {
  BatchFault,
  BatchReply,
  BatchRequest,
  BatchRoute,
  BatchVendor,
  ReceivedBatchRequest,
  ServerBatch,
  ServerFile,
} from './contract.ts';
import { googleRoutes } from './google.ts';
import { openaiRoutes } from './openai.ts';
import { type BatchScript, BatchState, itemOf, replyTo } from './state.ts';

/** Function that is called for a request and may return a fault. */
type Hook = (request: BatchRequest) => BatchFault | undefined | Promise<BatchFault | undefined>;

/** Options of `startBatchServer`. */
export interface BatchServerOptions extends Partial<BatchScript> {
  /** Called before a request is processed. A request for which it returns `drop` or `{ status }` is not processed. */
  readonly before?: Hook | undefined;
  /** Called after a request is processed, before its response is sent. A returned fault replaces the response. */
  readonly after?: Hook | undefined;
}

/** Running server. Stop it with `close` or with `await using`. */
export interface BatchServer {
  /** Origin, such as `http://127.0.0.1:4000`. It is the base URL for Anthropic, Gemini and Groq. */
  readonly url: string;
  /** Base URL for OpenAI and Mistral, which is `url` with `/v1`. For Azure, use `url` with `/openai/v1`. */
  readonly baseURL: string;
  /** Received requests in the order of arrival. */
  readonly requests: readonly BatchRequest[];
  /** Batches, the newest first. */
  readonly batches: readonly ServerBatch[];
  /** Input files and results files that were not deleted. */
  readonly files: readonly ServerFile[];
  /** Ends all running batches. */
  endAll(): void;
  /** Closes the server and its connections. */
  close(): Promise<void>;
  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts an HTTP server on 127.0.0.1 with the batch APIs of OpenAI (also Groq and Azure), Mistral, Anthropic and Gemini. It also
 * answers live calls. Results are in the reverse order of the input. A request without a credential receives status 401.
 */
export async function startBatchServer(options: BatchServerOptions = {}): Promise<BatchServer> {
  const { before, after, ...script } = options;
  const state = new BatchState({
    clock: systemClock,
    answer: ({ text }) => `answer to ${text}`,
    looks: 0,
    completed: 0,
    pageSize: 100,
    omit: [],
    reject: () => undefined,
    extraLines: [],
    ...script,
  });
  const routes = [
    ...openaiRoutes(state),
    ...anthropicRoutes(state),
    ...googleRoutes(state),
    ...liveRoutes(state),
  ];
  const requests: BatchRequest[] = [];
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(messageOf(error));
    });
  });
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { route, request } = await readRequest(incoming, routes, url);
    const { bytes: _bytes, origin: _origin, params: _params, ...logged } = request;
    requests.push(logged);
    if (route === undefined) {
      send(response, state.json({ error: { message: `no such endpoint: ${request.path}` } }, 404));
      return;
    }
    const early = await before?.(logged);
    if (early !== undefined && (early === 'drop' || 'status' in early)) {
      fail(response, early, state.json({}));
      return;
    }
    const reply = hasCredential(incoming) ? await route.run(request) : state.json({ error: NO_KEY }, 401);
    const late = early ?? (await after?.(logged));
    if (late === undefined) send(response, reply);
    else fail(response, late, reply);
  }
  const { url, close } = await listen(server);
  return {
    url,
    baseURL: `${url}/v1`,
    requests,
    batches: state.batches,
    get files() {
      return [...state.files.values()];
    },
    endAll() {
      for (const batch of state.batches) if (batch.state === 'running') state.finish(batch, 'ended');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const NO_KEY = { message: 'no credential', type: 'authentication_error' };

const hasCredential = ({ headers }: IncomingMessage): boolean =>
  ['authorization', 'api-key', 'x-api-key', 'x-goog-api-key'].some((name) => headers[name] !== undefined);

/** Returns the endpoints of live calls. */
function liveRoutes(state: BatchState): readonly BatchRoute[] {
  const route = (vendor: BatchVendor, path: RegExp): BatchRoute => ({
    vendor,
    step: 'live',
    method: 'POST',
    path,
    run({ body, params: [model] }) {
      const item = itemOf(vendor, undefined, body, model);
      const reply = replyTo(item, state.script.answer(item));
      return 'result' in reply
        ? state.json({ error: { message: `a live call cannot be ${reply.result}` } }, 500)
        : state.json(reply.body, reply.status);
    },
  });
  return [
    route('openai', /^\/v1\/(?:responses|chat\/completions|embeddings)$/),
    route('anthropic', /^\/v1\/messages$/),
    route('google', /^\/v1(?:beta)?\/models\/([^/:]+):generateContent$/),
  ];
}

async function readRequest(
  incoming: IncomingMessage,
  routes: readonly BatchRoute[],
  origin: string,
): Promise<{ readonly route: BatchRoute | undefined; readonly request: ReceivedBatchRequest }> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const { method = '', url = '/' } = incoming;
  const { pathname, searchParams: query } = new URL(url, origin);
  // Remove the prefix of the paths of Groq and Azure, so that the routes of OpenAI match.
  const path = pathname.replace(/^\/openai(?=\/v1\/)/, '');
  const route = routes.find((each) => each.method === method && each.path.test(path));
  const isFile =
    route?.step === 'upload' &&
    (/multipart/.test(incoming.headers['content-type'] ?? '') || query.has('upload_id'));
  const text = isFile ? '' : bytes.toString('utf8');
  const request = {
    vendor: route?.vendor ?? 'openai',
    step: route?.step ?? 'live',
    method,
    path,
    query,
    headers: maskedHeaders(incoming.headers),
    body: tryParseJson(text) ?? text,
    bytes,
    origin,
    params: [...(route?.path.exec(path) ?? [])].slice(1).map(decodeURIComponent),
  };
  return { route, request };
}

function send(response: ServerResponse, { status, headers, body }: BatchReply): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** Applies a fault to a response. For `cut`, sends the first bytes of `reply`. */
function fail(response: ServerResponse, fault: BatchFault, reply: BatchReply): void {
  if (fault === 'drop') {
    response.destroy();
    return;
  }
  if ('status' in fault) {
    const body = fault.body ?? { error: { message: `status ${fault.status}`, type: 'scripted' } };
    send(response, {
      status: fault.status,
      headers: { 'content-type': 'application/json', ...fault.headers },
      body: JSON.stringify(body),
    });
    return;
  }
  response.writeHead(reply.status, { 'content-length': Buffer.byteLength(reply.body), ...reply.headers });
  response.write(Buffer.from(reply.body).subarray(0, fault.cut), () => response.destroy());
}
