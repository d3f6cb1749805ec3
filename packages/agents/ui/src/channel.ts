import type { RunChannel } from '@majordomo/agent/durable';
import type { Clock } from '@majordomo/core';
import { invoke, isRecord, withTimeout } from '@majordomo/core/toolkit';
import { ChunkReader } from './chunk-reader.ts';
import type { LiveResponse } from './live-response.ts';
import type { UiMessageChunk } from './types.ts';

/** Time in which another process must answer the first request, in milliseconds. */
const ANSWER_MS = 2_000;
/** Maximum wait until a message of a process arrives at the same process, in milliseconds. */
const ARRIVAL_MS = 500;
/** Time without a reply after which a request is repeated, in milliseconds. */
const REPEAT_MS = 5_000;
/** Number of unanswered requests after which the other process is considered dead. */
const MAX_SILENCES = 3;
const LOST = 'response: the connection was lost; reload the page';

/** Message between processes about the responses of one chat. */
type ChatMessage =
  /** A response is about to be served. Its process does not receive messages yet. Earlier responses of the chat are replaced. */
  | { readonly type: 'starting'; readonly response: string }
  /** A response was started, and its process receives messages. It replaces all earlier responses of the chat. */
  | { readonly type: 'started'; readonly response: string }
  /** Message of a process to itself. It arrives after all messages that were published earlier. */
  | { readonly type: 'mark'; readonly mark: string }
  /** Request for the next chunks, or for stopping the response. `number` counts the client's requests, starting at 0. */
  | {
      readonly type: 'read' | 'stop';
      readonly client: string;
      readonly number: number;
      /** Id of the response that answered the previous request. */
      readonly response?: string;
      /** `requestId` of the response that the page expects. Other responses do not answer. */
      readonly requestId?: string;
    }
  /** The client needs no more chunks. */
  | { readonly type: 'left'; readonly client: string }
  | Reply;

/** Answer to a request. */
interface Reply {
  readonly type: 'reply';
  readonly client: string;
  readonly number: number;
  readonly response: string;
  /** Whether the process only confirms the request, and replies to it later in another message. */
  readonly isWaiting?: boolean;
  readonly chunks?: readonly UiMessageChunk[];
  readonly isOver?: boolean;
  /** Whether the response was running when it was stopped. */
  readonly wasRunning?: boolean;
}

/** Channel of the application for the messages about one chat. Failures of the channel are ignored. */
interface ChatTopic {
  /**
   * Publishes a message when `ready` has resolved. Resolves to whether the channel accepted the message.
   *
   * @param ready `@default` the subscription is active
   */
  publish(message: ChatMessage, ready?: Promise<unknown>): Promise<boolean>;
  /**
   * Publishes a message when `ready` has resolved and the subscription is active, and waits until it arrives in this process, for
   * at most `ARRIVAL_MS`. All messages that were published earlier have then arrived too. Resolves to whether it arrived, or to
   * `undefined` if it may still arrive.
   */
  publishAndReceive(message?: ChatMessage, ready?: Promise<unknown>): Promise<boolean | undefined>;
  close(): void;
}

function openTopic(
  channel: RunChannel,
  chatId: string,
  clock: Clock,
  onMessage: (message: ChatMessage) => void,
): ChatTopic {
  /** Functions that are called when a message of this process arrives, by text. */
  const arrivals = new Map<string, () => void>();
  const name = JSON.stringify(['ui', chatId]);
  const onText = (text: string): void => {
    try {
      const message: unknown = JSON.parse(text);
      if (isRecord(message)) onMessage(message as unknown as ChatMessage);
      arrivals.get(text)?.();
    } catch {
      // Ignore a message that is not JSON, because another application may have sent it.
    }
  };
  // The end of the subscription is ignored, because a request without a reply is repeated, and then fails.
  const subscribing = Promise.resolve(invoke(() => channel.subscribe(name, onText, () => undefined)));
  const publish = async (message: ChatMessage, ready: Promise<unknown> = subscribing): Promise<boolean> => {
    try {
      await ready;
      await channel.publish(name, JSON.stringify(message));
      return true;
    } catch {
      // Ignore the failure, because the client repeats the request.
      return false;
    }
  };
  return {
    publish,
    async publishAndReceive(message = { type: 'mark', mark: crypto.randomUUID() }, ready) {
      const text = JSON.stringify(message);
      const arrived = new Promise<true>((resolve) => arrivals.set(text, () => resolve(true)));
      const sending = publish(message, Promise.all([subscribing, ready]));
      const arriving = sending.then((isSent) => isSent && arrived);
      const hasArrived = await withTimeout(arriving, ARRIVAL_MS, clock, { isBackground: true }).catch(
        () => undefined,
      );
      arrivals.delete(text);
      return hasArrived;
    },
    close: () => void subscribing.then((unsubscribe) => unsubscribe()).catch(() => undefined),
  };
}

