import { isRecord } from '@majordomo/core/toolkit';
import type { StoredOAuthTokens } from '@modelcontextprotocol/client';
import { storedJson, type McpStore } from '../store.ts';

/** Server that accepts the tokens. */
export interface TokenOwner {
  /** Name of the toolbox. */
  readonly name: string;
  /** Address of the server. Tokens are never sent to another address. */
  readonly url: string;
  /** Issuer of the tokens, if it is known before the first login. */
  readonly issuer: string | undefined;
}

/** Tokens of one server in a store. The name of their entry contains the issuer. */
export class StoredTokens {
  private readonly store: McpStore;
  private readonly owner: TokenOwner;
  private readonly secrets: Set<string>;
  private current: StoredOAuthTokens | undefined;

  /** Does not read the store yet. Methods add each token that they read or store to `secrets`. */
  constructor(store: McpStore, owner: TokenOwner, secrets: Set<string>) {
    this.store = store;
    this.owner = owner;
    this.secrets = secrets;
  }

  /** Returns the current tokens. Reads the store only if no tokens are in memory. */
  async get(): Promise<StoredOAuthTokens | undefined> {
    this.current ??= await this.read();
    return this.current;
  }

  /** Reads the store again. Returns whether another process has replaced the tokens. */
  async reload(): Promise<boolean> {
    const before = this.current?.access_token;
    const stored = await this.read();
    if (stored === undefined || stored.access_token === before) return false;
    this.current = stored;
    return true;
  }

  async save(tokens: StoredOAuthTokens, issuer: string): Promise<void> {
    this.current = { ...tokens, issuer };
    this.protect(tokens);
    await this.store.set(this.issuerName, issuer);
    await this.store.set(this.nameFor(issuer), JSON.stringify({ url: this.owner.url, tokens: this.current }));
  }

  async remove(): Promise<void> {
    this.current = undefined;
    const issuer = await this.issuer();
    if (issuer !== undefined) await this.store.set(this.nameFor(issuer), undefined);
  }

  /** Reads the tokens. Ignores a damaged entry, and tokens for another address. */
  private async read(): Promise<StoredOAuthTokens | undefined> {
    const issuer = await this.issuer();
    if (issuer === undefined) return undefined;
    const entry = await storedJson(this.store, this.nameFor(issuer));
    if (!isRecord(entry) || entry['url'] !== this.owner.url || !isTokens(entry['tokens'])) return undefined;
    this.protect(entry['tokens']);
    return entry['tokens'];
  }

  private async issuer(): Promise<string | undefined> {
    return this.owner.issuer ?? this.store.get(this.issuerName);
  }

  private get issuerName(): string {
    return `mcp/${this.owner.name}/issuer`;
  }

  private nameFor(issuer: string): string {
    return `mcp/${this.owner.name}/tokens/${issuer}`;
  }

  private protect({ access_token, refresh_token }: StoredOAuthTokens): void {
    this.secrets.add(access_token);
    if (refresh_token !== undefined) this.secrets.add(refresh_token);
  }
}

const isTokens = (value: unknown): value is StoredOAuthTokens =>
  isRecord(value) && typeof value['access_token'] === 'string' && typeof value['token_type'] === 'string';
