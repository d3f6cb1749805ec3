import { systemClock } from '@majordomo/core';
import { derivedSignal, isRecord, Semaphore, SseDecoder } from '@majordomo/core/toolkit';
import type { WebSocket } from 'ws';
import { Refusal } from '../../errors/refusal.ts';
import { refusalOf } from '../../errors/refusal-of.ts';
import { invalid } from '../../parsing/fields.ts';
import type { Json } from '../../response-store.ts';
import { type History, historyAfter, withHistory, withOwnPlaces } from './history.ts';
import {
  type ClientMessage,
  errorMessage,
  parseJson,
  parseMessage,
  refusalMessage,
  steerFailed,
  streamIdOf,
} from './message.ts';
import type { SocketRequests } from './requests.ts';
import { warmUpResponse } from './warm-up.ts';

/** Limits that OpenAI documents for a socket. Further requests wait. */
const MAX_RUNNING = 16;
const MAX_NAMED_LANES = 32;
const LIFETIME_MS = 3_600_000;
/** Maximum number of requests of a socket that run or wait. */
const MAX_REQUESTS = 128;
/** Number of unsent bytes from which pings are not answered, because the client reads nothing. */
const MAX_UNSENT = 2 ** 20;

/** Ordered requests with the same `stream_id`, or without one. */
interface Lane {
  /** Conversation up to the latest response. */
  history: History | undefined;
  /** Settles when the last request has ended. */
  last: Promise<void>;
}

interface Create extends Extract<ClientMessage, { readonly type: 'create' }> {
  readonly streamId: string | undefined;
  /** Number of characters of the message. */
  readonly size: number;
}

interface SessionOptions {
  readonly requests: SocketRequests;
  /** Signal that aborts when the client disconnects. */
  readonly signal: AbortSignal;
  /** Maximum size of a message, and of the conversations in memory. */
  readonly maxBytes: number;
}

/** End of a session. The socket is closed when its last request has ended. */
interface Ending {
  /** Refusal of further requests. */
  readonly refusal: Refusal;
  /** Whether the refusal is also sent before the socket is closed, as OpenAI does at the end of a lifetime. */
  readonly isAnnounced: boolean;
}

const EXPIRED: Ending = {
  refusal: new Refusal(
    'invalid-request',
    'the socket has reached its maximum age of 60 minutes; open another',
    {
      code: 'websocket_connection_limit_reached',
    },
  ),
  isAnnounced: true,
};

/** Refusal of requests and upgrades while the gateway stops. */
export const STOPPING: Refusal = new Refusal('unavailable', 'the gateway stops; open another socket');

/** Close code of a server that goes away. Clients then open another socket. */
const GOING_AWAY = 1001;
/** Close code of a server that failed. */
const FAILED = 1011;

/** Session of one socket. Runs each `response.create` as a request to the gateway, and sends its events. */
export class Session {
  private readonly socket: WebSocket;
  private readonly requests: SocketRequests;
  private readonly signal: AbortSignal;
  private readonly maxBytes: number;
  private readonly lanes = new Map<string | undefined, Lane>();
  private readonly running = new Semaphore(MAX_RUNNING);
  private unfinished = 0;
  /** Number of characters of the requests that have not begun. */
  private waitingSize = 0;
  private ending: Ending | undefined;

  constructor(socket: WebSocket, { requests, signal, maxBytes }: SessionOptions) {
    this.socket = socket;
    this.requests = requests;
    this.signal = signal;
    this.maxBytes = maxBytes;
    socket.on('message', (data, isBinary) => {
      this.receive(isBinary ? undefined : (data as Buffer).toString());
    });
    socket.on('ping', (data) => {
      if (socket.bufferedAmount < MAX_UNSENT) socket.pong(data);
    });
    // `ws` closes the socket after each error, such as a message above the limit.
    socket.on('error', () => undefined);
    const stopTimer = systemClock.timer(LIFETIME_MS, () => {
      this.end(EXPIRED);
    });
    socket.on('close', stopTimer);
  }

  /** Accepts no further requests, and closes the socket after the requests in progress. */
  drain(): void {
    this.end({ refusal: STOPPING, isAnnounced: false });
  }

  private end(ending: Ending): void {
    this.ending ??= ending;
    void this.closeIfIdle();
  }

  private async closeIfIdle(): Promise<void> {
    if (this.ending === undefined || this.unfinished > 0) return;
    const { refusal, isAnnounced } = this.ending;
    if (isAnnounced) await this.send(await refusalMessage(refusal)).catch(() => undefined);
    this.socket.close(GOING_AWAY, refusal.message);
  }

  private receive(text: string | undefined): void {
    let streamId: string | undefined;
    try {
      if (text === undefined) invalid('', 'must be text, not binary');
      const json = parseJson(text);
      streamId = streamIdOf(json);
      const message = parseMessage(json);
      if (message.type === 'steer') this.reply(steerFailed(message.steer));
      else void this.enqueue({ ...message, streamId, size: text.length }, this.laneOf(streamId, text.length));
    } catch (error) {
      void refusalMessage(refusalOf(error)).then((message) => {
        this.reply({ ...message, stream_id: streamId });
      });
    }
  }

