import type { RunChannel } from '@majordomo/agent/durable';
import { invoke, isRecord } from '@majordomo/core/toolkit';
import type { UiMessageChunk } from './types.ts';

/** Maximum time until another process answers a request, in milliseconds. */
export const ANSWER_MS = 2_000;
/** Interval at which a reader checks that the process of the response is alive, in milliseconds. */
export const PING_MS = 5_000;
/** Time without a message after which the other process is considered dead, in milliseconds. */
export const SILENCE_MS = 15_000;

/** Message between processes about the responses of one chat. */
export type ChatMessage =
  /** A response was started. It replaces all earlier ones of the chat. */
  | { readonly type: 'started'; readonly response: string }
  /** A reader requests the content, checks that the process is alive, or has left. */
  | { readonly type: 'resume' | 'ping' | 'left'; readonly reader: string }
  /** Content so far, for one reader. `number` is the number of the next `chunks` message. */
  | ({ readonly type: 'content'; readonly reader: string } & ChatContent)
  /** Next chunks for all readers. An empty list confirms that the process is alive. */
  | ({ readonly type: 'chunks' } & ChatContent)
  /** Request to stop the response, and the notice that its process received the request. */
  | { readonly type: 'stop' | 'stopping'; readonly request: string }
  /** Notice that `onEnd` has settled. `wasRunning` is false if the response had ended before the request. */
  | { readonly type: 'stopped'; readonly request: string; readonly wasRunning: boolean };

/** Chunks of a response, with the number of their message. */
export interface ChatContent {
  readonly response: string;
  readonly number: number;
  readonly chunks: readonly UiMessageChunk[];
  readonly isOver: boolean;
}

/** Messages about one chat over the channel of the application. Failures of the channel are ignored. */
export class ChatTopic {
  private readonly channel: RunChannel;
  private readonly name: string;
  private readonly subscribing: Promise<() => unknown>;

  constructor(channel: RunChannel, chatId: string, onMessage: (message: ChatMessage) => void) {
    this.channel = channel;
    this.name = JSON.stringify(['ui', chatId]);
    const onText = (text: string): void => {
      const message = parseMessage(text);
      if (message !== undefined) onMessage(message);
    };
    this.subscribing = Promise.resolve(invoke(() => channel.subscribe(this.name, onText, () => undefined)));
  }

  /** Publishes a message when the subscription is active. Returns whether the channel accepted it. */
  async publish(message: ChatMessage): Promise<boolean> {
    try {
      await this.subscribing;
      await this.channel.publish(this.name, JSON.stringify(message));
      return true;
    } catch {
      // The other process detects the gap.
      return false;
    }
  }

  close(): void {
    this.subscribing.then((unsubscribe) => unsubscribe()).catch(() => undefined);
  }
}

function parseMessage(text: string): ChatMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? (value as unknown as ChatMessage) : undefined;
  } catch {
    return undefined;
  }
}
