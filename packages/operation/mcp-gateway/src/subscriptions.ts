import { LlmError } from '@majordomo/core';
import { subscriptionProblem } from '@majordomo/mcp/internal';
import type { Client, RequestOptions } from '@modelcontextprotocol/client';

/** Sends a request to a server. */
type Send = (
  signal: AbortSignal,
  work: (client: Client, options: RequestOptions) => Promise<void>,
) => Promise<void>;

/** Subscription in one session with the server. */
interface Subscription {
  readonly owners: Set<object>;
  session: Client;
  end: () => Promise<unknown>;
}

/** Subscriptions of a connection to resources. Each resource has one subscription for all clients of the connection. */
export class Subscriptions {
  private readonly send: Send;
  private readonly byUri = new Map<string, Subscription>();

  constructor(send: Send) {
    this.send = send;
  }

  get isEmpty(): boolean {
    return this.byUri.size === 0;
  }

  /** Subscribes to a resource for a client. */
  add(uri: string, owner: object, signal: AbortSignal): Promise<void> {
    return this.send(signal, async (session, options) => {
      const isCurrent = this.byUri.get(uri)?.session === session;
      const end = isCurrent ? undefined : await subscribe(session, uri, options);
      // Another client may have subscribed in the meantime.
      const known = this.byUri.get(uri);
      if (end !== undefined) this.byUri.set(uri, { owners: known?.owners ?? new Set(), session, end });
      this.byUri.get(uri)?.owners.add(owner);
    });
  }

  /** Ends the subscription of a client. */
  async remove(uri: string, owner: object): Promise<void> {
    const known = this.byUri.get(uri);
    known?.owners.delete(owner);
    if (known === undefined || known.owners.size > 0) return;
    this.byUri.delete(uri);
    // The server may have lost the session.
    await known.end().catch(() => undefined);
  }

  /** Subscribes again in a new session, which has no subscriptions. The next call repeats each subscription that fails. */
  async renew(): Promise<void> {
    if (this.isEmpty) return;
    await this.send(new AbortController().signal, async (session, options) => {
      const failures: unknown[] = [];
      for (const [uri, known] of this.byUri) {
        const former = known.session;
        if (former === session) continue;
        // A call of `add` or `renew` during the request does not subscribe a second time.
        known.session = session;
        try {
          known.end = await subscribe(session, uri, options);
        } catch (error) {
          known.session = former;
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    });
  }
}

/** Subscribes to a resource. Returns a function that ends the subscription. */
async function subscribe(
  session: Client,
  uri: string,
  options: RequestOptions,
): Promise<Subscription['end']> {
  if (session.getProtocolEra() === 'modern') {
    // The subscription outlives the request.
    const { signal: _signal, ...others } = options;
    const subscription = await session.listen({ resourceSubscriptions: [uri] }, others);
    return () => subscription.close();
  }
  await session.subscribeResource({ uri }, options);
  return () => session.unsubscribeResource({ uri });
}

/** Connection to a server whose resources a client reads. */
interface Source {
  readonly server: string;
  readonly subscriptions: Subscriptions;
}

/** Subscriptions of one client at all servers. */
export class ClientSubscriptions {
  private readonly all = new Map<string, Source & { readonly uri: string }>();
  private isClosed = false;

  /** Whether the client has subscribed to a resource, or to the resource of which it is a part. */
  has(server: string, uri: string): boolean {
    return [...this.all.values()].some((one) => one.server === server && uri.startsWith(one.uri));
  }

  async add({ server, subscriptions }: Source, uri: string, signal: AbortSignal): Promise<void> {
    const key = JSON.stringify([server, uri]);
    const problem = this.all.has(key) ? undefined : subscriptionProblem(uri, this.all.size);
    if (problem !== undefined) throw new LlmError('invalid-request', problem);
    await subscriptions.add(uri, this, signal);
    this.all.set(key, { server, subscriptions, uri });
    if (this.isClosed) await this.remove(server, uri);
  }

  async remove(server: string, uri: string): Promise<void> {
    const key = JSON.stringify([server, uri]);
    const known = this.all.get(key);
    this.all.delete(key);
    await known?.subscriptions.remove(uri, this);
  }

  /** Ends all subscriptions. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.all.values()].map(({ server, uri }) => this.remove(server, uri)));
  }
}