/** Client that sends requests to the process of a chat's response. */
interface ChatClient {
  /** Returns the newest response's answer to the first request; `undefined` if no process answers. */
  firstRequest(): Promise<Reply | undefined>;
  /** Returns the answer to a request; `undefined` if no process answers, or after `close`. */
  request(): Promise<Reply | undefined>;
  /** Closes the client and notifies the other process, which then removes its reader. */
  leave(): void;
  close(): void;
}

function chatClient(
  type: 'read' | 'stop',
  channel: RunChannel,
  chatId: string,
  clock: Clock,
  requestId?: string,
): ChatClient {
  const client = crypto.randomUUID();
  /** Number of the last request; -1 before the first one. */
  let number = -1;
  /** Id of the response that answered. Answers of other responses are ignored. */
  let response: string | undefined;
  /** Id of the response that was started last, as far as this client knows. */
  let newest: string | undefined;
  /** Number of confirmations of the last request. A process that confirms a request is alive, and replies later. */
  let confirmations = 0;
  let isClosed = false;
  let settle: (reply?: Reply) => void = () => undefined;

  const topic = openTopic(channel, chatId, clock, (message) => {
    if (message.type === 'starting' || message.type === 'started') newest = message.response;
    // The other process subscribed after the request was sent, so send the request again.
    if (message.type === 'started' && type === 'read' && response === undefined) send();
    if (message.type !== 'reply' || message.client !== client || message.number !== number) return;
    const expected = response ?? newest;
    if (expected !== undefined && message.response !== expected) return;
    ({ response } = message);
    if (message.isWaiting === true) confirmations++;
    else settle(message);
  });
  const send = (): void =>
    void topic.publish({
      type,
      client,
      number,
      ...(response !== undefined && { response }),
      ...(requestId !== undefined && { requestId }),
    });
  const replyWithin = (ms: number): Promise<Reply | undefined> => {
    const replied = new Promise<Reply | undefined>((resolve) => (settle = resolve));
    return withTimeout(replied, ms, clock, { isBackground: true }).catch(() => undefined);
  };
  const close = (): void => {
    isClosed = true;
    settle();
    topic.close();
  };

  const request = async (): Promise<Reply | undefined> => {
    number++;
    let silences = 0;
    // Before the first answer, it is unknown whether a process has a response, so one request must suffice.
    while (silences < (response === undefined ? 1 : MAX_SILENCES)) {
      confirmations = 0;
      send();
      const reply = await replyWithin(response === undefined ? ANSWER_MS : REPEAT_MS);
      if (reply !== undefined || isClosed) return reply;
      silences = confirmations > 0 ? 0 : silences + 1;
    }
    return undefined;
  };

  return {
    request,
    async firstRequest() {
      for (;;) {
        const reply = await request();
        if (reply === undefined) return undefined;
        // A newer response may have started while the older one answered.
        await topic.publishAndReceive();
        if (newest === undefined || newest === reply.response) return reply;
        response = undefined;
        number = -1;
      }
    },
    leave() {
      void topic.publish({ type: 'left', client });
      close();
    },
    close,
  };
}

/** Options of a reader in another process. */
interface ReadOptions {
  /** `requestId` of the response that the page expects. `@default` the newest response of the chat */
  readonly requestId: string | undefined;
  readonly maxChars: number;
  readonly clock: Clock;
}

/** Returns a reader of a chat's response in another process, or `undefined` if no process has a response. */
export async function readFromChannel(
  channel: RunChannel,
  chatId: string,
  { requestId, maxChars, clock }: ReadOptions,
): Promise<ChunkReader | undefined> {
  const client = chatClient('read', channel, chatId, clock, requestId);
  const first = await client.firstRequest();
  const reader = new ChunkReader(maxChars, () => client.leave());
  if (first === undefined) client.close();
  else void follow(client, reader, first);
  return first && reader;
}

async function follow(client: ChatClient, reader: ChunkReader, first: Reply): Promise<void> {
  for (let reply: Reply | undefined = first; !reader.isOver; reply = await client.request()) {
    for (const chunk of reply?.chunks ?? []) reader.push(chunk);
    if (reply === undefined) reader.fail(LOST);
    if (reply?.isOver !== true) continue;
    reader.end();
    client.close();
  }
}

/** Stops a chat's response in another process. Returns false if no process has a running response. */
export async function stopByChannel(channel: RunChannel, chatId: string, clock: Clock): Promise<boolean> {
  const client = chatClient('stop', channel, chatId, clock);
  const reply = await client.request();
  client.close();
  return reply?.wasRunning === true;
}

