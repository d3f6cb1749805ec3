import { systemClock } from '@majordomo/core';
import { derivedSignal, isFragmented, isRecord, Semaphore, SseDecoder } from '@majordomo/core/toolkit';
import type { WebSocket } from 'ws';
import { Refusal } from '../../errors/refusal.ts';
import { refusalOf } from '../../errors/refusal-of.ts';
import { invalid } from '../../parsing/fields.ts';
import type { Json } from '../../response-store.ts';
import type { SocketPlace } from '../../socket-limit.ts';
import { bodyChunks, historyAfter, withOwnPlaces, type History } from './history.ts';
import {
  errorMessage,
  parseJson,
  parseMessage,
  refusalMessage,
  steerFailed,
  streamIdOf,
  type ClientMessage,
} from './message.ts';
import type { SocketRequests } from './requests.ts';
import { warmUpResponse } from './warm-up.ts';

/** Limits that OpenAI documents for a socket: running requests, after which further ones wait, values of `stream_id`, and age. */
const MAX_RUNNING = 16;
const MAX_NAMED_LANES = 32;
const LIFETIME_MS = 3_600_000;
/** Maximum number of requests of a socket that run or wait. */
const MAX_REQUESTS = 128;
/** Number of unsent bytes from which pings are not answered, because the client reads nothing. */
const MAX_UNSENT = 2 ** 20;
/** Number of bytes of an incomplete message that do not count for the limit of the caller, such as the heads of its fragments. */
const MAX_UNCOUNTED = 2 ** 18;

/** Ordered requests with the same `stream_id`, or without one. */
interface Lane {
  /** Conversation up to the latest response. */
  history: History | undefined;
  /** Settles when the last request has ended. */
  last: Promise<void>;
}

interface Create extends Extract<ClientMessage, { readonly type: 'create' }> {
  readonly streamId: string | undefined;
  /** Size of the message in bytes. */
  readonly size: number;
}

