import type { Catalog } from '@majordomo/catalog';
import { LlmError, systemClock, type Clock, type Majordomo } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { Ledger } from '@majordomo/ledger';
import { createRedactor, type Redactor } from '@majordomo/redact';

/** Planner, which explains how names resolve to chains. `Router` of `@majordomo/routing` implements this interface. */
export interface Planner {
  /** Returns the names of the presets. */
  names(): readonly string[];
  /** Returns the chain to which a name currently resolves, with the reasons for the choice. */
  plan(name: string, majordomo: Majordomo): Promise<PlannedChain>;
}

/** Part of a router's plan that the page shows. */
export interface PlannedChain {
  readonly chain: string;
  readonly reason: string;
  readonly candidates: readonly {
    readonly target: string;
    readonly score: number;
    readonly parts: Readonly<Record<string, number>>;
    readonly estimateNanoUsd: bigint | undefined;
  }[];
  readonly rejected: readonly { readonly target: string; readonly why: string }[];
  readonly warnings: readonly string[];
}

/** Admin API, as `createAdmin` of `@majordomo/admin` returns it. */
export interface AdminApi {
  readonly path: string;
  /** Whether the API has the MCP servers of a gateway. @default false; the view MCP is absent */
  readonly hasMcp?: boolean | undefined;
  /** Handles a request. `admin: true` gives access without a token. `by` is the name of the caller. */
  fetch(
    request: Request,
    options?: { readonly admin?: boolean | undefined; readonly by?: string | undefined },
  ): Promise<Response>;
}

/** Options of `createInspector`. */
export interface InspectorOptions {
  /** Majordomo whose health is shown and changed, and which resolves names. */
  readonly majordomo: Majordomo;
  /** Ledger whose costs, spending and limits are shown. @default undefined; the views are empty */
  readonly ledger?: Ledger | undefined;
  /**
   * Catalog with the retirement dates of models. A target whose model is retired within 90 days shows the date and the
   * recommended successor. Requires the optional peer dependency `@majordomo/catalog`. @default undefined; no dates are shown
   */
  readonly catalog?: Catalog | undefined;
  /** Served names with their specs. They are resolved like names of the majordomo. @default {} */
  readonly models?: { readonly [name: string]: string } | undefined;
  /** Planner for names, such as the router of `@majordomo/routing`. The page shows its reasons. @default undefined */
  readonly router?: Planner | undefined;
  /**
   * Admin API for the views Keys, Performance and MCP, which everyone with access to the page can use. Below the inspector's path,
   * the page calls it at `api/v1`. @default undefined; the views are absent
   */
  readonly admin?: AdminApi | undefined;
  /** Whether the page can send prompts, as calls of the tenant `inspector`. Gates and limits apply. @default true */
  readonly playground?: boolean | undefined;
  /** Whether prompts, responses and the answers of classifications are also stored and shown, after redaction. @default false */
  readonly content?: boolean | undefined;
  /** Maximum number of stored calls, from 1 to 10,000. Beyond the maximum, ended calls are removed first. @default 1_000 */
  readonly keep?: number | undefined;
  /** Token for access to the page, sent once as `?token=`, at least 16 characters. @default undefined; only admins have access */
  readonly token?: string | undefined;
  /** Redactor for everything that is shown. @default the rules of `@majordomo/redact` */
  readonly redactor?: Redactor | undefined;
  /** Path at which the inspector is mounted. @default '/inspector' */
  readonly path?: string | undefined;
  /** Whether requests whose `Host` is not a loopback address are rejected. @default false */
  readonly loopback?: boolean | undefined;
  /** Clock, for tests. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Options with their defaults. */
export interface InspectorSetup extends InspectorOptions {
  readonly keep: number;
  readonly content: boolean;
  readonly redactor: Redactor;
  readonly path: string;
  readonly clock: Clock;
}

const KINDS: KindsOf<InspectorOptions> = {
  majordomo: 'object with model',
  ledger: 'object with state',
  catalog: 'object with find',
  models: 'object',
  router: 'object with plan',
  admin: 'object with fetch',
  playground: 'boolean',
  content: 'boolean',
  keep: 'number',
  token: 'string',
  redactor: 'object with text',
  path: 'string',
  loopback: 'boolean',
  clock: 'object with now',
};

const MAX_CALLS = 10_000;
const MIN_TOKEN = 16;

/** Returns the options with their defaults. Throws `config` for an invalid option. The message never contains the token. */
export function checkedOptions(options: InspectorOptions): InspectorSetup {
  checkOptions('createInspector', options, KINDS, ['majordomo']);
  const { keep = 1000, token, path = '/inspector' } = options;
  if (!Number.isInteger(keep) || keep < 1 || keep > MAX_CALLS)
    throw wrong('keep', `an integer from 1 to ${MAX_CALLS}, not ${keep}`);
  if (token !== undefined && token.length < MIN_TOKEN)
    throw wrong('token', `at least ${MIN_TOKEN} characters long`);
  if (!/^(?:\/[\w-]+)+$/.test(path)) throw wrong('path', 'a path such as /inspector');
  return {
    ...options,
    keep,
    path,
    content: options.content ?? false,
    redactor: options.redactor ?? createRedactor(),
    clock: options.clock ?? systemClock,
  };
}

const wrong = (member: string, must: string): LlmError =>
  new LlmError('config', `createInspector: ${member}: must be ${must}`, { path: `inspector.${member}` });
