import type { Skill } from '@majordomo/agent';
import type { Override } from '@majordomo/catalog';
import type { ChainOptions, Provider, Resolver } from '@majordomo/core';
import type { Limit } from '@majordomo/ledger';
import type { LoginConfig } from '../vault/login-config.ts';
import type { Router } from '@majordomo/routing';

/** Content of `majordomo.config.{ts,mts,js,mjs,json}`. JSON cannot contain `providers`, `resolvers`, `router` and `skills`. */
export interface MajordomoConfig {
  /** Spec to use if the command line has none. */
  readonly model?: string | undefined;
  /** Specs by alias, such as `{ fast: 'openai/gpt-5.4-mini,ollama/qwen3' }`. */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
  /** System instructions of every conversation. */
  readonly system?: string | undefined;
  /** Variables such as keys and `LLM_*` DSNs. Variables of the environment take precedence. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Additional providers. They replace built-in providers with the same id. */
  readonly providers?: readonly Provider[] | undefined;
  /** Functions that resolve names that are not aliases. The first function that returns a spec is used. */
  readonly resolvers?: readonly Resolver[] | undefined;
  /** Router from `createRouter` of `@majordomo/routing`. Its presets can be used as names. `resolvers` take precedence. */
  readonly router?: Router | undefined;
  /** Skills for `majordomo chat` and `majordomo mcp`. Tools with `effect: 'once'` require your approval. */
  readonly skills?: readonly Skill[] | undefined;
  /** Retries, timeouts and policy of every call. */
  readonly chain?: ChainOptions | undefined;
  /** Ledger that records and limits the cost of `chat`, `serve`, `batch`, `mcp`, `embed`, `speak` and `transcribe`. */
  readonly ledger?: LedgerConfig | undefined;
  /** Whether the conversations of `majordomo chat` are stored, for `majordomo log` and `chat --continue`. `@default false` */
  readonly log?: boolean | undefined;
  /** Logins for `majordomo login NAME`, by the id of the provider that uses them. */
  readonly logins?: Readonly<Record<string, LoginConfig>> | undefined;
  /** Options of `majordomo serve`. Command-line options take precedence. */
  readonly gateway?: GatewayConfig | undefined;
}

/**
 * Options of `majordomo serve`. A reload applies `cors`, `maxConcurrent`, `maxTotalBodyBytes`, `maxElements` and `maxSockets`. The
 * other options require a restart.
 */
export interface GatewayConfig {
  /**
   * Store of keys, limits, calls and responses: `postgres://…`, `redis://…`, or a SQLite file relative to the configuration.
   * `${NAME}` is replaced with an environment variable. `@default` the SQLite file of `ledger`
   */
  readonly store?: string | undefined;
  /** Whether every request needs a virtual key. A host beyond this machine requires keys. `@default false` */
  readonly keys?: boolean | undefined;
  /** Whether calls are logged if a store or keys are used. An object sets options of the log. `@default true` */
  readonly calls?: boolean | CallLogConfig | undefined;
  /** Whether the Responses API stores state if a store or keys are used. `keepMs`: time in milliseconds. `@default true` */
  readonly responses?: boolean | { readonly keepMs?: number | undefined } | undefined;
  /**
   * Whether the Responses API makes responses with `background: true`. Needs `@majordomo/background`, a store or keys, and `responses`.
   * `keepMs`: time for which ended jobs are stored, in milliseconds, 7 days by default. `@default false`
   */
  readonly background?: boolean | { readonly keepMs?: number | undefined } | undefined;
  /**
   * Whether clients can upload files to `/v1/files`. The store must be SQLite or PostgreSQL. An object sets limits.
   * `@default false`
   */
  readonly files?: boolean | GatewayFilesConfig | undefined;
  /** MCP servers to serve at `/mcp` and `/mcp/NAME`. Needs `@majordomo/mcp-gateway`. `@default` none */
  readonly mcp?: GatewayMcpConfig | undefined;
  /** Whether the Responses API also accepts WebSockets, as Codex opens them. Needs the package `ws`. `@default false` */
  readonly sockets?: boolean | undefined;
  /** Access to `/metrics`. `admin`: only for admins. `public`: for everyone. `@default` not served */
  readonly metrics?: 'admin' | 'public' | undefined;
  /** Whether the inspector is served. `@default true` */
  readonly inspector?: boolean | undefined;
  /** Origins of web pages that may send requests. `@default []` */
  readonly cors?: readonly string[] | undefined;
  /** Maximum number of concurrent calls. `@default 5_000` */
  readonly maxConcurrent?: number | undefined;
  /**
   * Maximum size of the bodies of all requests in progress, in bytes, at least 32 MiB. Further requests receive 429.
   * @default an eighth of the heap of the process, from 32 to 512 MiB
   */
  readonly maxTotalBodyBytes?: number | undefined;
  /**
   * Maximum number of elements of all arrays of a request together, such as its messages, parts and tools. A request with more
   * receives 400. `@default 10_000`
   */
  readonly maxElements?: number | undefined;
  /** Maximum number of open WebSockets of a key. Further upgrades receive 429. `@default 16` */
  readonly maxSockets?: number | undefined;
}

