import type { Clock } from '@majordomo/core';

/** Returns whether a process stops before this call. `number` is the number of earlier calls. */
export type Stop = (call: string, number: number) => boolean;

/** Process that its operating system stops at one of its calls and resumes later, as `SIGSTOP` and `SIGCONT` do. */
export class PausedProcess {
  /** Resolves when the process is stopped. */
  readonly stopped: Promise<void>;
  /** Calls so far. Each call of the store or the vendor counts twice: before and after its effect. */
  readonly calls: string[] = [];
  /** Work of the process. */
  work: Promise<void> = Promise.resolve();
  private readonly isStop: Stop;
  private onStop: () => void = () => undefined;
  private onResume: () => void = () => undefined;
  /** Resolves when the process is resumed. `undefined` while it runs. */
  private resuming: Promise<void> | undefined;

  constructor(isStop: Stop) {
    this.isStop = isStop;
    this.stopped = new Promise((resolve) => {
      this.onStop = resolve;
    });
  }

  /** Counts a call. Waits while the process is stopped. */
  async call(name: string): Promise<void> {
    await this.resuming;
    this.calls.push(name);
    if (!this.isStop(name, this.calls.length - 1)) return;
    this.resuming = new Promise((resolve) => {
      this.onResume = resolve;
    });
    this.onStop();
    await this.resuming;
  }

  resume(): void {
    this.resuming = undefined;
    this.onResume();
  }

  /** Returns the store as this process calls it. */
  wrap<S extends object>(store: S): S {
    const methods = Object.entries(store) as [string, (...values: readonly unknown[]) => unknown][];
    const wrapped = methods.map(([name, method]) => [
      name,
      async (...values: readonly unknown[]) => {
        await this.call(`before ${name}`);
        const result = await method(...values);
        await this.call(`after ${name}`);
        return result;
      },
    ]);
    return Object.fromEntries(wrapped) as S;
  }

  /** Returns a clock whose timers do not run while the process is stopped. */
  clock(clock: Clock): Clock {
    return {
      ...clock,
      now: () => clock.now(),
      timer: (ms, run, options) => {
        let isCancelled = false;
        const cancel = clock.timer(
          ms,
          () => {
            void Promise.resolve(this.resuming).then(() => {
              if (!isCancelled) run();
            });
          },
          options,
        );
        return () => {
          isCancelled = true;
          cancel();
        };
      },
    };
  }
}
