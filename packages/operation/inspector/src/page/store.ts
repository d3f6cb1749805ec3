import type { FeedCall, FeedCost, FeedHealth, FeedHello } from '../feed-types.ts';

export type Connection = 'connecting' | 'live' | 'lost' | 'closed';

/** State of the page. Each change creates a new object, so that views can compare states by identity. */
export interface PageState {
  readonly connection: Connection;
  readonly hello: FeedHello | undefined;
  /** Time by which the browser's clock is ahead of the server's, in milliseconds. */
  readonly skew: number;
  /** Calls, newest first. */
  readonly calls: readonly FeedCall[];
  readonly health: readonly FeedHealth[];
}

/** Store of the server's messages, which notifies the views at most once per frame. */
export class Store {
  private readonly byId = new Map<string, FeedCall>();
  private readonly listeners = new Set<() => void>();
  private readonly costs = new Map<string, FeedCost | undefined>();
  /** Whether `state` lacks changes of `byId`. */
  private isStale = false;
  /** Whether a notification is scheduled for the next frame. */
  private isDue = false;
  private state: PageState = { connection: 'connecting', hello: undefined, skew: 0, calls: [], health: [] };

  get known(): PageState {
    if (this.isStale) {
      this.isStale = false;
      this.state = { ...this.state, calls: [...this.byId.values()].sort((a, b) => b.n - a.n) };
    }
    return this.state;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  setConnection(connection: Connection): void {
    this.set({ connection });
  }

  /** Removes all calls if the server process has changed. */
  setHello(hello: FeedHello, now: number): void {
    if (this.state.hello?.boot !== hello.boot) {
      this.byId.clear();
      this.isStale = true;
    }
    this.set({ hello, skew: now - hello.now, connection: 'live' });
  }

  addCalls(calls: readonly FeedCall[]): void {
    for (const call of calls) this.byId.set(call.id, call);
    this.trim();
    this.isStale = true;
    this.changed();
  }

  setHealth(health: readonly FeedHealth[]): void {
    this.set({ health });
  }

  costOf(id: string): FeedCost | undefined {
    return this.costs.get(id);
  }

  /** Returns the ids of calls whose costs have not been requested. */
  withoutCost(ids: readonly string[]): readonly string[] {
    return ids.filter((id) => !this.costs.has(id));
  }

  /** Stores costs. The cost of a call without a record is not requested again. */
  setCosts(ids: readonly string[], costs: Readonly<Record<string, FeedCost>>): void {
    for (const id of ids) this.costs.set(id, costs[id]);
    this.set({});
  }

  /** Removes ended calls beyond the maximum of the server, oldest first. Running calls remain. */
  private trim(): void {
    const { keep = Infinity } = this.state.hello ?? {};
    for (const [id, { outcome }] of this.byId) {
      if (this.byId.size <= keep) return;
      if (outcome === 'running') continue;
      this.byId.delete(id);
      this.costs.delete(id);
    }
  }

  private set(change: Partial<PageState>): void {
    this.state = { ...this.state, ...change };
    this.changed();
  }

  private changed(): void {
    if (this.isDue) return;
    this.isDue = true;
    // Notify in the next frame. A background page has no frames, so it is drawn when it becomes visible.
    requestAnimationFrame(() => {
      this.isDue = false;
      for (const listener of this.listeners) listener();
    });
  }
}
