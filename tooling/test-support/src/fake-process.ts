/** Error of a process that has died. */
export class Crash extends Error {}

/** Process that dies at one of its calls: before or after the call has an effect. Later calls have none. */
export class FakeProcess {
  isDead = false;
  /** Steps before the death. Each call of a store has two: before and after its effect. */
  private left: number;

  constructor(steps: number) {
    this.left = steps;
  }

  /** Counts a step. Throws `Crash` if the process dies at this step, or is dead. */
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
          // This method returns an iterable instead of a promise.
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
