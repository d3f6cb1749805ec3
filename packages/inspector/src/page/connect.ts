import type { ToldCall, ToldHealth, ToldHello } from '../feed-types.ts';
import type { Store } from './store.ts';

/** Where the page lies: everything is asked for below it. */
export const base = location.pathname.replace(/\/$/, '');

/** The browser connects again by itself, and says how far it was; a refusal it takes for the end, and so do we. */
export function connect(store: Store): void {
  const source = new EventSource(`${base}/events`);
  const on = <T>(name: string, take: (value: T) => void): void => {
    source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
  };
  on<ToldHello>('hello', (hello) => store.greeted(hello, Date.now()));
  on<readonly ToldHealth[]>('health', (health) => store.healthIs(health));
  on<readonly ToldCall[]>('calls', (calls) => store.took(calls));
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) {
      store.connected('lost');
      return;
    }
    store.connected('closed');
    // A server that is starting again refuses for a while; one that has another session refuses for good.
    setTimeout(() => void again(store), 3000);
  });
}

async function again(store: Store): Promise<void> {
  const answer = await fetch(`${base}/events`, { method: 'HEAD' }).catch(() => undefined);
  if (answer?.status === 401) return;
  connect(store);
}
