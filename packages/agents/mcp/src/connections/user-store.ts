import { LlmError } from '@majordomo/core';
import type { McpStore } from '../store.ts';

const MAX_USER_CHARS = 256;

/**
 * Returns the name of a user for entries of the store, without characters that have a meaning in paths. Throws `config` for an
 * invalid id.
 */
export function encodedUser(user: string): string {
  const isValid =
    typeof (user as unknown) === 'string' &&
    user !== '' &&
    Array.from(user).length <= MAX_USER_CHARS &&
    !/\p{Surrogate}/u.test(user);
  if (!isValid)
    throw new LlmError(
      'config',
      `createMcpConnections: user must be a string of 1 to ${MAX_USER_CHARS} characters; pass the id of a user who is logged in to the application`,
      { path: 'user' },
    );
  return encodeURIComponent(user).replaceAll('.', '%2E');
}

/** Returns the view of one user on the store. Only registrations of clients belong to all users. */
export function userStore(store: McpStore, name: string, user: string): McpStore {
  const prefix = `mcp/${name}/`;
  const shared = `${prefix}client/`;
  const own = `${prefix}user/${encodedUser(user)}/`;
  const nameFor = (entry: string): string =>
    entry.startsWith(shared) ? entry : own + entry.slice(prefix.length);
  const { take } = store;
  return {
    get: async (entry) => store.get(nameFor(entry)),
    set: async (entry, value) => store.set(nameFor(entry), value),
    take: take && (async (entry) => take.call(store, nameFor(entry))),
  };
}