  /** Sends a message outside a response. Reads no further messages before the client has received it. */
  private reply(message: Json): void {
    this.socket.pause();
    void this.send(message)
      .catch(() => undefined)
      .then(() => {
        this.socket.resume();
      });
  }

  /** Returns the lane of a request. Throws a refusal if the socket accepts no further request. `size`: characters of the message */
  private laneOf(streamId: string | undefined, size: number): Lane {
    if (this.ending !== undefined) throw this.ending.refusal;
    if (this.unfinished >= MAX_REQUESTS)
      throw new Refusal('busy', `the socket has ${MAX_REQUESTS} unfinished requests; wait for a response`);
    if (this.waitingSize > 0 && this.waitingSize + size > this.maxBytes) {
      const message = `the requests of the socket that wait are larger than ${this.maxBytes} characters; wait for a response`;
      throw new Refusal('busy', message);
    }
    const existing = this.lanes.get(streamId);
    if (existing !== undefined) return existing;
    const named = this.lanes.size - (this.lanes.has(undefined) ? 1 : 0);
    if (streamId !== undefined && named >= MAX_NAMED_LANES) {
      const message = `the socket has ${MAX_NAMED_LANES} values of stream_id; repeat one, or open another socket`;
      throw new Refusal('invalid-request', message, {
        path: 'stream_id',
        code: 'websocket_stream_limit_reached',
      });
    }
    const lane = { history: undefined, last: Promise.resolve() };
    this.lanes.set(streamId, lane);
    return lane;
  }

  /** Runs the request after the earlier requests of its lane. */
  private async enqueue(create: Create, lane: Lane): Promise<void> {
    this.unfinished++;
    this.waitingSize += create.size;
    lane.last = lane.last
      .then(() => this.running.run(this.signal, () => this.run(create, lane)))
      .catch(() => {
        // The client has disconnected, or the response broke.
        this.socket.close(FAILED, 'the response failed');
      });
    await lane.last;
    this.unfinished--;
    await this.closeIfIdle();
  }

  private async run(create: Create, lane: Lane): Promise<void> {
    this.waitingSize -= create.size;
    if (this.socket.readyState !== this.socket.OPEN) return;
    const { signal, release } = derivedSignal(this.signal);
    try {
      await this.respond(create, lane, signal);
    } finally {
      release();
    }
  }

  private async respond(
    { body, streamId, generates }: Create,
    lane: Lane,
    signal: AbortSignal,
  ): Promise<void> {
    const previousId = body['previous_response_id'];
    const history = this.historyOf(previousId);
    const response = generates
      ? await this.requests.create(withHistory(body, history), signal)
      : await this.warmUp(body, history, signal);
    if (!response.ok || response.body === null) {
      const message = await errorMessage(response);
      const error = history === undefined ? message.error : withOwnPlaces(message.error, history);
      await this.send({ ...message, error, stream_id: streamId });
      return;
    }
    for await (const event of this.eventsOf(response.body)) {
      const { type, response: object } = event;
      if (type === 'response.completed' || type === 'response.incomplete')
        this.remember(lane, historyAfter(object, body, history));
      const message: Json = { ...event, stream_id: streamId };
      // The gateway has received the items of the previous response instead of its id.
      await this.send(
        isRecord(object)
          ? { ...message, response: { ...object, previous_response_id: previousId ?? null } }
          : message,
      );
    }
  }

  /** Responds without a call of the model, if the caller may send the request. */
  private async warmUp(body: Json, history: History | undefined, signal: AbortSignal): Promise<Response> {
    const id = body['previous_response_id'];
    const refusal =
      typeof id === 'string' && history === undefined
        ? this.requests.refusalToContinue(id, signal)
        : this.requests.refusal(signal);
    return (await refusal) ?? warmUpResponse(body);
  }

  /** Returns the conversation of a response that is the latest of a lane. */
  private historyOf(responseId: unknown): History | undefined {
    for (const { history } of this.lanes.values()) if (history?.id === responseId) return history;
    return undefined;
  }

  /** Sets the conversation of a lane. Drops those of other lanes while all are larger than a message may be. */
  private remember(lane: Lane, history: History | undefined): void {
    lane.history = history;
    const lanes = [...this.lanes.values()];
    let total = lanes.reduce((sum, each) => sum + (each.history?.size ?? 0), 0);
    for (const other of lanes) {
      if (total <= this.maxBytes) return;
      if (other === lane) continue;
      total -= other.history?.size ?? 0;
      other.history = undefined;
    }
  }

  /** Yields the events of a stream. While the stream has none, its heartbeats become pings. */
  private async *eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Json> {
    const received = { events: [] as Json[], isDone: false };
    const decoder = new SseDecoder((data) => {
      if (data === '[DONE]') received.isDone = true;
      else received.events.push(JSON.parse(data) as Json);
    });
    for await (const chunk of body) {
      decoder.push(chunk);
      if (received.events.length === 0 && !received.isDone) this.socket.ping();
      yield* received.events.splice(0);
    }
  }

  /** Sends a message. Resolves when the message was passed to the network, which a client that does not read delays. */
  private send(message: Json): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(JSON.stringify(message), (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
