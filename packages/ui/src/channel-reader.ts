import type { RunChannel } from '@majordomo/agent/durable';
import type { Clock } from '@majordomo/core';
import {
  ANSWER_MS,
  ChatTopic,
  PING_MS,
  SILENCE_MS,
  type ChatContent,
  type ChatMessage,
} from './chat-topic.ts';
import { ChunkReader } from './chunk-reader.ts';

const LOST = 'response: its connection to this server was lost; reload the page';

/** Options of a reader of another process. */
export interface ChannelReaderOptions {
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** Returns a reader of the response of a chat in another process; `undefined` if no process has one. */
export function readFromChannel(
  channel: RunChannel,
  chatId: string,
  options: ChannelReaderOptions,
): Promise<ChunkReader | undefined> {
  return new ChannelReader(channel, chatId, options).reader;
}

class ChannelReader {
  readonly reader: Promise<ChunkReader | undefined>;
  private readonly id = crypto.randomUUID();
  private readonly topic: ChatTopic;
  private readonly clock: Clock;
  private readonly chunks: ChunkReader;
  private begin: (reader: ChunkReader | undefined) => void = () => undefined;
  private response: string | undefined;
  /** Number of the next message with chunks. */
  private number = 0;
  private cancelSilence = (): void => undefined;
  private cancelPing = (): void => undefined;

  constructor(channel: RunChannel, chatId: string, { maxBytes, clock }: ChannelReaderOptions) {
    this.clock = clock;
    this.chunks = new ChunkReader({ maxBytes, onLeave: () => this.leave() });
    this.reader = new Promise((resolve) => (this.begin = resolve));
    this.topic = new ChatTopic(channel, chatId, (message) => this.receive(message));
    void this.topic.publish({ type: 'resume', reader: this.id });
    this.limitSilence(ANSWER_MS);
  }

  private receive(message: ChatMessage): void {
    if (this.response === undefined) {
      // The process subscribed after the request.
      if (message.type === 'started') void this.topic.publish({ type: 'resume', reader: this.id });
      if (message.type !== 'content' || message.reader !== this.id) return;
      this.response = message.response;
      this.number = message.number;
      this.begin(this.chunks);
      this.ping();
      this.accept(message);
    } else if (message.type === 'chunks' && message.response === this.response) {
      if (message.number === this.number++) this.accept(message);
      else this.chunks.fail(LOST);
    }
  }

  private accept({ chunks, isOver }: ChatContent): void {
    this.limitSilence(SILENCE_MS);
    for (const chunk of chunks) this.chunks.push(chunk);
    if (!isOver) return;
    this.chunks.end();
    this.close();
  }

  private limitSilence(ms: number): void {
    this.cancelSilence();
    this.cancelSilence = this.clock.timer(ms, () => this.endSilence(), true);
  }

  private endSilence(): void {
    if (this.response !== undefined) this.chunks.fail(LOST);
    else this.close();
    this.begin(undefined);
  }

  private ping(): void {
    this.cancelPing = this.clock.timer(
      PING_MS,
      () => {
        void this.topic.publish({ type: 'ping', reader: this.id });
        this.ping();
      },
      true,
    );
  }

  private leave(): void {
    void this.topic.publish({ type: 'left', reader: this.id });
    this.close();
  }

  private close(): void {
    this.cancelSilence();
    this.cancelPing();
    this.topic.close();
  }
}

/** Stops the response of a chat in another process. Returns false if no process has a running one. */
export function stopByChannel(channel: RunChannel, chatId: string, clock: Clock): Promise<boolean> {
  const request = crypto.randomUUID();
  return new Promise((resolve) => {
    const settle = (wasRunning: boolean): void => {
      cancel();
      topic.close();
      resolve(wasRunning);
    };
    const limit = (ms: number): (() => void) => clock.timer(ms, () => settle(false), true);
    const topic = new ChatTopic(channel, chatId, (message) => {
      if (!('request' in message) || message.request !== request) return;
      if (message.type === 'stopped') settle(message.wasRunning);
      if (message.type !== 'stopping') return;
      cancel();
      cancel = limit(SILENCE_MS);
    });
    let cancel = limit(ANSWER_MS);
    void topic.publish({ type: 'stop', request });
  });
}
