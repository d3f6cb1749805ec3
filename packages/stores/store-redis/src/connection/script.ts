import type { Client } from './client.ts';

/** Lua script, which Redis runs atomically. */
export interface Script {
  readonly source: string;
  /** Returns the SHA-1 of the source. Returns a promise only until the SHA-1 has been computed. */
  readonly sha: () => string | Promise<string>;
}

/** Creates a script, which Redis identifies by its SHA-1. */
export function script(source: string): Script {
  let sha: string | undefined;
  return { source, sha: () => sha ?? sha1(source).then((known) => (sha = known)) };
}

/**
 * Runs a script by its hash. Sends the source if the server does not know the hash.
 *
 * Scripts use more keys than they declare, and a script that declares one key would run on the new node of a slot that is still moving,
 * where all data appear to be missing. So each script declares a second key, which never exists: Redis rejects a command with several
 * keys with `TRYAGAIN` while some of them are missing in a moving slot.
 */
export function evaluateScript(
  client: Client,
  { source, sha }: Script,
  scriptKeys: readonly string[],
  values: readonly string[],
): Promise<unknown> {
  const keys = [...scriptKeys, `${scriptKeys[0]}:absent`];
  const name = sha();
  const reply =
    typeof name === 'string'
      ? client.evalSha(name, keys, values)
      : name.then((known) => client.evalSha(known, keys, values));
  return reply.catch((error: unknown) => {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(source, keys, values);
  });
}

async function sha1(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
