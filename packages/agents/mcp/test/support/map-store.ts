import type { McpStore } from '../../src/index.ts';

/** Store in a map, which tests read and damage. */
export function mapStore(): McpStore & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    get: (name) => Promise.resolve(entries.get(name)),
    set: (name, value) => {
      if (value === undefined) entries.delete(name);
      else entries.set(name, value);
      return Promise.resolve();
    },
    take: (name) => {
      const value = entries.get(name);
      entries.delete(name);
      return Promise.resolve(value);
    },
  };
}
