import { asNumber, asRecord, isRecord, sseEvent } from '@majordomo/core/toolkit';
import { type Connection, EXPIRED, type Incoming, networkError } from './connection.ts';
import { type HashedRequest, hashRequest, stateAfter } from './increment.ts';
import type { SocketEvent } from './options.ts';
import type { Pool, Taken } from './pool.ts';
import type { SocketRequest } from './request.ts';

/** Code of WebSocket for a message above the server's limit. */
const TOO_LARGE = 1009;

/** Event that ends a response. */
const TERMINAL = /^(?:response\.(?:completed|incomplete|failed)|error)$/;

type Event = Extract<Incoming, { readonly type: 'event' }>;
type Reserved = Extract<Taken, { readonly connection: Connection }>;

/** Next step after the first event of a request. */
type Start =
  | { readonly type: 'response'; readonly response: Response }
  | { readonly type: 'http'; readonly why: string }
  | { readonly type: 'again'; readonly why: string; readonly on: 'same' | 'new' };

/**
 * Sends a request over a socket of the pool, and returns the response in the form of HTTP. Before the first event, the request is
 * repeated at most once. Returns the reason if the request must be sent over HTTP.
 */
export async function exchange(
  pool: Pool,
  request: SocketRequest,
  emit: (event: SocketEvent) => void,
): Promise<Response | { readonly http: string }> {
  request.signal?.throwIfAborted();
  const hashed = hashRequest(request.body);
  let taken = await pool.take(request, hashed, { mustBeNew: false });
  let mayRepeat = true;
  for (;;) {
    if ('http' in taken) return taken;
    if ('refusal' in taken) return taken.refusal;
    const start = await startOn(taken, { pool, request, hashed, emit, mayRepeat });
    if (start.type === 'response') return start.response;
    if (start.type === 'http') return { http: start.why };
    emit({ type: 'resent', url: request.url, why: start.why });
    mayRepeat = false;
    // The connection of `same` stays reserved. Without `items`, its message contains the complete input.
    taken =
      start.on === 'same'
        ? { ...taken, items: undefined }
        : await pool.take(request, hashed, { mustBeNew: true });
  }
}

interface Setup {
  readonly pool: Pool;
  readonly request: SocketRequest;
  readonly hashed: HashedRequest;
  readonly emit: (event: SocketEvent) => void;
  readonly mayRepeat: boolean;
}

/** Sends the message and waits for the first event. */
async function startOn({ connection, items, isReused }: Reserved, setup: Setup): Promise<Start> {
  const { request, emit, mayRepeat } = setup;
  const { signal, url } = request;
  const abort = (): void => {
    connection.close('the request was aborted');
  };
  // The API has no event that cancels a response, so an abort closes the socket.
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  const text = messageOf(request, items, connection);
  emit({
    type: 'request',
    url,
    isIncrement: items !== undefined,
    bytes: new TextEncoder().encode(text).length,
  });
  // The request changes the conversation of the server, whose state is known again only after a completed response.
  connection.state = undefined;
  connection.send(text);
  const first = await connection.next();
  const stopListening = (): void => {
    signal?.removeEventListener('abort', abort);
  };
  if (first.type === 'closed') {
    stopListening();
    signal?.throwIfAborted();
    if (first.code === TOO_LARGE) return { type: 'http', why: 'the message is too large for a socket' };
    // The server may close an idle socket, so a reused one may end before it has received the message.
    if (isReused && mayRepeat) return { type: 'again', why: first.why, on: 'new' };
    throw networkError(first.why);
  }
  if (first.name !== 'error') {
    const respond = request.isStreamed ? streamedResponse : completeResponse;
    return { type: 'response', response: await respond(first, connection, setup, stopListening) };
  }
  stopListening();
  const event = asRecord(JSON.parse(first.text));
  const { code } = isRecord(event['error']) ? event['error'] : event;
  if (code === 'previous_response_not_found' && items !== undefined && mayRepeat)
    return { type: 'again', why: 'the server has no state', on: 'same' };
  if (code === EXPIRED) {
    const why = 'the lifetime of the socket ended';
    connection.close(why);
    if (mayRepeat) return { type: 'again', why, on: 'new' };
    throw networkError(why);
  }
  closeFailed(connection);
  return { type: 'response', response: failedResponse(event) };
}

function messageOf(
  { body }: SocketRequest,
  items: readonly unknown[] | undefined,
  { state }: Connection,
): string {
  const message = { type: 'response.create', ...body };
  if (items === undefined || state === undefined) return JSON.stringify(message);
  return JSON.stringify({ ...message, previous_response_id: state.responseId, input: items });
}

/** Returns the response that the server would have sent over HTTP. */
function failedResponse(event: Readonly<Record<string, unknown>>): Response {
  const error = isRecord(event['error']) ? event['error'] : event;
  const { headers, ...members } = error;
  const status = asNumber(event['status']) ?? asNumber(error['status']) ?? 500;
  const all = new Headers();
  for (const [name, value] of Object.entries(asRecord(headers)))
    if (isHeader(name, value)) all.set(name, String(value));
  all.set('content-type', 'application/json');
  return new Response(JSON.stringify({ error: members }), {
    status: status >= 400 && status <= 599 ? status : 500,
    headers: all,
  });
}

/** Whether the strings are a header. `Headers` rejects other names and values. */
const isHeader = (name: string, value: unknown): boolean =>
  /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(String(value));

/** Returns a response whose body contains the first event and all later ones. */
function streamedResponse(
  first: Event,
  connection: Connection,
  { pool, request, hashed }: Setup,
  stopListening: () => void,
): Response {
  const encoder = new TextEncoder();
  let incoming: Incoming | undefined = first;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const event = incoming ?? (await connection.next());
      incoming = undefined;
      if (event.type === 'closed') {
        stopListening();
        controller.error(request.signal?.aborted === true ? request.signal.reason : networkError(event.why));
        return;
      }
      controller.enqueue(encoder.encode(sseEvent(event.text, event.name)));
      if (!TERMINAL.test(event.name)) return;
      stopListening();
      finish(event, connection, { pool, hashed });
      controller.close();
    },
    cancel() {
      stopListening();
      connection.close('the reader left before the end');
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
}

/** Reads all events, and returns the response of the last one as the body. */
async function completeResponse(
  first: Event,
  connection: Connection,
  { pool, request, hashed }: Setup,
  stopListening: () => void,
): Promise<Response> {
  let event: Incoming = first;
  while (event.type === 'event' && !TERMINAL.test(event.name)) event = await connection.next();
  stopListening();
  if (event.type === 'closed') {
    request.signal?.throwIfAborted();
    throw networkError(event.why);
  }
  const last = finish(event, connection, { pool, hashed });
  return event.name === 'error' ? failedResponse(last) : Response.json(last['response']);
}

/** Closes the connection after a failure, because the server may send a second event about it, which would end the next request. */
const closeFailed = (connection: Connection): void => {
  connection.close('the request failed');
};

/** Stores the state after the last event of a response, releases the connection, and returns the parsed event. */
function finish(
  { name, text }: Event,
  connection: Connection,
  { pool, hashed }: Pick<Setup, 'pool' | 'hashed'>,
): Readonly<Record<string, unknown>> {
  const last = asRecord(JSON.parse(text));
  if (name === 'response.failed' || name === 'error') {
    closeFailed(connection);
    return last;
  }
  if (name === 'response.completed') connection.state = stateAfter(hashed, last['response']);
  pool.release(connection, asRecord(last['response'])['id']);
  return last;
}
