import { LlmError } from '@majordomo/core';

/** Rotating tokens must not pile up clients: the oldest goes. */
const MAX_CLIENTS = 16;

/** The client for a key (credential, base URL …) and the transport that it was made with. */
export type ClientCache<Client> = (
  key: string,
  make: () => Promise<Client>,
  transport?: object,
) => Promise<Client>;

/** One SDK client per key and transport, made at the first use and kept. A failed start is not kept. */
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

/** The app's own SDK client, if it has the members that we call; throws `config` otherwise. */
export function checkClient<Client>(
  client: object,
  members: readonly (keyof Client & string)[],
  { factory, client: wanted }: { readonly factory: string; readonly client: string },
): Client {
  if (members.every((member) => member in client)) return client as Client;
  throw new LlmError('config', `the \`client\` given to ${factory} is not a ${wanted}`);
}

/**
 * Throws `invalid-request` for a model id that would change the URL into which it is put: `..`, an empty segment, `?`,
 * `#`, `%`, `\`, white space. An app may let strangers name models.
 */
export function checkModelId(modelId: string, target: string): void {
  const isSafe = !/[?#%\\\s\p{Cc}]/u.test(modelId) && modelId.split('/').every(isSegment);
  if (isSafe) return;
  throw new LlmError('invalid-request', `"${modelId}" is not a model id: it would change the address`, {
    target,
    path: 'model',
  });
}

const isSegment = (segment: string): boolean => segment !== '' && segment !== '.' && segment !== '..';