interface SessionOptions {
  readonly requests: SocketRequests;
  /** Signal that aborts when the client disconnects. */
  readonly signal: AbortSignal;
  readonly place: SocketPlace;
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

const UNAUTHORIZED: Ending = {
  refusal: new Refusal('unauthorized', 'the key is no longer accepted'),
  isAnnounced: false,
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
  private readonly place: SocketPlace;
  private readonly lanes = new Map<string | undefined, Lane>();
  private readonly running = new Semaphore(MAX_RUNNING);
  private unfinished = 0;
  /** Number of bytes of the incomplete message. */
  private receiving = 0;
  /** Number of chunks in which the incomplete frame has arrived. */
  private chunks = 0;
  /** Number of bytes of the requests that have not begun. */
  private waiting = 0;
  private ending: Ending | undefined;

  constructor(socket: WebSocket, { requests, signal, place }: SessionOptions) {
    this.socket = socket;
    this.requests = requests;
    this.signal = signal;
    this.place = place;
    // `ws` joins the chunks of a complete frame into one buffer, so only the chunks of an incomplete frame are counted.
    const endFrame = (): void => {
      this.chunks = 0;
    };
    socket.on('message', (data, isBinary) => {
      endFrame();
      this.hold(0, this.waiting);
      this.receive(isBinary ? undefined : (data as Buffer));
    });
    socket.on('pong', endFrame);
    socket.on('ping', (data) => {
      endFrame();
      if (socket.bufferedAmount < MAX_UNSENT) socket.pong(data);
    });
    // `ws` closes the socket after each error, such as a message above the limit.
    socket.on('error', () => undefined);
    const stopTimer = systemClock.timer(LIFETIME_MS, () => {
      this.end(EXPIRED);
    });
    socket.on('close', stopTimer);
    place.refused.addEventListener('abort', () => {
      this.end({ refusal: place.refused.reason as Refusal, isAnnounced: true });
    });
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

  /**
   * Counts a chunk that the client has sent. Ends the socket if its chunks are too small, or if all sockets of the caller receive more
   * than a message may have.
   */
  countReceived(bytes: number): void {
    const receiving = this.receiving + bytes;
    if (isFragmented(++this.chunks, receiving) || !this.hold(receiving, this.waiting))
      this.socket.terminate();
  }

  /** Changes the bytes of incomplete and waiting messages. Returns whether the caller may send as many. */
  private hold(receiving: number, waiting: number): boolean {
    const isHeld = this.place.inbound.set(waiting + Math.max(0, receiving - MAX_UNCOUNTED));
    if (isHeld) [this.receiving, this.waiting] = [receiving, waiting];
    return isHeld;
  }

  private receive(bytes: Uint8Array | undefined): void {
    let streamId: string | undefined;
    try {
      if (bytes === undefined) invalid('', 'must be text, not binary');
      const json = parseJson(bytes, this.place.maxElements);
      streamId = streamIdOf(json);
      const message = parseMessage(json);
      if (message.type === 'steer') this.reply(steerFailed(message.steer));
      else this.accept({ ...message, streamId, size: bytes.length });
    } catch (error) {
      void refusalMessage(refusalOf(error)).then((message) => {
        this.reply({ ...message, stream_id: streamId });
      });
    }
  }

  /** Sends a message outside a response. Reads no further messages before it was passed to the network. */
  private reply(message: Json): void {
    this.socket.pause();
    void this.send(message)
      .catch(() => undefined)
      .then(() => {
        this.socket.resume();
      });
  }

  /** Runs a request after the earlier requests of its lane. Throws a refusal if the socket accepts no further request. */
  private accept(create: Create): void {
    const lane = this.laneOf(create.streamId);
    if (!this.hold(this.receiving, this.waiting + create.size)) {
      const message = `the waiting requests of your sockets are larger than ${this.place.maxBytes} bytes; wait for a response`;
      throw new Refusal('busy', message);
    }
    void this.enqueue(create, lane);
  }

  /** Returns the lane of a request. */
  private laneOf(streamId: string | undefined): Lane {
    if (this.ending !== undefined) throw this.ending.refusal;
    if (this.unfinished >= MAX_REQUESTS)
      throw new Refusal('busy', `the socket has ${MAX_REQUESTS} unfinished requests; wait for a response`);
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

  private async enqueue(create: Create, lane: Lane): Promise<void> {
    this.unfinished++;
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
    this.hold(this.receiving, this.waiting - create.size);
    if (this.socket.readyState !== this.socket.OPEN) return;
    // A request may leave a listener on its signal, and the signal of the socket serves many requests.
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
    const chunks = bodyChunks(body, history);
    const response = generates
      ? await this.requests.create(chunks, signal)
      : ((await this.requests.check(chunks, signal)) ?? warmUpResponse(body));
    if (!response.ok || response.body === null) {
      const message = await errorMessage(response);
      const error = history === undefined ? message.error : withOwnPlaces(message.error, history);
      await this.send({ ...message, error, stream_id: streamId });
      // The key has expired or was revoked, so each further request would be refused.
      if (response.status === 401) this.end(UNAUTHORIZED);
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

  /** Returns the conversation of a response that is the latest of a lane. */
  private historyOf(responseId: unknown): History | undefined {
    for (const { history } of this.lanes.values()) if (history?.id === responseId) return history;
    return undefined;
  }

  /**
   * Sets the conversation of a lane. While the sockets of the caller keep more than a message may have, drops conversations of this
   * socket, this one last. A request that continues a dropped one is refused, and the client sends the complete input.
   */
  private remember(lane: Lane, history: History | undefined): void {
    lane.history = history;
    const others = [...this.lanes.values()].filter((each) => each !== lane);
    const sizeOf = (each: Lane): number => each.history?.json.length ?? 0;
    let total = others.reduce((sum, each) => sum + sizeOf(each), sizeOf(lane));
    for (const each of [...others, lane]) {
      if (this.place.kept.set(total)) return;
      total -= sizeOf(each);
      each.history = undefined;
    }
    this.place.kept.set(0);
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
