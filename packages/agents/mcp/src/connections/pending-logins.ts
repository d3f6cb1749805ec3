import type { Clock } from '@majordomo/core';
import { asRecord, isRecord } from '@majordomo/core/toolkit';
import type { CodeLogin } from '../auth/code-login.ts';
import { isClient } from '../auth/stored-tokens.ts';
import { storedJson, takeJson, type McpStore } from '../store.ts';

/** Maximum number of logins of one user that wait at the same time. A further login removes the oldest. */
const MAX_LOGINS = 5;

/** Login of a user that waits for its callback. */
export interface PendingLogin extends CodeLogin {
  readonly user: string;
}

interface Waiting {
  readonly state: string;
  readonly until: number;
}

/** Logins that wait for their callbacks. Any process that shares the store can take a login. */
export class PendingLogins {
  private readonly store: McpStore;
  private readonly name: string;
  private readonly url: string;
  private readonly clock: Clock;

  /** `name`: name of the connections. `url`: address of the server. A login that was stored for another address is not used. */
  constructor(store: McpStore, name: string, url: string, clock: Clock) {
    this.store = store;
    this.name = name;
    this.url = url;
    this.clock = clock;
  }

  /** Stores a login under its state. `own`: view of the user on the store, with a list of the user's logins. */
  async add(state: string, login: PendingLogin, lifetimeMs: number, own: McpStore): Promise<void> {
    const now = this.clock.now();
    const until = now + lifetimeMs;
    const list = await storedJson(own, this.listName);
    const former = (Array.isArray(list) ? list : []).filter(isWaiting);
    const current = former.filter((entry) => entry.until > now).slice(1 - MAX_LOGINS);
    // The store has no expiration, so each login removes the expired logins of its user.
    for (const entry of former)
      if (!current.includes(entry)) await this.store.set(this.nameFor(entry.state), undefined);
    await this.store.set(this.nameFor(state), JSON.stringify({ ...login, url: this.url, until }));
    await own.set(this.listName, JSON.stringify([...current, { state, until }]));
  }

  /**
   * Returns the login of a user with a state and removes it, so that a callback is accepted once. `undefined`: unknown, used, expired
   * or of another user.
   */
  async take(state: string, user: string): Promise<PendingLogin | undefined> {
    if (!STATE.test(state)) return undefined;
    const name = this.nameFor(state);
    // Another user must not end the login.
    if (asRecord(await storedJson(this.store, name))['user'] !== user) return undefined;
    const entry = await takeJson(this.store, name, this.clock);
    if (!isLogin(entry) || entry.url !== this.url) return undefined;
    return entry.until > this.clock.now() ? entry : undefined;
  }

  /** Removes all logins of a user. */
  async removeAll(own: McpStore): Promise<void> {
    const list = await storedJson(own, this.listName);
    for (const { state } of (Array.isArray(list) ? list : []).filter(isWaiting))
      await this.store.set(this.nameFor(state), undefined);
    await own.set(this.listName, undefined);
  }

  private nameFor(state: string): string {
    return `mcp/${this.name}/login/${state}`;
  }

  private get listName(): string {
    return `mcp/${this.name}/logins`;
  }
}

/** Length of a state: 128 bits in base64 without padding. */
const STATE_CHARS = 22;

/** Form of the states that `newState` returns. */
const STATE = /^[\w-]{22}$/;

/** Returns a random state of 128 bits. */
export const newState = (): string =>
  btoa(String.fromCodePoint(...crypto.getRandomValues(new Uint8Array(16))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .slice(0, STATE_CHARS);

const isWaiting = (value: unknown): value is Waiting =>
  isRecord(value) &&
  typeof value['state'] === 'string' &&
  STATE.test(value['state']) &&
  typeof value['until'] === 'number';

const isLogin = (value: unknown): value is PendingLogin & { url: string; until: number } =>
  isRecord(value) &&
  typeof value['user'] === 'string' &&
  typeof value['verifier'] === 'string' &&
  typeof value['redirectUrl'] === 'string' &&
  typeof value['until'] === 'number' &&
  isServer(value['server']) &&
  isClient(value['client']);

const isServer = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['issuer'] === 'string' &&
  [value['url'], value['resource'], asRecord(value['metadata'])['token_endpoint']].every(
    (address) => address === undefined || (typeof address === 'string' && URL.canParse(address)),
  ) &&
  value['url'] !== undefined;
