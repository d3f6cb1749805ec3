import type { RunChannel } from '@majordomo/agent/durable';
import type { Clock } from '@majordomo/core';
import { ChatTopic, SILENCE_MS, type ChatMessage } from './chat-topic.ts';
import { ChunkLog } from './chunk-log.ts';
import type { ChunkSink } from './chunk-reader.ts';
import type { LiveResponse } from './live-response.ts';
import type { UiMessageChunk } from './types.ts';

/** Answers requests of other processes for a response of this process. Publishes content only while another process has a reader. */
export class ChannelWriter implements ChunkSink {
  private readonly response: LiveResponse;
  private readonly clock: Clock;
  private readonly topic: ChatTopic;
  /** Readers in other processes. Each has a function that stops its timer, which removes the reader if its process has died. */
  private readonly readers = new Map<string, () => void>();
  /** Readers that wait for the content so far. */
  private readonly newReaders: string[] = [];
  private readonly unsent = new ChunkLog();
  private number = 0;
  private isSignDue = false;
  private isSending = false;
  /** Whether all processes have been notified of the response. */
  private isAnnounced = false;

  constructor(channel: RunChannel, chatId: string, response: LiveResponse, clock: Clock) {
    this.response = response;
    this.clock = clock;
    this.topic = new ChatTopic(channel, chatId, (message) => this.receive(message));
    void this.announce();
  }

  push(chunk: UiMessageChunk): void {
    this.unsent.add(chunk);
    void this.send();
  }

  end(): void {
    this.isSignDue = true;
    void this.send();
    for (const cancel of this.readers.values()) cancel();
    this.readers.clear();
  }

  close(): void {
    this.topic.close();
  }

  private async announce(): Promise<void> {
    const isSent = await this.topic.publish({ type: 'started', response: this.response.id });
    // The channel returns only messages that were sent.
    if (!isSent) this.isAnnounced = true;
  }

  private receive(message: ChatMessage): void {
    // All processes receive messages in the same order: the response that is announced last is the newest.
    if (message.type === 'started') {
      if (message.response === this.response.id) this.isAnnounced = true;
      else if (this.isAnnounced) this.response.supersede();
    }
    if (message.type === 'left') this.remove(message.reader);
    if (message.type === 'ping' && this.readers.has(message.reader)) {
      this.expectPing(message.reader);
      this.isSignDue = true;
      void this.send();
    }
    if (this.response.isSuperseded) return;
    if (message.type === 'resume') this.accept(message.reader);
    if (message.type === 'stop') void this.stop(message.request);
  }

  private accept(reader: string): void {
    if (this.response.content === undefined) return;
    this.newReaders.push(reader);
    if (!this.response.isOver) {
      if (this.readers.size === 0) this.response.add(this);
      this.expectPing(reader);
    }
    void this.send();
  }

  private expectPing(reader: string): void {
    this.readers.get(reader)?.();
    this.readers.set(
      reader,
      this.clock.timer(SILENCE_MS, () => this.remove(reader), true),
    );
  }

  private remove(reader: string): void {
    this.readers.get(reader)?.();
    if (this.readers.delete(reader) && this.readers.size === 0) this.response.remove(this);
  }

  private async stop(request: string): Promise<void> {
    const wasRunning = !this.response.isOver;
    void this.topic.publish({ type: 'stopping', request });
    await this.response.stop();
    void this.topic.publish({ type: 'stopped', request, wasRunning });
  }

  /** Sends one message at a time. Chunks that arrive in the meantime are joined. */
  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    for (let message = this.nextMessage(); message !== undefined; message = this.nextMessage())
      await this.topic.publish(message);
    this.isSending = false;
  }

  private nextMessage(): ChatMessage | undefined {
    const { id, isOver, content } = this.response;
    if (this.isSignDue || this.unsent.chunks.length > 0) {
      this.isSignDue = false;
      return { type: 'chunks', response: id, number: this.number++, chunks: this.unsent.splice(0), isOver };
    }
    const reader = content && this.newReaders.shift();
    return reader === undefined
      ? undefined
      : { type: 'content', reader, response: id, number: this.number, chunks: content ?? [], isOver };
  }
}
