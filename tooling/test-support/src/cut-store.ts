/**
 * Failure of a call of a store. `request`: the store does not receive it. `reply`: the store executes it, and the reply is lost.
 * `silence`: the store executes it, and the client times out. `late`: the store executes it after the client's timeout.
 */
export const STORE_CUTS = ['request', 'reply', 'silence', 'late'] as const;

export type StoreCut = (typeof STORE_CUTS)[number];

interface Clock {
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Timeout of the store's client, in milliseconds. */
const TIMEOUT_MS = 5000;

/** Store whose calls with these numbers, from 0, are cut. Its methods that return no promise are not counted. */
export class CutStore<S extends object> {
  /** Calls as `method id`, in their order. */
  readonly calls: string[] = [];
  readonly store: S;
  private readonly clock: Clock;
  private readonly cut: StoreCut;
  private readonly numbers: readonly number[];

  /** @param methods names of the methods that may be cut */
  constructor(store: S, methods: readonly string[], clock: Clock, cut: StoreCut, numbers: readonly number[]) {
    this.clock = clock;
    this.cut = cut;
    this.numbers = numbers;
    this.store = new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function' || !methods.includes(String(name))) return member;
        return async (...values: unknown[]): Promise<unknown> => {
          const { length: number } = this.calls;
          this.calls.push(`${String(name)} ${idOf(values[0])}`);
          const call = async (): Promise<unknown> => (member as (...all: unknown[]) => unknown)(...values);
          return this.numbers.includes(number) ? this.fail(call) : call();
        };
      },
    });
  }

  private async fail(call: () => Promise<unknown>): Promise<never> {
    const sleep = (ms: number): Promise<void> => this.clock.sleep(ms, new AbortController().signal);
    if (this.cut === 'reply' || this.cut === 'silence') await call();
    if (this.cut === 'late') void sleep(2 * TIMEOUT_MS).then(call);
    if (this.cut === 'silence' || this.cut === 'late') await sleep(TIMEOUT_MS);
    throw new Error('the connection was cut');
  }
}

const idOf = (value: unknown): string =>
  typeof value === 'string' ? value : String((value as { readonly id?: unknown } | undefined)?.id);
