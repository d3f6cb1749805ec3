import { LlmError, systemClock, type CallEvent, type CallInfo, type Clock } from '@majordomo/core';
import { denialError, HealthTracker, nanoUsdOf, notify, withTimeout } from '@majordomo/core/toolkit';
import type { LongWork } from '@majordomo/ledger';
import { TOTAL_MS } from '@majordomo/mcp/internal';
import { matchesName } from './access.ts';
import type { McpGatewayOptions } from './options.ts';
import { takePlace } from './places.ts';

/** Maximum time that a call waits for the store of the places, in milliseconds. */
const STORE_MS = 5000;
/** Kinds of failures to connect that are independent of the response of the server. */
const UNREACHABLE = ['network', 'timeout'] as const;
/** Kinds of failures to connect that concern each caller, unless the response depends on the account of the user. */
const FAILED = [...UNREACHABLE, 'server', 'protocol'] as const;
/** Price in nano-USD that is too high. */
const MAX_PRICE = 10n ** 18n;

/** Call that asks for admission. */
export interface Applicant {
  readonly call: CallInfo;
  readonly server: string;
  readonly target: string;
  /** Name of the tool or prompt, or address of the resource. */
  readonly name: string;
}

/** End of an admitted call. A call that was not sent costs nothing. */
export type Settle = (outcome: 'finished' | 'failed' | 'not-sent', ms: number) => Promise<void>;

/** Decides whether a call may be sent to its server: by the health of the server, and by the limits of the options. */
export class Admission {
  private readonly options: McpGatewayOptions;
  private readonly clock: Clock;
  private readonly health: HealthTracker;
  private readonly running = new Map<string, number>();

  constructor(options: McpGatewayOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    // The defaults bench a server after two failures in a row.
    this.health = new HealthTracker({}, this.clock, Math.random);
  }

  /**
   * Connects to a server. A server is benched after two attempts in a row that fail for a reason that concerns all callers. Throws
   * `overloaded` for a benched server. Only connecting counts, because the arguments of a call may be the reason for its failure. At a
   * server with logins, the account of the user may be the reason for a response.
   */
  async connecting<T>(
    server: string,
    onEvent: (event: CallEvent) => void,
    work: () => Promise<T>,
  ): Promise<T> {
    const { health, clock } = this;
    const target = `mcp/${server}`;
    const bench = health.blocked(target);
    if (bench !== undefined) {
      const retryAfterMs = Math.max(0, bench.until - clock.now());
      throw new LlmError('overloaded', `${target}: benched after failures to connect`, {
        target,
        code: 'benched',
        retryAfterMs,
      });
    }
    // The result of this attempt counts only if the health of the server has not changed its state since this stamp.
    const stamp = health.claim(target);
    try {
      const result = await work();
      health.finish(target, stamp);
      return result;
    } catch (error) {
      // `atOnce: false`: one failure does not bench the server yet.
      const failure = { retryAfterMs: undefined, atOnce: false };
      const hasLogins = this.options.servers[server]?.login !== undefined;
      if (!LlmError.is(error, ...(hasLogins ? UNREACHABLE : FAILED))) health.release(target, stamp);
      else {
        const benched = health.fail(target, stamp, failure, error);
        if (benched !== undefined)
          onEvent({ type: 'benched', call: undefined, target, until: benched.until });
      }
      throw error;
    }
  }

  /** Returns the time until which a server is benched, ISO 8601 in UTC. */
  benchedUntil(server: string): string | undefined {
    const bench = this.health.blocked(`mcp/${server}`);
    return bench && new Date(bench.until).toISOString();
  }

  /** Reserves the price and the place of a call. Rejects with `denied` or `overloaded` if a limit does not allow it. */
  async admit(applicant: Applicant): Promise<Settle> {
    const leave = await this.enter(applicant.server);
    try {
      const settle = await this.reserve(applicant);
      return async (outcome, ms) => {
        await Promise.all([leave(), settle(outcome, ms)]);
      };
    } catch (error) {
      await leave();
      throw error;
    }
  }

