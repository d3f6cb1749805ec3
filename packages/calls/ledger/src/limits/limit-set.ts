import { LlmError, type CallInfo } from '@majordomo/core';
import { mapValue } from '@majordomo/core/toolkit';
import type { LedgerOptions } from '../contract/ledger.ts';
import type { Limit } from '../contract/limit.ts';
import { LimitCounters, type Spender } from './limit-counters.ts';
import { checkLimit, checkLimits } from './check-limit.ts';

/** Counter of a limit that an attempt counts toward. */
export interface LimitCounter {
  readonly limit: LimitCounters;
  readonly counter: string;
}

const SPENDER_KEYS: readonly string[] = ['tenant', 'vendor', 'provider', 'target'];

/** Current limits of a ledger. */
export class LimitSet {
  private readonly byName = new Map<string, LimitCounters>();
  private readonly tags: readonly string[];
  private readonly limitsOf: LedgerOptions['limitsOf'];
  /** Limits that `limitsOf` returned, by their definitions. */
  private readonly own = new WeakMap<Limit, LimitCounters>();

  /**
   * Throws `config` for an invalid limit.
   *
   * @param tags metadata keys that records contain even if no limit has them in `each`
   * @param limitsOf returns additional limits of a call
   */
  constructor(limits: readonly Limit[], tags: readonly string[], limitsOf?: LedgerOptions['limitsOf']) {
    checkLimits(limits);
    this.limitsOf = limitsOf;
    this.tags = tags;
    for (const limit of limits) this.byName.set(limit.name, new LimitCounters(limit, 0));
  }

  set(limit: Limit): void {
    checkLimit(limit, 'limit');
    this.byName.set(limit.name, new LimitCounters(limit, (this.byName.get(limit.name)?.revision ?? 0) + 1));
  }

  remove(name: string): void {
    this.byName.delete(name);
  }

  all(): readonly LimitCounters[] {
    return [...this.byName.values()];
  }

  /** Returns one limit or all limits. Throws `config` for an unknown name. */
  named(name: string | undefined): readonly LimitCounters[] {
    if (name === undefined) return this.all();
    const limit = this.byName.get(name);
    if (limit !== undefined) return [limit];
    const names = [...this.byName.keys()].map((known) => `"${known}"`).join(', ');
    throw new LlmError(
      'config',
      `unknown limit "${name}"; ${names === '' ? 'the ledger has no limits' : `the limits are ${names}`}`,
    );
  }

  /** Returns the counters of the matching limits of the ledger. */
  countersFor(spender: Spender): readonly LimitCounter[] {
    return matching(this.all(), spender);
  }

  /** Returns the counters of all matching limits, with those that `limitsOf` returns for a call. Returns a promise only if it does. */
  countersOfCall(
    spender: Spender,
    call: CallInfo,
  ): readonly LimitCounter[] | Promise<readonly LimitCounter[]> {
    return mapValue(this.limitsOf?.(call) ?? [], (own) =>
      matching([...this.byName.values(), ...own.map((limit) => this.ofCaller(limit))], spender),
    );
  }

  /** Returns a limit that `limitsOf` returned. Throws `config` for an invalid limit. */
  ofCaller(limit: Limit): LimitCounters {
    const known = this.own.get(limit);
    if (known !== undefined) return known;
    checkLimit(limit, 'limitsOf');
    const counters = new LimitCounters(limit, 0, true);
    this.own.set(limit, counters);
    return counters;
  }

  /** Returns the metadata keys that records contain: the `tags` of the options, and the keys in `each` of the ledger's limits. */
  tagKeys(): readonly string[] {
    const counted = this.all().flatMap(({ definition }) => definition.each ?? []);
    return [...this.tags, ...counted.filter((key) => !SPENDER_KEYS.includes(key))];
  }
}

function matching(limits: readonly LimitCounters[], spender: Spender): readonly LimitCounter[] {
  const counted: LimitCounter[] = [];
  for (const limit of limits) {
    const counter = limit.counterFor(spender);
    if (counter !== undefined) counted.push({ limit, counter });
  }
  return counted;
}
