/** Error of a process that has died. */
export class Crash extends Error {}

/** Process that dies at one of its calls: before or after the call has an effect. Later calls have none. */
export class FakeProcess {
  isDead = false;
  private left: number;

  constructor(calls: number) {
    this.left = calls;
  }

  step(): void {
    if (this.isDead || this.left-- <= 0) {
      this.isDead = true;
      throw new Crash();
    }
  }

  /** Returns the store as the process calls it. */
  wrap<S extends object>(store: S): S {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...values: unknown[]): unknown => {
          if (name === 'records') return (member as (...all: unknown[]) => unknown).apply(target, values);
          return (async () => {
            this.step();
            const result: unknown = await (member as (...all: unknown[]) => unknown).apply(target, values);
            this.step();
            return result;
          })();
        };
      },
    });
  }
}
