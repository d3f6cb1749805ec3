import type { RunChannel } from '../../src/durable.ts';

/** A channel within one process, and all texts that went through it. */
export function memoryChannel(): { readonly channel: RunChannel; readonly texts: string[] } {
  const texts: string[] = [];
  const hearers = new Set<(text: string) => void>();
  return {
    texts,
    channel: {
      async publish(_runId, text) {
        texts.push(text);
        for (const hear of hearers) hear(text);
      },
      async subscribe(_runId, hear) {
        hearers.add(hear);
        return () => hearers.delete(hear);
      },
    },
  };
}
