import type { RunChannel } from '@majordomo/agent/durable';

/** Message between processes. */
export interface ChannelMessage {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Channel between the registries of a test. All subscribers receive messages in the same order. */
export interface MemoryChannel extends RunChannel {
  /** Messages that were published. */
  readonly published: readonly ChannelMessage[];
  /** Whether the channel loses this message. A test may replace the function. */
  isLost: (message: ChannelMessage) => boolean;
  /** Promise for which messages wait that are published later. */
  acceptance: Promise<undefined>;
}

/**
 * Returns the channel of a process that receives its messages late, in the order of the channel.
 *
 * @param options.arrival promise for which the messages wait. A test may replace it.
 * @param options.subscription promise for which subscriptions wait
 */
export function slowChannel(
  channel: RunChannel,
  options: { arrival?: Promise<unknown>; subscription?: Promise<unknown> },
): RunChannel {
  return {
    publish: (id, text) => channel.publish(id, text),
    async subscribe(id, onText, onEnd) {
      await options.subscription;
      let last = Promise.resolve();
      const deliver = (text: string): void => {
        last = last.then(async () => {
          await options.arrival;
          onText(text);
        });
      };
      return channel.subscribe(id, deliver, onEnd);
    },
  };
}

export function memoryChannel(): MemoryChannel {
  const listeners = new Map<string, Set<(text: string) => void>>();
  const published: ChannelMessage[] = [];
  let lastDelivery = Promise.resolve();
  const channel: MemoryChannel = {
    published,
    isLost: () => false,
    acceptance: Promise.resolve(undefined),
    publish(id, text) {
      const message = JSON.parse(text) as ChannelMessage;
      published.push(message);
      const { acceptance } = channel;
      lastDelivery = lastDelivery.then(async () => {
        await acceptance;
        if (!channel.isLost(message)) for (const listener of listeners.get(id) ?? []) listener(text);
      });
      return lastDelivery;
    },
    subscribe(id, onText) {
      const subscribers = listeners.get(id) ?? new Set();
      listeners.set(id, subscribers.add(onText));
      return Promise.resolve(() => subscribers.delete(onText));
    },
  };
  return channel;
}
