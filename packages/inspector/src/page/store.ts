import type { ToldCall, ToldCost, ToldHealth, ToldHello } from '../feed-types.ts';

export type Connection = 'connecting' | 'live' | 'lost' | 'closed';

/** All that the page knows; made anew at every change, so that views can compare. */
export interface Known {
  readonly connection: Connection;
  readonly hello: ToldHello | undefined;
  /** This browser's clock minus the server's, in ms. */
  readonly skew: number;
  /** Newest first. */
  readonly calls: readonly ToldCall[];
  readonly health: readonly ToldHealth[];
}

/** Takes what the server tells, and tells the views, at most once a frame. */
export class Store {
  private readonly byId = new Map<string, ToldCall>();
  private readonly listeners = new Set<() => void>();
  private readonly costs = new Map<string, ToldCost | undefined>();
  private isStale = false;
  private isDue = false;
  private now: Known = { connection: 'connecting', hello: undefined, skew: 0, calls: [], health: [] };

  get known(): Known {
    if (this.isStale) {
      this.isStale = false;
      this.now = { ...this.now, calls: [...this.byId.values()].sort((a, b) => b.n - a.n) };
    }
    return this.now;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  connected(connection: Connection): void {
    this.set({ connection });
  }

  /** Another process knows nothing of the calls of the one before. */
  greeted(hello: ToldHello, now: number): void {
    if (this.now.hello?.boot !== hello.boot) {
      this.byId.clear();
      this.isStale = true;
    }
    this.set({ hello, skew: now - hello.now, connection: 'live' });
  }

  took(calls: readonly ToldCall[]): void {
    for (const call of calls) this.byId.set(call.id, call);
    this.trim();
    this.isStale = true;
    this.changed();
  }

  healthIs(health: readonly ToldHealth[]): void {
    this.set({ health });
  }

  costOf(id: string): ToldCost | undefined {
    return this.costs.get(id);
  }

  /** Whose cost nobody has asked for yet. */
  withoutCost(ids: readonly string[]): readonly string[] {
    return ids.filter((id) => !this.costs.has(id));
  }

  /** `undefined`: asked for, and not there. */
  costsAre(ids: readonly string[], costs: Readonly<Record<string, ToldCost>>): void {
    for (const id of ids) this.costs.set(id, costs[id]);
    this.set({});
  }

  /** As the server does: calls that have ended give way, the oldest first. */
  private trim(): void {
    const { keep = Infinity } = this.now.hello ?? {};
    for (const [id, { outcome }] of this.byId) {
      if (this.byId.size <= keep) return;
      if (outcome === 'running') continue;
      this.byId.delete(id);
      this.costs.delete(id);
    }
  }

  private set(change: Partial<Known>): void {
    this.now = { ...this.now, ...change };
    this.changed();
  }

  private changed(): void {
    if (this.isDue) return;
    this.isDue = true;
    // A page in the background gets no frames: what it shows is drawn when somebody looks.
    requestAnimationFrame(() => {
      this.isDue = false;
      for (const listener of this.listeners) listener();
    });
  }
}
