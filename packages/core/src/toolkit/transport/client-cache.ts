/** Rotating tokens must not pile up clients: the oldest goes. */
const MOST = 16;

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
    if (clients.size > MOST) clients.delete(clients.keys().next().value ?? key);
    return client;
  };
}
