import assert from 'node:assert/strict';
import { type OperationName, refusedURL } from '@majordomo/testing';
import { inspect } from 'node:util';
import type { Fault } from '../../script/step.ts';
import { FAILURE_KINDS, type FailureName } from '../../wires/failure.ts';
import { waitForClientClose, KEY } from '../bench.ts';
import type { Case, Harness } from '../harness.ts';
import { invoke, SECONDS, TOKENS } from './answers.ts';
import { failedWith, onOperation, type OperationBench, TEXT } from './asking.ts';

const WORDS: Readonly<Record<OperationName, { readonly what: string; readonly method: string }>> = {
  embedding: { what: 'vectors', method: 'embeddingModel' },
  transcription: { what: 'transcripts', method: 'transcriptionModel' },
  speech: { what: 'speech', method: 'speechModel' },
};

/** What every operation has to do. */
export const operationCases = (operation: OperationName): readonly Case[] => {
  const { what, method } = WORDS[operation];
  const sound = (harness: Harness, run: (bench: OperationBench) => Promise<void>): Promise<void> =>
    onOperation(harness, operation, (size) => (exchange) => invoke(operation, exchange, size), run);
  return [
    {
      name: `a provider that has ${what} is tried on them, and one that has none has no ${method}`,
      scenario: `${operation}-declared`,
      async run(harness) {
        const provider = await harness.open({ baseURL: await refusedURL(), server: undefined, apiKey: KEY });
        const isThere = provider[`${operation}Model`] !== undefined;
        const isNamed = harness.models?.[operation] !== undefined;
        assert.equal(
          isThere,
          isNamed,
          isThere
            ? `the provider has an ${method}: the harness has to name a model in models.${operation}`
            : `the harness names a model in models.${operation}, and the provider has no ${method}`,
        );
      },
    },
    {
      name: `what ${what} cost is told`,
      scenario: `${operation}-usage`,
      run: (harness) =>
        sound(harness, async ({ ask }) => {
          const { usage } = await ask();
          const { units = {} } = usage?.details ?? {};
          const isCounted =
            usage?.input === TOKENS.input ||
            (operation === 'transcription' && units['audio-second'] === SECONDS) ||
            (operation === 'speech' && units['character'] === TEXT.length);
          assert.ok(isCounted, `neither the tokens nor the units are told: ${JSON.stringify(usage)}`);
        }),
    },
    {
      name: `a failure of each name that the vendor has is of its kind, over ${what}`,
      scenario: `${operation}-failures`,
      async run(harness) {
        const names = Object.keys(harness.wire.failures) as FailureName[];
        for (const failure of names) {
          const play = () => () => ({ failure }) as const;
          await onOperation(harness, operation, play, async ({ ask, server }) => {
            await failedWith(ask(), failure, ...FAILURE_KINDS[failure]);
            assert.equal(
              server.requests.length,
              1,
              `${failure}: the provider sent the request again by itself`,
            );
          });
        }
      },
    },
    {
      name: `broken ${what} are a failure, whatever broke them`,
      scenario: `${operation}-faults`,
      async run(harness) {
        for (const [what, fault, ...kinds] of FAULTS) {
          if (operation === 'speech' && fault.fault === 'bad-json') continue;
          const play = (size: number) => (exchange: Parameters<typeof invoke>[1]) => ({
            ...fault,
            answer: invoke(operation, exchange, size),
          });
          await onOperation(harness, operation, play, async ({ ask, server }) => {
            await failedWith(ask(), what, ...kinds);
            assert.equal(server.requests.length, 1, `${what}: the provider sent the request again by itself`);
          });
        }
      },
    },
    {
      name: `an abort ends a call for ${what} at once, and closes its socket`,
      scenario: `${operation}-abort`,
      async run(harness) {
        for (const fault of [{ fault: 'late' }, { fault: 'stall' }] as const) {
          const play = (size: number) => (exchange: Parameters<typeof invoke>[1]) => ({
            ...fault,
            answer: invoke(operation, exchange, size),
          });
          await onOperation(harness, operation, play, async ({ ask, server }) => {
            const controller = new AbortController();
            const call = failedWith(ask({ signal: controller.signal }), fault.fault, 'aborted');
            const exchange = await server.request(0);
            controller.abort();
            await call;
            await waitForClientClose(exchange);
          });
        }
      },
    },
    {
      name: `a key that the vendor repeats in an error over ${what} is shown nowhere`,
      scenario: `${operation}-secret`,
      run: (harness) => {
        const play = () => () =>
          ({ failure: 'auth', message: `Incorrect API key provided: ${KEY}` }) as const;
        return onOperation(harness, operation, play, async ({ ask }) => {
          const error = await failedWith(ask(), 'the key', 'auth');
          const shown = `${inspect(error, { depth: 10, showHidden: true, customInspect: false })} ${JSON.stringify(error)} ${error.stack}`;
          assert.ok(!shown.includes(KEY), 'the key is in the error');
        });
      },
    },
  ];
};

/** In a body of one piece `stall` and `cut` are in its middle. */
const FAULTS: readonly (readonly [what: string, fault: Fault, ...kinds: readonly string[]])[] = [
  ['a socket that closes in the middle', { fault: 'cut' }, 'network', 'truncated', 'protocol'],
  ['a reset before the headers', { fault: 'reset' }, 'network'],
  ['half of the JSON', { fault: 'bad-json' }, 'protocol', 'truncated'],
  ["a gateway's page with 502", { fault: 'html' }, 'server'],
  ["a gateway's page with 200", { fault: 'html', status: 200 }, 'protocol'],
  ['an empty body', { fault: 'empty' }, 'empty', 'protocol', 'truncated'],
];
