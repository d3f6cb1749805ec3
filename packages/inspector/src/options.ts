import type { Catalog } from '@majordomo/catalog';
import { LlmError, systemClock, type Clock, type Majordomo } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { Ledger } from '@majordomo/ledger';
import { createRedactor, type Redactor } from '@majordomo/redact';

/** Source of plans for a name. `Router` of `@majordomo/routing` implements it. */
export interface Planner {
  /** Returns the names of the presets. */
  names(): readonly string[];
  /** Returns the current chain of a name with its reasons. */
  plan(name: string, majordomo: Majordomo): Promise<PlannedChain>;
}

/** Part of a router's plan that is shown. */
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

/** Options of `createInspector`. */
export interface InspectorOptions {
  /** Majordomo whose health is shown and changed, and whose names are resolved. */
  readonly majordomo: Majordomo;
  /** Ledger for costs, spending and limits. Default: none; these views are then empty. */
  readonly ledger?: Ledger | undefined;
  /**
   * Catalogue with the retirement dates of models. A target that retires within 90 days shows its date and its successor.
   * Requires `@majordomo/catalog`, an optional peer. Default: none; no dates are shown.
   */
  readonly catalog?: Catalog | undefined;
  /** Served names and the spec of each. They are resolved like names of the majordomo. @default {} */
  readonly models?: { readonly [name: string]: string } | undefined;
  /** Source of plans for names. Default: none. */
  readonly router?: Planner | undefined;
  /** Whether prompts and answers are also stored and shown, after redaction. @default false */
  readonly content?: boolean | undefined;
  /** Maximum number of calls in memory, from 1 to 10,000. Ended calls are then removed before running ones. @default 1_000 */
  readonly keep?: number | undefined;
  /** Token that gives access to the page, sent once as `?token=`; at least 16 characters. Default: only admins have access. */
  readonly token?: string | undefined;
  /** Redactor for everything that is shown. Default: the rules of `@majordomo/redact`. */
  readonly redactor?: Redactor | undefined;
  /** Path at which the inspector is mounted. @default '/inspector' */
  readonly path?: string | undefined;
  /** Whether requests with a `Host` other than that of loopback are refused. @default false */
  readonly loopback?: boolean | undefined;
  /** Source of time, for tests. Default: real time. */
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

/** Returns the options with their defaults. Throws `config` for invalid ones; its message does not contain the token. */
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
  new LlmError('config', `createInspector: ${member} must be ${must}`, { path: `inspector.${member}` });
