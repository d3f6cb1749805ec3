import type { RunChannel } from '@majordomo/agent/durable';

/** Message between processes, as the channel carries it. */
export interface Carried {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Channel between the registries of a test. All subscribers receive messages in the same order. */
export interface MemoryChannel extends RunChannel {
  /** Messages that were published. */
  readonly published: readonly Carried[];
  /** Decides which messages are lost from now on. */
  loses: (message: Carried) => boolean;
  /** Messages that are published from now on wait for this promise. */
  accepted: Promise<undefined>;
}

export function memoryChannel(): MemoryChannel {
  const listeners = new Map<string, Set<(text: string) => void>>();
  const published: Carried[] = [];
  let last = Promise.resolve();
  const channel: MemoryChannel = {
    published,
    loses: () => false,
    accepted: Promise.resolve(undefined),
    publish(id, text) {
      const message = JSON.parse(text) as Carried;
      published.push(message);
      const { accepted } = channel;
      last = last.then(async () => {
        await accepted;
        if (!channel.loses(message)) for (const listener of listeners.get(id) ?? []) listener(text);
      });
      return last;
    },
    subscribe(id, onText) {
      const subscribed = listeners.get(id) ?? new Set();
      listeners.set(id, subscribed.add(onText));
      return Promise.resolve(() => subscribed.delete(onText));
    },
  };
  return channel;
}
