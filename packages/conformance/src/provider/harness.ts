import type { Provider } from '@majordomo/core';
import type { OperationName } from '@majordomo/testing';
import type { WireServer } from '../server/server.ts';
import type { Wire } from '../wires/wire.ts';
import type { Scenario } from './scenario.ts';

/** What a provider package brings to the suite. */
export interface Harness {
  readonly wire: Wire;
  /**
   * A provider that talks to `baseURL`. `apiKey` is `undefined` where the suite wants to see what happens without one:
   * hand it on as it is.
   */
  open(at: {
    readonly baseURL: string;
    readonly server: WireServer | undefined;
    readonly apiKey: string | undefined;
  }): Provider | Promise<Provider>;
  /** A model id that the provider knows. */
  readonly model: string;
  /** Of its other operations, where it has them: a model id each. */
  readonly models?: Readonly<Partial<Record<OperationName, string>>> | undefined;
  /** Milliseconds that each attempt needs before it sends anything, such as the start of a process. Default 0. */
  readonly startMs?: number | undefined;
  /** Scenarios that this provider cannot show, each with the reason. */
  readonly cannot?: Partial<Readonly<Record<Scenario, string>>> | undefined;
}

/** One behaviour. `run` resolves, or rejects with what was wrong. */
export interface Case {
  readonly name: string;
  readonly scenario: Scenario;
  /** Starts what servers it needs, and closes them. */
  run(harness: Harness): Promise<void>;
}
