/** Limit of one key. A key has at most one limit for each pair of unit and period, and at most 8 limits. */
export interface KeyLimit {
  /** Maximum per period. `usd`: decimal number, such as `5.00`. `calls`: number of calls, regardless of their attempts. */
  readonly max: { readonly usd: string } | { readonly tokens: number } | { readonly calls: number };
  /** Calendar period. */
  readonly per: 'minute' | 'hour' | 'day' | 'month' | 'ever';
  /** IANA time zone in which days and months begin. @default 'UTC' */
  readonly zone?: string | undefined;
}

/** Permissions and settings of a new key. */
export interface NewKey {
  /** Display name, 1 to 100 characters. The name need not be unique. */
  readonly name: string;
  /** Team or customer that pays for the calls, 1 to 200 characters. @default none */
  readonly tenant?: string | undefined;
  /** Names of models that the key may call. With `[]`, the key may call no model. @default all models that the gateway serves */
  readonly models?: readonly string[] | undefined;
  /**
   * Tools, prompts and resources of MCP servers that the key may use, by the name of the server: patterns such as `search_*`, or
   * `!delete_*` for exceptions; see `McpAccess` of `@majordomo/gateway`. With `{}`, the key may use no server.
   * @default all servers that the gateway serves
   */
  readonly mcp?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Limits of the key. @default none */
  readonly limits?: readonly KeyLimit[] | undefined;
  /**
   * Metadata stored with the key and added to the metadata of its calls: at most 16 pairs, with names of at most 64 and values
   * of at most 256 characters. @default {}
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Time from which the key is refused. @default none: the key does not expire */
  readonly expiresAt?: Date | undefined;
  /** Whether the key also gives access to the admin API and the inspector. @default false */
  readonly admin?: boolean | undefined;
}

/** Changes of a key. An omitted member does not change. `null` removes a member. */
export type KeyChange = {
  readonly [Member in Exclude<keyof NewKey, 'name' | 'admin'>]?: NewKey[Member] | null;
} & Partial<Pick<NewKey, 'name' | 'admin'>>;

/** Key without its secret and the hash of the secret. */
export interface VirtualKey {
  /** Identifier, such as `key_9f2c…`, in limits, spending and the call log. Rotation does not change the id. */
  readonly id: string;
  readonly name: string;
  readonly tenant: string | undefined;
  readonly models: readonly string[] | undefined;
  readonly mcp: Readonly<Record<string, readonly string[]>> | undefined;
  readonly limits: readonly KeyLimit[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly admin: boolean;
  /** Last four characters of the secret, by which its owner can identify the key. */
  readonly lastFour: string;
  /** Creation time. All times are ISO 8601 in UTC. */
  readonly createdAt: string;
  readonly rotatedAt: string | undefined;
  readonly expiresAt: string | undefined;
  readonly revokedAt: string | undefined;
  readonly status: 'active' | 'expired' | 'revoked';
}

/** Key with its secret: `mj_`, 16 characters of the key's id, and 27 random ones. The secret is not stored and cannot be shown again. */
export interface IssuedKey {
  readonly key: VirtualKey;
  readonly secret: string;
}

/** Filter for keys. The newest keys are listed first. */
export interface KeyQuery {
  readonly tenant?: string | undefined;
  readonly status?: VirtualKey['status'] | undefined;
  /** Maximum number of keys per page, at most 1,000. @default 100 */
  readonly limit?: number | undefined;
  /** Id of the last key of the previous page. */
  readonly after?: string | undefined;
}

/** Caller, in the form that `createGateway` accepts. */
export interface KeyCaller {
  readonly key: string;
  readonly tenant: string | undefined;
  readonly models: readonly string[] | undefined;
  readonly mcp: Readonly<Record<string, readonly string[]>> | undefined;
  readonly admin: boolean;
  /** Metadata of the key, with the id of the key as `key`. */
  readonly metadata: Readonly<Record<string, string>>;
}
