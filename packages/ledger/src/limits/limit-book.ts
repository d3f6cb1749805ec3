import { LlmError } from '@majordomo/core';
import type { Limit } from '../contract/limit.ts';
import { Bound, type Spender } from './bound.ts';
import { checkLimit, checkLimits } from './check-limit.ts';

/** A limit that an attempt counts towards, and its counter. */
export interface Counted {
  readonly bound: Bound;
  readonly counter: string;
}

const OWN: readonly string[] = ['tenant', 'vendor', 'provider', 'target'];

/** The limits as they are now. */
export class LimitBook {
  private readonly bounds = new Map<string, Bound>();

  /** Throws `config`. */
  constructor(limits: readonly Limit[]) {
    checkLimits(limits);
    for (const limit of limits) this.bounds.set(limit.name, new Bound(limit, 0));
  }

  set(limit: Limit): void {
    checkLimit(limit, 'limit');
    this.bounds.set(limit.name, new Bound(limit, (this.bounds.get(limit.name)?.armed ?? 0) + 1));
  }

  remove(name: string): void {
    this.bounds.delete(name);
  }

  all(): readonly Bound[] {
    return [...this.bounds.values()];
  }

  /** One by its name, or all. Throws `config` for a name that there is not. */
  named(name: string | undefined): readonly Bound[] {
    if (name === undefined) return this.all();
    const bound = this.bounds.get(name);
    if (bound !== undefined) return [bound];
    const names = [...this.bounds.keys()].map((known) => `"${known}"`).join(', ');
    throw new LlmError('config', `there is no limit "${name}"; there are ${names === '' ? 'none' : names}`);
  }

  countersFor(spender: Spender): readonly Counted[] {
    return this.all().flatMap((bound) => {
      const counter = bound.counterFor(spender);
      return counter === undefined ? [] : [{ bound, counter }];
    });
  }

  /** Keys of metadata that limits have counters for: records have to keep them. */
  metadataKeys(): readonly string[] {
    return this.all().flatMap(({ limit }) => limit.each?.filter((key) => !OWN.includes(key)) ?? []);
  }
}
