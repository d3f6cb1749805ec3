import { isRecord } from '@majordomo/core/toolkit';
import type { StoredOAuthClientInformation, StoredOAuthTokens } from '@modelcontextprotocol/client';
import { issuerPart, storedJson, type McpStore } from '../store.ts';

/** Server that accepts the tokens. */
export interface TokenOwner {
  /** Name of the toolbox. */
  readonly name: string;
  /** Address of the server. Tokens are never sent to another address. */
  readonly url: string;
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

interface Entry extends LoginRecord {
  readonly url: string;
  /** `undefined` if the login has been lost. Its scopes are requested again at the next login. */
  readonly tokens?: StoredOAuthTokens | undefined;
}

/** Tokens of one server in a store. The name of their entry contains the issuer. */
export class StoredTokens {
  private readonly store: McpStore;
  private readonly owner: TokenOwner;
  private readonly secrets: Set<string>;
  private current: Entry | undefined;

  /** Does not read the store yet. Methods add each token that they read or store to `secrets`. */
  constructor(store: McpStore, owner: TokenOwner, secrets: Set<string>) {
    this.store = store;
    this.owner = owner;
    this.secrets = secrets;
  }

  /** Returns the current tokens. Reads the store only if no tokens are in memory. */
  async get(): Promise<StoredOAuthTokens | undefined> {
    if (this.current?.tokens === undefined) this.current = await this.read();
    return this.current?.tokens;
  }

  /** Returns the client and the scopes of the latest login. */
  async login(): Promise<LoginRecord> {
    this.current ??= await this.read();
    return this.current ?? {};
  }

  /** Reads the store again. Returns whether another process has replaced the tokens. */
  async reload(): Promise<boolean> {
    const before = this.current?.tokens?.access_token;
    this.current = await this.read();
    const { tokens } = this.current ?? {};
    return tokens !== undefined && tokens.access_token !== before;
  }

  /** Reads the store. Returns whether it contains tokens. */
  async isStored(): Promise<boolean> {
    return (await this.read())?.tokens !== undefined;
  }

  /**
   * Stores tokens. Keeps the scopes and the client of the latest login, unless `login` replaces them. Removes the tokens of another
   * issuer.
   */
  async save(tokens: StoredOAuthTokens, issuer: string, login?: LoginRecord): Promise<void> {
    const { client, scope } = login ?? (await this.login());
    const granted = tokens.scope ?? (login === undefined ? this.current?.tokens?.scope : undefined);
    const stored = { ...tokens, issuer, ...(granted !== undefined && { scope: granted }) };
    this.protect({ url: '', tokens: stored, client });
    const former = await this.store.get(this.issuerName);
    await this.store.set(this.issuerName, issuer);
    await this.write(issuer, { url: this.owner.url, tokens: stored, client, scope });
    if (typeof former === 'string' && former !== issuer)
      await this.store.set(this.nameFor(former), undefined);
  }

  /** Removes the tokens of a login that has been lost, but not its scopes. */
  async lose(): Promise<void> {
    const { scope } = await this.login();
    const issuer = await this.issuer();
    if (scope === undefined) await this.remove();
    else if (issuer !== undefined) await this.write(issuer, { url: this.owner.url, scope });
  }

  /** Removes the tokens and the scopes. */
  async remove(): Promise<void> {
    this.current = undefined;
    const issuer = await this.issuer();
    if (issuer !== undefined) await this.store.set(this.nameFor(issuer), undefined);
  }

  /** Removes all entries of the login. */
  async forget(): Promise<void> {
    await this.remove();
    const former = await this.store.get(this.issuerName);
    if (typeof former === 'string') await this.store.set(this.nameFor(former), undefined);
    await this.store.set(this.issuerName, undefined);
  }

  private async write(issuer: string, entry: Entry): Promise<void> {
    this.current = entry;
    await this.store.set(this.nameFor(issuer), JSON.stringify(entry));
  }

  /** Reads the entry. Ignores a damaged entry, and tokens for another address. */
  private async read(): Promise<Entry | undefined> {
    const issuer = await this.issuer();
    if (issuer === undefined) return undefined;
    const entry = await storedJson(this.store, this.nameFor(issuer));
    if (!isRecord(entry) || entry['url'] !== this.owner.url) return undefined;
    const { tokens, client, scope } = entry;
    if (tokens !== undefined && !isTokens(tokens)) return undefined;
    const known = {
      url: this.owner.url,
      tokens,
      client: isClient(client) ? client : undefined,
      scope: typeof scope === 'string' ? scope : undefined,
    };
    this.protect(known);
    return known;
  }

  private async issuer(): Promise<string | undefined> {
    return this.owner.issuer ?? this.store.get(this.issuerName);
  }

  private get issuerName(): string {
    return `mcp/${this.owner.name}/issuer`;
  }

  private nameFor(issuer: string): string {
    return `mcp/${this.owner.name}/tokens/${issuerPart(issuer)}`;
  }

  private protect({ tokens, client }: Entry): void {
    const values = [tokens?.access_token, tokens?.refresh_token, tokens?.id_token, client?.client_secret];
    for (const value of values) if (value !== undefined && value !== '') this.secrets.add(value);
  }
}

export const isClient = (value: unknown): value is StoredOAuthClientInformation =>
  isRecord(value) && typeof value['client_id'] === 'string';

/** Whether a stored value contains tokens that can be sent. A token consists of printable ASCII characters (RFC 6749, appendix A). */
const isTokens = (value: unknown): value is StoredOAuthTokens =>
  isRecord(value) &&
  typeof value['access_token'] === 'string' &&
  /^[\u0020-\u007e]+$/.test(value['access_token']) &&
  typeof value['token_type'] === 'string' &&
  ['refresh_token', 'id_token', 'scope', 'issuer'].every(
    (name) => value[name] === undefined || typeof value[name] === 'string',
  );
