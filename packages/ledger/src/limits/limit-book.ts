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
  private readonly tags: readonly string[];
  /** Of all bounds, made when they change: each call asks. */
  private list: readonly Bound[] = [];
  private kept: readonly string[] = [];

  /**
   * Throws `config`.
   *
   * @param tags keys of metadata that records keep in any case
   */
  constructor(limits: readonly Limit[], tags: readonly string[]) {
    checkLimits(limits);
    this.tags = tags;
    for (const limit of limits) this.bounds.set(limit.name, new Bound(limit, 0));
    this.changed();
  }

  set(limit: Limit): void {
    checkLimit(limit, 'limit');
    this.bounds.set(limit.name, new Bound(limit, (this.bounds.get(limit.name)?.armed ?? 0) + 1));
    this.changed();
  }

  remove(name: string): void {
    this.bounds.delete(name);
    this.changed();
  }

  all(): readonly Bound[] {
    return this.list;
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
    const counted: Counted[] = [];
    for (const bound of this.list) {
      const counter = bound.counterFor(spender);
      if (counter !== undefined) counted.push({ bound, counter });
    }
    return counted;
  }

  /** Keys of metadata that records have to keep: those of the options, and those that limits have counters for. */
  keptKeys(): readonly string[] {
    return this.kept;
  }

  private changed(): void {
    this.list = [...this.bounds.values()];
    const counted = this.list.flatMap(({ limit }) => limit.each?.filter((key) => !OWN.includes(key)) ?? []);
    this.kept = [...this.tags, ...counted];
  }
}
