import assert from 'node:assert/strict';
import { type OperationName, refusedURL } from '@majordomo/testing';
import { FAILURE_KINDS, type FailureName, type Fault } from '@majordomo/testing/internal';
import type { Exchange } from '../../server/exchange.ts';
import { assertNoKey, KEY, waitForClientClose } from '../bench.ts';
import { type Case, type Harness, testCase } from '../harness.ts';
import { validAnswer, validAnswers, RECORDING_SECONDS, TOKENS } from './answers.ts';
import { failedWith, onOperation, type OperationBench, TEXT } from './bench.ts';

const LABELS: Readonly<Record<OperationName, { readonly what: string; readonly method: string }>> = {
  embedding: { what: 'vectors', method: 'embeddingModel' },
  transcription: { what: 'transcripts', method: 'transcriptionModel' },
  speech: { what: 'speech', method: 'speechModel' },
  rerank: { what: 'rankings', method: 'rerankModel' },
  moderation: { what: 'verdicts', method: 'moderationModel' },
  classification: { what: 'answers to questions', method: 'classificationModel' },
};

/** Units that a valid answer may report instead of tokens. */
const UNITS: Readonly<Partial<Record<OperationName, { readonly name: string; readonly amount: number }>>> = {
  transcription: { name: 'audio-second', amount: RECORDING_SECONDS },
  speech: { name: 'character', amount: TEXT.length },
  rerank: { name: 'search', amount: 1 },
  moderation: { name: 'moderation', amount: 1 },
};

/** Returns the cases of one operation. */
export const operationCases = (operation: OperationName): readonly Case[] => {
  const { what, method } = LABELS[operation];
  const onValidAnswer = (harness: Harness, run: (bench: OperationBench) => Promise<void>): Promise<void> =>
    onOperation(harness, operation, validAnswers(operation), run);
  return [
    testCase(
      `${operation}-declared`,
      `the harness names a model for ${what} exactly if the provider has ${method}`,
      async (harness) => {
        const provider = await harness.open({ baseURL: await refusedURL(), server: undefined, apiKey: KEY });
        const hasModel = provider[`${operation}Model`] !== undefined;
        const isListed = harness.models?.[operation] !== undefined;
        assert.equal(
          hasModel,
          isListed,
          hasModel
            ? `the provider has ${method}, so the harness must name a model in models.${operation}`
            : `the harness names a model in models.${operation}, but the provider has no ${method}`,
        );
      },
    ),
    testCase(`${operation}-usage`, `the usage of ${what} is reported`, (harness) =>
      onValidAnswer(harness, async ({ call }) => {
        const { usage } = await call();
        const { units = {} } = usage?.details ?? {};
        const unit = UNITS[operation];
        const hasUnits = unit !== undefined && units[unit.name] === unit.amount;
        const isCounted = usage?.input === TOKENS.input || hasUnits;
        assert.ok(isCounted, `neither tokens nor units are reported: ${JSON.stringify(usage)}`);
      }),
    ),
    testCase(
      `${operation}-failures`,
      `every vendor error has its kind in a call for ${what}`,
      async (harness) => {
        const names = Object.keys(harness.wire.failures) as FailureName[];
        const script = () => (_: Exchange, n: number) => ({ failure: names[n] ?? 'server' }) as const;
        await onOperation(harness, operation, script, async ({ call, server }) => {
          for (const [n, failure] of names.entries()) {
            await failedWith(call(), failure, ...FAILURE_KINDS[failure]);
            assert.equal(server.requests.length, n + 1, `${failure}: the provider repeated the request`);
          }
        });
      },
    ),
    testCase(`${operation}-faults`, `a call for ${what} fails at every fault`, async (harness) => {
      // Speech is bytes, so it has no invalid JSON.
      const faults = FAULTS.filter(([, { fault }]) => operation !== 'speech' || fault !== 'bad-json');
      const script = (size: number) => (exchange: Exchange, n: number) => ({
        ...(faults[n]?.[1] ?? { fault: 'reset' }),
        answer: validAnswer(operation, exchange, size),
      });
      await onOperation(harness, operation, script, async ({ call, server }) => {
        for (const [n, [fault, , ...kinds]] of faults.entries()) {
          await failedWith(call(), fault, ...kinds);
          assert.equal(server.requests.length, n + 1, `${fault}: the provider repeated the request`);
        }
      });
    }),
    testCase(
      `${operation}-abort`,
      `an abort ends a call for ${what} immediately and closes its socket`,
      async (harness) => {
        for (const fault of [{ fault: 'late' }, { fault: 'stall' }] as const) {
          const script = (size: number) => (exchange: Exchange) => ({
            ...fault,
            answer: validAnswer(operation, exchange, size),
          });
          await onOperation(harness, operation, script, async ({ call: send, server }) => {
            const controller = new AbortController();
            const call = failedWith(send({ signal: controller.signal }), fault.fault, 'aborted');
            const exchange = await server.request(0);
            controller.abort();
            await call;
            await waitForClientClose(exchange);
          });
        }
      },
    ),
    testCase(
      `${operation}-secret`,
      `an error of a call for ${what} never contains the API key, even if the vendor repeats it`,
      (harness) => {
        const script = () => () =>
          ({ failure: 'auth', message: `Incorrect API key provided: ${KEY}` }) as const;
        return onOperation(harness, operation, script, async ({ call }) => {
          assertNoKey(await failedWith(call(), 'the key', 'auth'));
        });
      },
    ),
  ];
};

/** Faults of operations, with the expected error kinds. */
const FAULTS: readonly (readonly [what: string, fault: Fault, ...kinds: readonly string[]])[] = [
  ['a socket that closes in the middle', { fault: 'cut' }, 'network', 'truncated', 'protocol'],
  ['a reset before the headers', { fault: 'reset' }, 'network'],
  ['half of the JSON', { fault: 'bad-json' }, 'protocol', 'truncated'],
  ['the HTML page of a gateway with 502', { fault: 'html' }, 'server'],
  ['the HTML page of a gateway with 200', { fault: 'html', status: 200 }, 'protocol'],
  ['an empty body', { fault: 'empty' }, 'empty', 'protocol', 'truncated'],
];
