import { LlmError, systemClock, type Clock, type Majordomo } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { Ledger } from '@majordomo/ledger';
import { createRedactor, type Redactor } from '@majordomo/redact';

/** What is known of a name; `Router` of `@majordomo/routing` fits. */
export interface Planner {
  /** Of the presets. */
  names(): readonly string[];
  /** What a name means now, and why. */
  plan(name: string, majordomo: Majordomo): Promise<PlannedChain>;
}

/** As much of a router's plan as is shown. */
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

/** What an inspector watches, and what it shows. */
export interface InspectorOptions {
  /** Whose health is shown and steered, and whose names are resolved. */
  readonly majordomo: Majordomo;
  /** Costs, spending and limits. */
  readonly ledger?: Ledger | undefined;
  /** Names that a gateway serves, and the spec of each. They are resolved like names of the majordomo. */
  readonly models?: { readonly [name: string]: string } | undefined;
  /** Plans of names. */
  readonly router?: Planner | undefined;
  /** Shows prompts and answers too, through the redactor. Default false. */
  readonly content?: boolean | undefined;
  /** How many calls are kept, from 1 to 10,000. Default 1,000. */
  readonly keep?: number | undefined;
  /** Opens the page, as `?token=`; at least 16 characters. Without one only admins are let in. */
  readonly token?: string | undefined;
  /** Masks what is shown. Default: the rules of `@majordomo/redact`. */
  readonly redactor?: Redactor | undefined;
  /** Where it is mounted. Default `/inspector`. */
  readonly path?: string | undefined;
  /** Served on this machine alone: a `Host` that is not of loopback is refused. Default false. */
  readonly loopback?: boolean | undefined;
  /** Time, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The options with their defaults. */
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

const MOST_KEPT = 10_000;
const SHORTEST_TOKEN = 16;

/** Throws `config` for what cannot be meant; a token is not repeated. */
export function checkedOptions(options: InspectorOptions): InspectorSetup {
  checkOptions('createInspector', options, KINDS, ['majordomo']);
  const { keep = 1000, token, path = '/inspector' } = options;
  if (!Number.isInteger(keep) || keep < 1 || keep > MOST_KEPT)
    throw wrong('keep', `a whole number from 1 to ${MOST_KEPT}, not ${keep}`);
  if (token !== undefined && token.length < SHORTEST_TOKEN)
    throw wrong('token', `at least ${SHORTEST_TOKEN} characters long: others could guess it`);
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
  new LlmError('config', `${member} of the inspector must be ${must}`, { path: `inspector.${member}` });
