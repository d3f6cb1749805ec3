import type { Clock } from '@majordomo/core';
import type { CodeLogin } from '../auth/code-login.ts';
import { Entry, type EntryOwner } from '../entry.ts';

/** Maximum number of logins of one user that wait at the same time. A further login removes the oldest. */
const MAX_LOGINS = 5;

/** Login that waits for its callback. */
interface Waiting {
  readonly state: string;
  readonly until: number;
  readonly login: CodeLogin;
}

/** Logins of a user that wait for their callbacks. Any process that shares the store can take a login. */
export class PendingLogins {
  private readonly entry: Entry<{ readonly waiting: readonly Waiting[] }>;
  private readonly clock: Clock;

  constructor(owner: EntryOwner, clock: Clock) {
    this.entry = new Entry(owner, 'logins');
    this.clock = clock;
  }

  /** Stores a login under its state. */
  async add(state: string, login: CodeLogin, lifetimeMs: number): Promise<void> {
    for (;;) {
      const { waiting, version } = await this.read();
      const newest = waiting.slice(-(MAX_LOGINS - 1));
      const next = [...newest, { state, until: this.clock.now() + lifetimeMs, login }];
      if (await this.entry.write({ waiting: next }, version, lifetimeMs)) return;
    }
  }

  /**
   * Returns the login of the user with a state and removes it, so that a callback is accepted once. `undefined`: unknown, used, expired
   * or of another user.
   */
  async take(state: string): Promise<CodeLogin | undefined> {
    for (;;) {
      const { waiting, version } = await this.read();
      const taken = waiting.find((one) => one.state === state);
      if (taken === undefined) return undefined;
      const others = waiting.filter((one) => one !== taken);
      const keepMs = Math.max(...others.map(({ until }) => until - this.clock.now()));
      const isTaken =
        others.length === 0
          ? await this.entry.remove(version)
          : await this.entry.write({ waiting: others }, version, keepMs);
      if (isTaken) return taken.login;
    }
  }

  /** Returns the logins that have not expired, and the version of their record; 0 if no record is stored. */
  private async read(): Promise<{ readonly waiting: readonly Waiting[]; readonly version: number }> {
    const stored = await this.entry.read();
    const waiting = stored?.data.waiting.filter(({ until }) => until > this.clock.now()) ?? [];
    return { waiting, version: stored?.record.version ?? 0 };
  }
}

/** Length of a state: 128 bits in base64 without padding. */
const STATE_CHARS = 22;

/** Returns a random state of 128 bits. */
export const newState = (): string =>
  btoa(String.fromCodePoint(...crypto.getRandomValues(new Uint8Array(16))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .slice(0, STATE_CHARS);
