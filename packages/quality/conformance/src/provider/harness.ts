import type { Provider } from '@majordomo/core';
import type { OperationName } from '@majordomo/testing';
import type { WireServer } from '../server/server.ts';
import type { Wire } from '../wires/wire.ts';
import type { Scenario } from './scenario.ts';

/** Provider under test, with its models and limitations. */
export interface Harness {
  readonly wire: Wire;
  /**
   * Creates the provider for a server at `baseURL`. Pass `apiKey` unchanged, because `undefined` tests a missing key. `server` is
   * `undefined` if the address refuses connections.
   */
  open(at: {
    readonly baseURL: string;
    readonly server: WireServer | undefined;
    readonly apiKey: string | undefined;
  }): Provider | Promise<Provider>;
  /** Id of the provider's chat model. */
  readonly model: string;
  /** Model ids for operations other than chat, if the provider has them. */
  readonly models?: Readonly<Partial<Record<OperationName, string>>> | undefined;
  /** Time that an attempt needs before it sends a request, in milliseconds, for example to start a process. `@default 0` */
  readonly startMs?: number | undefined;
  /** Scenarios that the provider or its model does not support, each with the reason. Their cases are skipped. */
  readonly cannot?: Partial<Readonly<Record<Scenario, string>>> | undefined;
}

/** Test case for providers. */
export interface Case {
  readonly name: string;
  readonly scenario: Scenario;
  /** Starts servers for the case and runs it. Rejects if the case fails. */
  run(harness: Harness): Promise<void>;
}
