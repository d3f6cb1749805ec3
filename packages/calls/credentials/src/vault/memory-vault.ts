import { checkEntry } from './format.ts';
import { KnownSecrets } from './known-secrets.ts';
import { vaultEntry, type StoredCredential, type Vault } from './vault.ts';

/** Returns a vault in memory, for one process and for tests. */
export function memoryVault(): Vault {
  const entries = new Map<string, StoredCredential>();
  const knownSecrets = new KnownSecrets();
  const queue = new Map<string, Promise<unknown>>();
  return {
    get(name) {
      const entry = entries.get(name);
      knownSecrets.add(entry);
      return Promise.resolve(entry);
    },
    update(name, change) {
      const run = async (): Promise<StoredCredential | undefined> => {
        const next = checkEntry(await change(entries.get(name)), name);
        knownSecrets.add(next);
        if (next === undefined) entries.delete(name);
        else entries.set(name, next);
        return next;
      };
      // A change begins after the one before it, even if that one has failed.
      const running = (queue.get(name) ?? Promise.resolve()).then(run, run);
      queue.set(name, running);
      return running;
    },
    list: () => Promise.resolve([...entries].map(([name, entry]) => vaultEntry(name, entry))),
    secrets: () => knownSecrets.all(),
  };
}
