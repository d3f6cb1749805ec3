import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';
import {
  hasCredential,
  readRequest,
  sendFault,
  vendorServer,
  type VendorServer,
} from '../server/vendor-server.ts';
import { anthropicRoutes } from './anthropic.ts';
import {
  type BatchFault,
  type BatchReply,
  type BatchRequest,
  type BatchRoute,
  type ReceivedBatchRequest,
  routeOf,
  type ServerBatch,
  type ServerFile,
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
  /**
   * Called after a request is processed, before its response is sent. A returned fault replaces the response. Not called if
   * `before` has returned a fault.
   */
  readonly after?: Hook | undefined;
}

/**
 * Running server. Stop it with `close` or with `await using`. The base URL of Anthropic, Gemini and Groq is `url`, that of OpenAI
 * and Mistral `baseURL`, and that of Azure `url` with `/openai/v1`.
 */
export interface BatchServer extends VendorServer {
  /** Received requests in the order of arrival. */
  readonly requests: readonly BatchRequest[];
  /** Batches, the newest first. */
  readonly batches: readonly ServerBatch[];
  /** Input files and results files that were not deleted. */
  readonly files: readonly ServerFile[];
  /** Ends all running batches. */
  endAll(): void;
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
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { route, request } = await batchRequest(incoming, routes, server.url);
    const { bytes: _bytes, origin: _origin, params: _params, ...logged } = request;
    requests.push(logged);
    if (route === undefined) {
      send(response, state.json({ error: { message: `no such endpoint: ${request.path}` } }, 404));
      return;
    }
    const early = await before?.(logged);
    if (early !== undefined && (early === 'drop' || 'status' in early)) {
      sendFault(response, early);
      return;
    }
    const reply = hasCredential(incoming) ? await route.run(request) : state.json({ error: NO_KEY }, 401);
    const late = early ?? (await after?.(logged));
    if (late === undefined) send(response, reply);
    else if (late === 'drop' || 'status' in late) sendFault(response, late);
    else cut(response, reply, late.cut);
  }
  const server = await vendorServer(serve);
  return {
    ...server,
    requests,
    batches: state.batches,
    get files() {
      return [...state.files.values()];
    },
    endAll() {
      for (const batch of state.batches) if (batch.state === 'running') state.finish(batch, 'ended');
    },
  };
}

const NO_KEY = { message: 'no credential', type: 'authentication_error' };

/** Returns the endpoints of live calls. */
function liveRoutes(state: BatchState): readonly BatchRoute[] {
  const run: BatchRoute['run'] = ({ vendor, body, params: [model] }) => {
    const item = itemOf(vendor, undefined, body, model);
    const reply = replyTo(item, state.script.answer(item));
    return 'result' in reply
      ? state.json({ error: { message: `a live call cannot be ${reply.result}` } }, 500)
      : state.json(reply.body, reply.status);
  };
  return [
    routeOf('openai')('live', 'POST', /^\/v1\/(?:responses|chat\/completions|embeddings)$/, run),
    routeOf('anthropic')('live', 'POST', /^\/v1\/messages$/, run),
    routeOf('google')('live', 'POST', /^\/v1(?:beta)?\/models\/([^/:]+):generateContent$/, run),
  ];
}

async function batchRequest(
  incoming: IncomingMessage,
  routes: readonly BatchRoute[],
  origin: string,
): Promise<{ readonly route: BatchRoute | undefined; readonly request: ReceivedBatchRequest }> {
  const read = await readRequest(incoming);
  const { method, path, query, bytes } = read;
  const route = routes.find((each) => each.method === method && each.path.test(path));
  const isFile =
    route?.step === 'upload' &&
    (/multipart/.test(incoming.headers['content-type'] ?? '') || query.has('upload_id'));
  const text = isFile ? '' : bytes.toString('utf8');
  const request = {
    ...read,
    vendor: route?.vendor ?? 'openai',
    step: route?.step ?? 'live',
    body: tryParseJson(text) ?? text,
    origin,
    params: [...(route?.path.exec(path) ?? [])].slice(1).map(decodeURIComponent),
  };
  return { route, request };
}

function send(response: ServerResponse, { status, headers, body }: BatchReply): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** Sends the first bytes of a response, and closes the connection. */
function cut(response: ServerResponse, { status, headers, body }: BatchReply, bytes: number): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.write(Buffer.from(body).subarray(0, bytes), () => response.destroy());
}