/** Reader that a client in another process uses. */
interface RemoteReader {
  readonly chunks: ChunkReader;
  /** Last reply. It is sent again if the client repeats its request. */
  reply?: Reply;
  /** Number of the last request. */
  number: number;
  isWaiting: boolean;
  /** Cancels the timer that removes the reader if its process sends no further request. */
  cancelRemoval(): void;
}

/** Connection of one response to the other processes. */
interface ResponseService {
  /**
   * Resolves when the notice of the response has arrived in this process, or after `ARRIVAL_MS`, to whether it has arrived.
   * Requests that are published later arrive after the notice, so that no process answers them with an earlier response.
   */
  readonly announced: Promise<boolean>;
  /** Resolves when all messages have arrived that were published before this call, or after `ARRIVAL_MS`. */
  catchUp(): Promise<unknown>;
  close(): void;
}

/** Answers other processes' requests for a response of this process. Publishes content only while another process has readers. */
export function serveChannel(
  channel: RunChannel,
  chatId: string,
  live: LiveResponse,
  clock: Clock,
): ResponseService {
  const { id: response } = live;
  const readers = new Map<string, RemoteReader>();
  /** Whether the message `started` has arrived in this process, or could not be sent. */
  let isAnnounced = false;

  const topic = openTopic(channel, chatId, clock, (message) => {
    if (message.type === 'starting' || message.type === 'started') {
      // All processes receive messages in the same order, so the response that is announced last is the newest.
      const isOwn = message.response === response;
      if (isOwn && message.type === 'started') isAnnounced = true;
      if (!isOwn && isAnnounced) live.supersede();
    }
    if (message.type === 'read') {
      const isMeant = (message.response ?? response) === response && live.isExpected(message.requestId);
      if (isMeant) void answer(message.client, message.number);
      else remove(message.client);
    }
    if (message.type === 'stop') {
      // A request without a response stops the newest response.
      const isMeant = message.response === undefined ? !live.isSuperseded : message.response === response;
      if (isMeant) void stop(message.client, message.number);
    }
    if (message.type === 'left') remove(message.client);
  });
  const announce = async (): Promise<boolean> => {
    // Publish before the subscription is active, so that a page that resumes at once does not receive an earlier response.
    const starting = topic.publish({ type: 'starting', response }, Promise.resolve());
    const hasArrived = await topic.publishAndReceive({ type: 'started', response }, starting);
    // A message that was not sent does not arrive later.
    isAnnounced ||= hasArrived === false;
    return hasArrived === true;
  };
  const reply = (client: string, number: number, answered: Partial<Reply>): Reply => {
    const message = { type: 'reply', client, number, response, ...answered } as const;
    void topic.publish(message);
    return message;
  };

  async function answer(client: string, number: number): Promise<void> {
    // Only the first request of a client begins a reader. The reader of a later request was removed.
    const reader = readers.get(client) ?? (number === 0 ? accept(client) : undefined);
    // A repeated request may arrive after the next one, because channels may use several connections.
    if (reader === undefined || number < reader.number) return;
    reader.number = number;
    reader.cancelRemoval();
    reader.cancelRemoval = clock.timer(MAX_SILENCES * REPEAT_MS, () => remove(client), {
      isBackground: true,
    });
    if (reader.isWaiting) {
      reply(client, number, { isWaiting: true });
    } else if (reader.reply?.number === number) {
      void topic.publish(reader.reply);
    } else {
      reader.isWaiting = true;
      const chunks = await reader.chunks.take();
      reader.isWaiting = false;
      if (readers.has(client)) reader.reply = reply(client, number, { chunks, isOver: reader.chunks.isRead });
    }
  }

  function accept(client: string): RemoteReader | undefined {
    const chunks = live.isSuperseded ? undefined : live.read();
    if (chunks === undefined) return undefined;
    const reader = { chunks, number: 0, isWaiting: false, cancelRemoval: () => undefined };
    readers.set(client, reader);
    return reader;
  }

  function remove(client: string): void {
    const reader = readers.get(client);
    reader?.cancelRemoval();
    void reader?.chunks.return();
    readers.delete(client);
  }

  async function stop(client: string, number: number): Promise<void> {
    const wasRunning = !live.isOver;
    if (wasRunning) reply(client, number, { isWaiting: true });
    await live.stop();
    reply(client, number, { wasRunning });
  }

  const announced = announce();
  return {
    announced,
    // A channel that did not deliver the notice delivers no mark either.
    catchUp: async () => (await announced) && topic.publishAndReceive(),
    close: () => topic.close(),
  };
}
