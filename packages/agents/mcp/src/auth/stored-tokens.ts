import { hold, type Hold, type HoldResult } from '@majordomo/records';
import type { Clock } from '@majordomo/core';
import type { StoredOAuthClientInformation, StoredOAuthTokens } from '@modelcontextprotocol/client';
import { Entry, SPACE, type EntryOwner, type StoredEntry } from '../entry.ts';
import { isSameIssuer } from './login-client.ts';
import type { Secrets } from './secrets.ts';

/** Time after which another process may refresh the tokens of a process that has ended, in milliseconds. */
export const LEASE_MS = 30_000;

/** Owner of tokens. Tokens are never sent to another address than that of the server. */
export interface TokenOwner extends EntryOwner {
  /** Issuer of the tokens, if it is known before the first login. */
  readonly issuer: string | undefined;
}

/** Login that is stored with its tokens. */
export interface LoginRecord {
  /** Client that received the tokens; `undefined` if the options determine it. */
  readonly client?: StoredOAuthClientInformation | undefined;
  /** Scopes that the latest login requested, separated by spaces. */
  readonly scope?: string | undefined;
}

interface Login extends LoginRecord {
  readonly issuer: string;
  /** Random id of the login, which a refresh does not change. `undefined` for a client without a user. */
  readonly id?: string | undefined;
  /** `undefined` if the login has been lost. Its scopes are requested again at the next login. */
  readonly tokens?: StoredOAuthTokens | undefined;
}

/** Tokens of one server in a store. */
export class StoredTokens {
  private readonly entry: Entry<Login>;
  private readonly owner: TokenOwner;
  private readonly secrets: Secrets;
  private current: Login | undefined;
  private stored: StoredEntry<Login> | undefined;

  /** Does not read the store yet. Methods add each token that they read or store to `secrets`. */
  constructor(owner: TokenOwner, secrets: Secrets) {
    this.entry = new Entry(owner, 'login');
    this.owner = owner;
    this.secrets = secrets;
  }

  /** Returns the current tokens. Reads the store only if no tokens are in memory. */
  async get(): Promise<StoredOAuthTokens | undefined> {
    if (this.current?.tokens === undefined) await this.read();
    return this.current?.tokens;
  }

  /** Returns the client and the scopes of the latest login. */
  async login(): Promise<LoginRecord> {
    if (this.current === undefined) await this.read();
    return this.current ?? {};
  }

  /**
   * Returns the id of the login, which is another after each login of the user; `undefined` if no tokens are stored. The tokens of a
   * client without a user have the id `''`.
   */
  async id(): Promise<string | undefined> {
    const tokens = await this.get();
    return tokens && (this.current?.id ?? '');
  }

  /** Whether the store contained tokens when it was read last. */
  get isStored(): boolean {
    return this.stored?.data.tokens !== undefined;
  }

  /** Reads the store again. Returns whether another process has replaced the tokens. */
  async reload(): Promise<boolean> {
    const before = this.current?.tokens?.access_token;
    await this.read();
    const { tokens } = this.current ?? {};
    return tokens !== undefined && tokens.access_token !== before;
  }

  /** Stores the tokens of a login, with its scopes and client. Without `login`, keeps those of the latest login. */
  async save(tokens: StoredOAuthTokens, issuer: string, login?: LoginRecord): Promise<void> {
    await this.entry.write(this.next(tokens, issuer, login ?? (await this.login()), login === undefined));
  }

  /**
   * Takes the lease of the tokens that were read last, so that only one process refreshes them. The result is `busy` also if the tokens
   * have changed. A later `save` of any process, and the removal of the login, end the lease.
   */
  hold(clock: Clock): Promise<HoldResult> {
    // `null`: no login was stored at the last read.
    const known = this.stored?.record ?? null;
    // A record that is due in the future is held by another process. `{}`: take the record, and change nothing else.
    return hold(this.owner.records, SPACE, this.entry.key, LEASE_MS, {
      clock,
      known,
      take: ({ version, dueMs = 0 }) => (version === known?.version && dueMs <= 0 ? {} : undefined),
    });
  }

  /** Stores refreshed tokens, and ends the lease. Rejects with `denied` if the lease is lost. */
  async refreshed(lease: Hold, tokens: StoredOAuthTokens, issuer: string): Promise<void> {
    const next = this.next(tokens, issuer, await this.login(), true);
    await lease.release({ value: this.entry.valueOf(next) });
  }

  /** Removes tokens that the authorization server refuses, but not their scopes, and ends the lease. Rejects as `refreshed` does. */
  async lose(lease: Hold): Promise<void> {
    const { scope, issuer } = this.current ?? {};
    if (scope === undefined || issuer === undefined) {
      await lease.remove();
      this.current = undefined;
    } else {
      await lease.release({ value: this.entry.valueOf({ issuer, scope }) });
      this.current = { issuer, scope };
    }
  }

  /**
   * Returns the next login, which is current from now on. `isRefresh`: whether the tokens belong to the current login, so that
   * its id remains, and its granted scopes if the tokens name none.
   */
  private next(
    tokens: StoredOAuthTokens,
    issuer: string,
    { client, scope }: LoginRecord,
    isRefresh: boolean,
  ): Login {
    const granted = tokens.scope ?? (isRefresh ? this.current?.tokens?.scope : undefined);
    const stored = { ...tokens, issuer, ...(granted !== undefined && { scope: granted }) };
    const id = isRefresh ? this.current?.id : crypto.randomUUID();
    const next: Login = { issuer, id, tokens: stored, client, scope };
    this.protect(next);
    this.current = next;
    return next;
  }

  /** Reads the login. Ignores tokens of another issuer than the known one. */
  private async read(): Promise<void> {
    const stored = await this.entry.read();
    const { issuer } = this.owner;
    const isOwn = stored !== undefined && (issuer === undefined || isSameIssuer(issuer, stored.data.issuer));
    this.stored = isOwn ? stored : undefined;
    this.current = this.stored?.data;
    if (this.current !== undefined) this.protect(this.current);
  }

  private protect({ tokens, client }: Login): void {
    const values = [tokens?.access_token, tokens?.refresh_token, tokens?.id_token, client?.client_secret];
    for (const value of values) if (value !== undefined && value !== '') this.secrets.add(value);
  }
}
