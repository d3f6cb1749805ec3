import { LlmError } from '@majordomo/core';
import { setNewest } from '@majordomo/core/toolkit';

/** Maximum number of cached clients. Without this limit, each new token of a rotating credential would add a client. */
const MAX_CLIENTS = 16;

/** Returns the cached client for a transport and a key (credential, base URL …), otherwise a client created with `make`. */
export type ClientCache<Client> = (
  key: string,
  make: () => Promise<Client>,
  transport?: object,
) => Promise<Client>;

/** Creates a cache of at most 16 SDK clients per transport. Removes the oldest client first. Does not cache rejected promises. */
export function clientCache<Client>(): ClientCache<Client> {
  const byTransport = new WeakMap<object, Map<string, Promise<Client>>>();
  /** Key of the clients that are created without a transport. */
  const ownTransport = {};
  return (key, make, transport = ownTransport) => {
    const clients = byTransport.get(transport) ?? new Map<string, Promise<Client>>();
    byTransport.set(transport, clients);
    const known = clients.get(key);
    if (known !== undefined) return known;
    const client = make();
    setNewest(clients, key, client, MAX_CLIENTS);
    client.catch(() => clients.delete(key));
    return client;
  };
}

/** Returns the application's SDK client. Throws kind `config` if the client lacks one of `members`. */
export function checkClient<Client>(
  client: object,
  members: readonly (keyof Client & string)[],
  { factory, client: wanted }: { readonly factory: string; readonly client: string },
): Client {
  if (members.every((member) => member in client)) return client as Client;
  throw new LlmError('config', `the \`client\` option of ${factory} is not a ${wanted}; pass one or omit it`);
}

/**
 * Throws kind `invalid-request` for a model id with characters that change the URL of the request: `?`, `#`, `%`, `\`, white
 * space, control characters, or a segment that is empty, `.` or `..`. A model id can come from a user of the application.
 */
export function checkModelId(modelId: string, target: string): void {
  const isSafe = !/[?#%\\\s\p{Cc}]/u.test(modelId) && modelId.split('/').every(isSegment);
  if (isSafe) return;
  throw new LlmError(
    'invalid-request',
    `"${modelId}" is not a valid model id; use an id without ?, #, %, \\, white space and control characters, and without empty, "." or ".." segments`,
    { target, path: 'model' },
  );
}

const isSegment = (segment: string): boolean => segment !== '' && segment !== '.' && segment !== '..';
