/** Reservation of an SDK client for one call. */
export interface Lease<Client> {
  readonly client: Client;
  /** Removes the client from the cache. Current calls continue, and the next call creates a new client. */
  evict(): void;
  release(): void;
}

interface Entry<Client> {
  readonly client: Promise<Client>;
  users: number;
  isEvicted: boolean;
}

/** Maximum number of cached clients. Without a maximum, each rotation of the credentials would add a client. */
const MAX_CLIENTS = 16;

/**
 * Cache with one client per key. Unlike `clientCache`, this cache can evict a client with a broken connection, and destroys an
 * evicted client after the client's last call.
 */
export class Clients<Client> {
  private readonly entries = new Map<string, Entry<Client>>();
  private readonly destroy: (client: Client) => void;

  constructor(destroy: (client: Client) => void) {
    this.destroy = destroy;
  }

  async lease(key: string, make: () => Promise<Client>): Promise<Lease<Client>> {
    const entry = this.entries.get(key) ?? this.add(key, make());
    entry.users++;
    try {
      return this.leaseOf(key, entry, await entry.client);
    } catch (error) {
      this.evict(key, entry);
      entry.users--;
      throw error;
    }
  }

  private add(key: string, client: Promise<Client>): Entry<Client> {
    const entry: Entry<Client> = { client, users: 0, isEvicted: false };
    this.entries.set(key, entry);
    const [oldest] = this.entries;
    if (this.entries.size > MAX_CLIENTS && oldest !== undefined) this.evict(...oldest);
    return entry;
  }

  private leaseOf(key: string, entry: Entry<Client>, client: Client): Lease<Client> {
    let isOver = false;
    return {
      client,
      evict: () => {
        this.evict(key, entry);
      },
      release: () => {
        if (isOver) return;
        isOver = true;
        entry.users--;
        this.destroyUnused(entry);
      },
    };
  }

  private evict(key: string, entry: Entry<Client>): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
    entry.isEvicted = true;
    this.destroyUnused(entry);
  }

  private destroyUnused({ isEvicted, users, client }: Entry<Client>): void {
    if (isEvicted && users === 0) client.then(this.destroy, () => undefined);
  }
}