/** MCP servers of the gateway. */
export interface GatewayMcpConfig {
  /**
   * Servers by name: `url` or `command`, and options of `mcpGateway` such as `credential`, `shared`, `prices` and `login`. In all strings,
   * `${NAME}` is replaced with an environment variable. `login` has the members `client` and `scope`, and needs `keys` and `url`. A user is
   * the owner of a key.
   */
  readonly servers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /**
   * Origin at which browsers reach this gateway, such as `https://gateway.example`. Users log in at `/mcp-login/NAME`, and the callback
   * that you register at the provider is `/mcp-login/NAME/callback`. `@default` none; servers cannot have a login
   */
  readonly url?: string | undefined;
  /** Hosts of servers that requests of the Responses API may name by `server_url`. `@default []` */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Patterns of tools that each tenant may use, by server, in addition to those of its keys. `@default {}` */
  readonly tenants?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> | undefined;
  /** Whether the call log contains arguments and results. `@default false` */
  readonly content?: boolean | undefined;
}

/** Limits of the files of clients. */
export interface GatewayFilesConfig {
  /** Maximum size of a file in bytes. `@default 536_870_912` (512 MiB) */
  readonly maxBytes?: number | undefined;
  /** Maximum number of files of a tenant. `@default 1_000` */
  readonly maxFiles?: number | undefined;
  /** Maximum size of all files of a tenant in bytes. `@default 10_737_418_240` (10 GiB) */
  readonly maxTotalBytes?: number | undefined;
  /** Time for which files are stored, in milliseconds. `@default 2_592_000_000` (30 days) */
  readonly keepMs?: number | undefined;
}

/** Options of the call log. */
export interface CallLogConfig {
  /** Whether prompts and answers are stored. `complete` stores them in a form that can be replayed, with media. `@default false` */
  readonly content?: boolean | 'complete' | undefined;
  /** Tenants whose prompts and answers are stored in the form of `complete`. `@default []` */
  readonly completeFor?: readonly string[] | undefined;
  /** Time for which entries are stored, in milliseconds. `@default 2_592_000_000` (30 days) */
  readonly keepMs?: number | undefined;
  /** Time for which prompts and answers are stored, in milliseconds. `@default 604_800_000` (7 days), at most `keepMs` */
  readonly keepContentMs?: number | undefined;
}

/** File, limits and prices of the ledger. */
export interface LedgerConfig {
  /**
   * SQLite file, relative to the configuration, or to your home folder (`~/`). The file also contains conversations. `@default`
   * `majordomo/books.db` in `$XDG_STATE_HOME`
   */
  readonly file?: string | undefined;
  /** Limits on the use of models. A call that would exceed a limit is denied. */
  readonly limits?: readonly Limit[] | undefined;
  /** Decision on calls of models without a known price, if a limit in USD applies. `@default 'deny'` */
  readonly unknownPrice?: 'admit' | 'deny' | undefined;
  /**
   * Amount that a call reserves before it is sent: its highest possible cost, or `likely`, the cost of an answer as long as 99 of 100
   * answers of the target. With `likely`, concurrent calls can exceed a limit. `@default 'maximum'`
   */
  readonly reserve?: 'maximum' | 'likely' | undefined;
  /** Prices that the catalog lacks, or that replace prices of the catalog. */
  readonly prices?: readonly Override[] | undefined;
}

/**
 * Returns the configuration unchanged, so that TypeScript checks its type.
 *
 * @example export default defineConfig({ model: 'fast', aliases: { fast: 'openai/gpt-5.4-mini' } });
 */
export function defineConfig(config: MajordomoConfig): MajordomoConfig {
  return config;
}
