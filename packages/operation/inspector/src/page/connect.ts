import type { FeedCall, FeedHealth, FeedHello } from '../feed-types.ts';
import type { Store } from './store.ts';

/** Path of the page. All requests are sent to paths below this path. */
export const base = location.pathname.replace(/\/$/, '');

/** Connects to the feed. Browsers reconnect after a lost connection, but not after an error response. */
export function connect(store: Store): void {
  const source = new EventSource(`${base}/events`);
  const on = <T>(name: string, take: (value: T) => void): void => {
    source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
  };
  on<FeedHello>('hello', (hello) => store.setHello(hello, Date.now()));
  on<readonly FeedHealth[]>('health', (health) => store.setHealth(health));
  on<readonly FeedCall[]>('calls', (calls) => store.addCalls(calls));
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) {
      store.setConnection('lost');
      return;
    }
    store.setConnection('closed');
    // Try again, because a restarting server rejects requests only temporarily. Status 401 ends the session.
    setTimeout(() => void again(store), 3000);
  });
}

async function again(store: Store): Promise<void> {
  // The feed has no route for HEAD, so the status is 404 if the session is valid.
  const answer = await fetch(`${base}/events`, { method: 'HEAD' }).catch(() => undefined);
  if (answer?.status === 401) return;
  connect(store);
}
