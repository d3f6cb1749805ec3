import { LlmError } from '@majordomo/core';

/** Rotating tokens must not accumulate clients: the oldest is removed. */
const MAX_CLIENTS = 16;

/** Returns the client for a key (credential, base URL …) and a transport, and creates it with `make` if none is cached. */
export type ClientCache<Client> = (
  key: string,
  make: () => Promise<Client>,
  transport?: object,
) => Promise<Client>;

/** Creates a cache of at most 16 SDK clients per transport. A rejected promise of `make` is not cached. */
export function clientCache<Client>(): ClientCache<Client> {
  const byTransport = new WeakMap<object, Map<string, Promise<Client>>>();
  const ownTransport = {};
  return (key, make, transport = ownTransport) => {
    const clients = byTransport.get(transport) ?? new Map<string, Promise<Client>>();
    byTransport.set(transport, clients);
    const known = clients.get(key);
    if (known !== undefined) return known;
    const client = make();
    clients.set(key, client);
    client.catch(() => clients.delete(key));
    if (clients.size > MAX_CLIENTS) clients.delete(clients.keys().next().value ?? key);
    return client;
  };
}

/** Returns the application's SDK client if it has all `members`. Otherwise throws kind `config`. */
export function checkClient<Client>(
  client: object,
  members: readonly (keyof Client & string)[],
  { factory, client: wanted }: { readonly factory: string; readonly client: string },
): Client {
  if (members.every((member) => member in client)) return client as Client;
  throw new LlmError('config', `the \`client\` option of ${factory} is not a ${wanted}`);
}

/**
 * Throws kind `invalid-request` for a model id that would change the URL that contains it: `..`, an empty segment, `?`,
 * `#`, `%`, `\`, white space. Model ids can come from the users of an application.
 */
export function checkModelId(modelId: string, target: string): void {
  const isSafe = !/[?#%\\\s\p{Cc}]/u.test(modelId) && modelId.split('/').every(isSegment);
  if (isSafe) return;
  throw new LlmError(
    'invalid-request',
    `"${modelId}" is not a valid model id: it would change the URL of the request`,
    {
      target,
      path: 'model',
    },
  );
}

const isSegment = (segment: string): boolean => segment !== '' && segment !== '.' && segment !== '..';
