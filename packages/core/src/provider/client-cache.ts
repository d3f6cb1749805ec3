/** Rotating tokens must not pile up clients: the oldest goes. */
const MOST = 16;

/** One SDK client per key (credential, base URL …), made at the first use and kept. A failed start is not kept. */
export function clientCache<Client>(): (key: string, make: () => Promise<Client>) => Promise<Client> {
  const clients = new Map<string, Promise<Client>>();
  return (key, make) => {
    const known = clients.get(key);
    if (known !== undefined) return known;
    const client = make();
    clients.set(key, client);
    client.catch(() => clients.delete(key));
    if (clients.size > MOST) clients.delete(clients.keys().next().value ?? key);
    return client;
  };
}