  /** Takes a place among the calls of a server in this process, and with `records` in all processes. Returns a function that leaves it. */
  private async enter(server: string): Promise<() => Promise<void>> {
    const { servers, records, onError } = this.options;
    const { maxConcurrent } = servers[server] ?? {};
    if (maxConcurrent === undefined) return () => Promise.resolve();
    const report = (error: unknown): void => {
      notify(onError, error, { server });
    };
    const leave = this.enterHere(server, maxConcurrent);
    if (records === undefined) return leave;
    const taking = takePlace(records, server, maxConcurrent, this.clock);
    // `unknown`: the store has not responded, so the limit applies to this process only. A place that it takes later belongs to the call.
    const place = await withTimeout(taking, STORE_MS, this.clock).catch((error: unknown) => {
      report(error);
      return 'unknown' as const;
    });
    if (place === undefined) {
      await leave();
      throw busy(server, maxConcurrent);
    }
    const held = taking.catch(() => undefined);
    void held.then((known) =>
      known?.signal.addEventListener('abort', () => {
        report(lostPlace(server, maxConcurrent, known.signal.reason));
      }),
    );
    const leavePlace = async (): Promise<void> => {
      const known = await held;
      await known?.remove().catch((error: unknown) => {
        if (!known.signal.aborted) report(error);
      });
    };
    return async () => {
      await leave();
      // If the store does not respond, the place is free after its lease.
      await withTimeout(leavePlace(), STORE_MS, this.clock).catch(report);
    };
  }

  private enterHere(server: string, maxConcurrent: number): () => Promise<void> {
    const count = this.running.get(server) ?? 0;
    if (count >= maxConcurrent) throw busy(server, maxConcurrent);
    this.running.set(server, count + 1);
    return () => {
      this.running.set(server, (this.running.get(server) ?? 1) - 1);
      return Promise.resolve();
    };
  }

  private async reserve({ call, server, target, name }: Applicant): Promise<Settle> {
    const { ledger, servers } = this.options;
    if (ledger === undefined) return () => Promise.resolve();
    const { prices = {}, totalMs = TOTAL_MS } = servers[server] ?? {};
    const price = Object.entries(prices).find(([pattern]) => matchesName(pattern, name))?.[1];
    const nanoUsd = nanoUsdOf(price);
    const work: LongWork = {
      // The ledger books attempts, and a call has one.
      id: `${call.id}/${target}/1`,
      operation: 'tool',
      target,
      vendor: server,
      model: name,
      name: undefined,
      billing: nanoUsd === undefined ? 'included' : 'metered',
      call,
    };
    const most = { requests: 1, input: 0, output: 0, nanoUsd: nanoUsd?.toString() };
    const denial = await ledger.reserve(work, most, totalMs);
    if (denial !== undefined) throw denialError(`${target}: ${denial.deny}`, target, denial);
    const basis = nanoUsd === undefined ? ('included' as const) : ('override' as const);
    return (outcome, ms) => {
      const isSent = outcome !== 'not-sent';
      const cost = { nanoUsd: isSent || nanoUsd === undefined ? nanoUsd : 0n, basis, missing: [] };
      return ledger.settle(work, {
        requests: isSent ? 1 : 0,
        outcome: isSent ? outcome : 'failed',
        ms,
        usage: undefined,
        cost,
      });
    };
  }
}

const busy = (server: string, maxConcurrent: number): LlmError =>
  new LlmError('overloaded', `mcp/${server}: ${maxConcurrent} calls are running; raise maxConcurrent`, {
    code: 'busy',
  });

/** Returns the error of a call whose place another process may have taken. The call continues. */
const lostPlace = (server: string, maxConcurrent: number, cause: unknown): LlmError =>
  new LlmError(
    'overloaded',
    `mcp/${server}: a running call has lost its place, because this process was paused or the store failed; more than maxConcurrent (${maxConcurrent}) calls may be running`,
    { code: 'place-lost' },
    { cause },
  );

/** Whether a value is a price in USD that a counter of the ledger can contain. An invalid price counts as too high. */
export const isPrice = (value: unknown): boolean => (nanoUsdOf(value) ?? MAX_PRICE) < MAX_PRICE;
