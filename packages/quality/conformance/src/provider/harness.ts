import type { Provider } from '@majordomo/core';
import type { OperationName } from '@majordomo/testing';
import type { FailureName } from '@majordomo/testing/internal';
import type { WireServer } from '../server/server.ts';
import type { Wire } from '../wires/wire.ts';

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

/** Returns a case. */
export const testCase = (scenario: Scenario, name: string, run: Case['run']): Case => ({
  name,
  scenario,
  run,
});

/** Name of a tested behavior. In `cannot`, a harness lists the scenarios that its provider does not support. */
export type Scenario =
  | 'text'
  | 'unicode-split'
  | 'stream-noise'
  | 'non-streaming-equals-deltas'
  | 'tool-call'
  | 'parallel-tool-calls'
  | 'interleaved-tool-calls'
  | 'streamed-arguments'
  | 'missing-call-ids'
  | 'empty-arguments'
  | 'bad-arguments'
  | 'tool-result'
  | 'foreign-tool-ids'
  | 'reasoning'
  | 'reasoning-replay'
  | 'reasoning-redacted'
  | 'reasoning-foreign'
  | 'structured-output'
  | 'usage'
  | 'usage-missing'
  | 'length'
  | 'refusal'
  | 'refusal-mark'
  | 'logprobs'
  | 'content-filter'
  | 'unknown-finish'
  | 'served-model'
  | 'finish-without-marker'
  | 'marker-without-finish'
  | 'empty'
  | `failure-${FailureName}`
  | 'retry-after'
  | 'request-id'
  | 'secret'
  | 'in-band-before-content'
  | 'in-band-mid-stream'
  | 'end'
  | 'cut'
  | 'reset'
  | 'refused'
  | 'bad-json'
  | 'html'
  | 'empty-body'
  | 'content-type'
  | 'trickle'
  | 'slow'
  | 'abort-before'
  | 'abort-headers'
  | 'abort-body'
  | 'abort-after-content'
  | 'abandon'
  | 'local-refusal'
  | 'missing-key'
  | 'prefix-stability'
  | 'image'
  | 'file'
  | 'audio'
  | 'audio-declared'
  | 'citations'
  | 'vendor-parts'
  | 'vendor-foreign'
  | 'system'
  | 'frozen'
  | 'lone-surrogate'
  | 'request-history'
  | 'request-tools'
  | 'loaded-tools'
  | 'request-tool-choice'
  | 'request-sampling'
  | 'request-effort'
  | 'request-cache'
  | 'request-nothing-added'
  | 'request-extra'
  | 'tool-result-content'
  | 'made-up-tool-names'
  | 'text-with-tool-calls'
  | 'user-after-tools'
  | 'fitted-tool-names'
  | 'output-schemas'
  | 'tool-schemas'
  | 'resources'
  | OperationName
  | `${OperationName}-${'declared' | 'usage' | 'failures' | 'faults' | 'abort' | 'secret'}`
  | 'embedding-dimensions'
  | 'embedding-count'
  | 'transcription-segments'
  | 'speech-stream'
  | 'rerank-invalid'
  | 'moderation-count'
  | 'classification-invalid'
  | 'classification-refusal'
  | 'chain-unavailable'
  | 'chain-retry-after'
  | 'chain-in-band'
  | 'chain-end'
  | 'chain-cut'
  | 'chain-stall-before'
  | 'chain-stall-middle'
  | 'chain-refused'
  | 'chain-bad-json'
  | 'chain-html'
  | 'chain-empty'
  | 'chain-late'
  | 'chain-reset'
  | 'chain-benched'
  | 'chain-recover-parameter'
  | 'chain-recover-signature'
  | 'chain-abort'
  | 'chain-listeners';
