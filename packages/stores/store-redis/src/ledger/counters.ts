import { LlmError } from '@majordomo/core';
import { fromStoredText, storableMs, toStoredText } from '@majordomo/core/toolkit';
import type { Claim, CounterState, LedgerStore, Refusal } from '@majordomo/ledger';
import type { Connection } from '../connection/connection.ts';
import { script } from '../connection/script.ts';
import { KNOWN_MS, LIST_LUA, RENEW_LUA, RESERVE_LUA, SETTLE_LUA } from './counters-lua.ts';
import { RedisTime } from './redis-time.ts';

const RESERVE = script(RESERVE_LUA);
const RENEW = script(RENEW_LUA);
const SETTLE = script(SETTLE_LUA);
const LIST = script(LIST_LUA);
/** Maximum integer of Redis (int64). */
const MAX_AMOUNT = 2n ** 63n - 1n;
/** Number of counters that one command reads. Redis runs no other command during a read. */
const PAGE = 500;

/** Reply of the script to a reservation. A plain number is Redis's time, and means that the claims are reserved. */
type ReserveReply =
  | number
  // Some clients return numbers as strings.
  | string
  | readonly ['late', now: number | string]
  | readonly [
      'refused',
      now: number | string,
      counter: string,
      left: string,
      retryAfterMs: string,
      held: string,
      holders: number | string,
    ];

/** Counters with leases, which use Redis's clock. */
export class Counters {
  private readonly connection: Connection;
  private readonly keys: readonly string[];
  private readonly timeoutMs: number;
  private readonly time = new RedisTime();
  /** Latest request for each reservation that waits for a reply, by id of the reservation. */
  private readonly requests = new Map<string, object>();

  constructor(connection: Connection, base: string, timeoutMs: number) {
    this.connection = connection;
    this.keys = [base];
    this.timeoutMs = timeoutMs;
  }

  /**
   * Reserves amounts. A client that reconnects may send a command long after the call has ended, so the command contains a
   * deadline after which Redis ignores it. Releases a reservation of lanes whose confirmation is late or lost, unless it was
   * requested again. The ledger releases its own reservations, because it may have admitted their work, or may be booking it.
   */
  async reserve(id: string, claims: readonly Claim[], leaseMs: number): Promise<Refusal | undefined> {
    const known = storableMs(Math.max(KNOWN_MS, leaseMs, 2 * this.timeoutMs), 'leaseMs');
    const values = [`${known}`, ...claims.flatMap((claim) => valuesOf(claim))];
    const lease = `${storableMs(leaseMs, 'leaseMs')}`;
    const until = performance.now() + this.timeoutMs;
    const isOfLedger = claims.some(({ whenLapsed }) => whenLapsed === 'spent');
    const current = {};
    let isAwaited = true;
    const request = async (): Promise<ReserveReply> => {
      this.requests.set(id, current);
      const isLast = (): boolean => this.requests.get(id) === current;
      // A client with its own timeout gives up although Redis may still reserve.
      let mayBeUnclaimed = true;
      try {
        let reply = await this.reserved(id, lease, until, values);
        const isLate = typeof reply === 'object' && reply[0] === 'late';
        // `late` before the timeout means a wrong estimate of Redis's clock. The reply has corrected it, so try again.
        if (isLate && performance.now() < until) reply = await this.reserved(id, lease, until, values);
        // A refusal is an object.
        const isReserved = typeof reply !== 'object';
        mayBeUnclaimed = isReserved && !isAwaited;
        return reply;
      } finally {
        if (isLast()) {
          this.requests.delete(id);
          if (mayBeUnclaimed && !isOfLedger)
            void this.connection.evaluate(SETTLE, this.keys, [id]).catch(() => undefined);
        }
      }
    };
    let answer: ReserveReply;
    try {
      answer = await this.connection.withTimeout(request);
    } finally {
      isAwaited = false;
    }
    if (typeof answer !== 'object') return undefined;
    if (answer[0] === 'late')
      throw new LlmError('timeout', 'Redis received the reservation too late and rejected it; retry later');
    const [, , counter, left, retryAfterMs, held, holders] = answer;
    return {
      counter: fromStoredText(counter),
      left: BigInt(left),
      held: BigInt(held),
      holders: Number(holders),
      retryAfterMs: numberOf(retryAfterMs),
    };
  }

  async renew(id: string, leaseMs: number): Promise<void> {
    await this.connection.run(RENEW, this.keys, [id, `${storableMs(leaseMs, 'leaseMs')}`]);
  }

  async settle(id: string, used: Parameters<LedgerStore['settle']>[1]): Promise<boolean> {
    const values = [id];
    for (const { counter, amount } of used) values.push(toStoredText(counter), String(amount));
    return Number(await this.connection.run(SETTLE, this.keys, values)) === 1;
  }

  async list(prefix: string): Promise<readonly CounterState[]> {
    const found: CounterState[] = [];
    let after = '';
    for (;;) {
      const page = (await this.connection.run(LIST, this.keys, [
        toStoredText(prefix),
        after,
        `${PAGE}`,
      ])) as string[];
      for (let at = 0; at < page.length; at += 4) {
        const [counter = '', used = '', held = '', ends = ''] = page.slice(at, at + 4);
        const resetsAt = numberOf(ends);
        found.push({ counter: fromStoredText(counter), used: BigInt(used), held: BigInt(held), resetsAt });
        after = counter;
      }
      if (page.length < PAGE * 4) return found;
    }
  }

  private async reserved(
    id: string,
    lease: string,
    until: number,
    values: readonly string[],
  ): Promise<ReserveReply> {
    const deadline = this.time.at(until);
    const args = [id, lease, deadline === undefined ? '' : `${deadline}`, ...values];
    const answer = (await this.connection.evaluate(RESERVE, this.keys, args)) as ReserveReply;
    this.time.sync(Number(typeof answer === 'object' ? answer[1] : answer));
    return answer;
  }
}

function valuesOf(claim: Claim): readonly string[] {
  const { counter, max, amount, whenLapsed } = claim;
  if (amount < 0n) throw new RangeError(`counter ${counter}: the amount of a claim must not be negative`);
  const name = toStoredText(counter);
  return [name, String(max > MAX_AMOUNT ? MAX_AMOUNT : max), String(amount), resetsOf(claim), whenLapsed];
}

/** Returns the remaining time of a period that starts now, or the length and phase of equal periods by Redis's clock. */
function resetsOf({ counter, resetsInMs, nextResetsInMs = resetsInMs, window }: Claim): string {
  if (window !== undefined) return `${window.ms}/${window.phaseMs}`;
  return nextResetsInMs === undefined
    ? ''
    : `${storableMs(Math.max(1, nextResetsInMs), `resetsInMs of ${counter}`)}`;
}

const numberOf = (text: string): number | undefined => (text === '' ? undefined : Number(text));
