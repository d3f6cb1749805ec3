import type { RunChannel } from '../../src/durable.ts';

/** Returns a channel within one process, and all strings that were published on it. */
export function memoryChannel(): { readonly channel: RunChannel; readonly texts: string[] } {
  const texts: string[] = [];
  const listeners = new Set<(text: string) => void>();
  return {
    texts,
    channel: {
      async publish(_runId, text) {
        texts.push(text);
        for (const listener of listeners) listener(text);
      },
      async subscribe(_runId, listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}
