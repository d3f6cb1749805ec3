import type { Provider } from '@majordomo/core';
import type { OperationName } from '@majordomo/testing';
import type { WireServer } from '../server/server.ts';
import type { Wire } from '../wires/wire.ts';
import type { Scenario } from './scenario.ts';

/** Provider under test. */
export interface Harness {
  readonly wire: Wire;
  /**
   * Creates the provider for a server at `baseURL`. Pass `apiKey` unchanged: it is `undefined` in the case of a missing key.
   */
  open(at: {
    readonly baseURL: string;
    readonly server: WireServer | undefined;
    readonly apiKey: string | undefined;
  }): Provider | Promise<Provider>;
  /** Model id of the provider. */
  readonly model: string;
  /** Model ids for embeddings, transcription and speech, if the provider has them. */
  readonly models?: Readonly<Partial<Record<OperationName, string>>> | undefined;
  /** Time that each attempt needs before it sends a request, such as the start of a process, in milliseconds. `@default 0` */
  readonly startMs?: number | undefined;
  /** Scenarios that the provider does not support, with the reason. Their cases are skipped. */
  readonly cannot?: Partial<Readonly<Record<Scenario, string>>> | undefined;
}

/** Case of the suite. */
export interface Case {
  readonly name: string;
  readonly scenario: Scenario;
  /** Runs the case with its own servers. Rejects with the reason of the failure. */
  run(harness: Harness): Promise<void>;
}
