import { LlmError } from '@majordomo/core';
import type { Limit } from '../contract/limit.ts';
import { LimitCounters, type Spender } from './limit-counters.ts';
import { checkLimit, checkLimits } from './check-limit.ts';

/** A limit that an attempt counts towards, and its counter. */
export interface LimitCounter {
  readonly limit: LimitCounters;
  readonly counter: string;
}

const SPENDER_KEYS: readonly string[] = ['tenant', 'vendor', 'provider', 'target'];

/** The limits as they are now. */
export class LimitSet {
  private readonly byName = new Map<string, LimitCounters>();
  private readonly tags: readonly string[];
  /** Of all bounds, made when they change: each call asks. */
  private list: readonly LimitCounters[] = [];
  private tagNames: readonly string[] = [];

  /**
   * Throws `config`.
   *
   * @param tags keys of metadata that records keep in any case
   */
  constructor(limits: readonly Limit[], tags: readonly string[]) {
    checkLimits(limits);
    this.tags = tags;
    for (const limit of limits) this.byName.set(limit.name, new LimitCounters(limit, 0));
    this.update();
  }

  set(limit: Limit): void {
    checkLimit(limit, 'limit');
    this.byName.set(limit.name, new LimitCounters(limit, (this.byName.get(limit.name)?.revision ?? 0) + 1));
    this.update();
  }

  remove(name: string): void {
    this.byName.delete(name);
    this.update();
  }

  all(): readonly LimitCounters[] {
    return this.list;
  }

  /** One by its name, or all. Throws `config` for a name that there is not. */
  named(name: string | undefined): readonly LimitCounters[] {
    if (name === undefined) return this.all();
    const limit = this.byName.get(name);
    if (limit !== undefined) return [limit];
    const names = [...this.byName.keys()].map((known) => `"${known}"`).join(', ');
    throw new LlmError('config', `there is no limit "${name}"; there are ${names === '' ? 'none' : names}`);
  }

  countersFor(spender: Spender): readonly LimitCounter[] {
    const counted: LimitCounter[] = [];
    for (const limit of this.list) {
      const counter = limit.counterFor(spender);
      if (counter !== undefined) counted.push({ limit, counter });
    }
    return counted;
  }

  /** Keys of metadata that records have to keep: those of the options, and those that limits have counters for. */
  tagKeys(): readonly string[] {
    return this.tagNames;
  }

  private update(): void {
    this.list = [...this.byName.values()];
    const counted = this.list.flatMap(
      ({ definition }) => definition.each?.filter((key) => !SPENDER_KEYS.includes(key)) ?? [],
    );
    this.tagNames = [...this.tags, ...counted];
  }
}
