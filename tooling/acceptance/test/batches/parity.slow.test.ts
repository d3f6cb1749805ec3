import { casesFor, conformance, type Harness, type Scenario } from '@majordomo/conformance';
import { afterAll, describe, expect, test } from 'vitest';
import { type ComparisonCounts, withBatchParity } from '../../src/batches/parity.ts';
import { PROFILES, PROVIDERS, type Subject, type Variant } from '../../src/matrix/subjects.ts';

const VENDORS = ['OpenAI, Responses', 'OpenAI, Chat', 'Anthropic', 'Google', 'Groq', 'mistral', 'azure'];

/** Scenarios about requests and complete answers. The others are about streams, faults and time. */
const SCENARIOS: readonly Scenario[] = [
  'text',
  'unicode-split',
  'non-streaming-equals-deltas',
  'tool-call',
  'parallel-tool-calls',
  'empty-arguments',
  'bad-arguments',
  'missing-call-ids',
  'tool-result',
  'foreign-tool-ids',
  'reasoning',
  'reasoning-replay',
  'reasoning-redacted',
  'structured-output',
  'usage',
  'usage-missing',
  'length',
  'refusal',
  'refusal-mark',
  'logprobs',
  'content-filter',
  'unknown-finish',
  'empty',
  'failure-invalid',
  'failure-overflow',
  'failure-rate-limit',
  'failure-server',
  'image',
  'file',
  'audio',
  'citations',
  'vendor-parts',
  'system',
  'lone-surrogate',
  'request-history',
  'request-tools',
  'request-tool-choice',
  'request-sampling',
  'request-effort',
  'request-cache',
  'tool-result-content',
  'made-up-tool-names',
  'fitted-tool-names',
  'output-schemas',
  'tool-schemas',
];

const IS_SOAK = process.env['SOAK'] !== undefined;

/** Vendors whose answers are read like those of OpenAI's Chat Completions. */
const CHAT_VENDORS = ['Groq', 'mistral', 'azure'];

/** Scenarios about unusual answers, which the default run tests with one vendor of each API. With SOAK=1, with all vendors. */
const UNUSUAL_ANSWERS: readonly Scenario[] = [
  'unicode-split',
  'bad-arguments',
  'missing-call-ids',
  'usage-missing',
  'length',
  'refusal',
  'refusal-mark',
  'logprobs',
  'content-filter',
  'unknown-finish',
  'empty',
  'failure-overflow',
  'failure-rate-limit',
  'failure-server',
];

/** Returns the names of the cases that are tested with a variant. */
function namesOf(variant: string): ReadonlySet<string> {
  const isShort = !IS_SOAK && CHAT_VENDORS.some((vendor) => variant.startsWith(`${vendor},`));
  const tested = SCENARIOS.filter((scenario) => !isShort || !UNUSUAL_ANSWERS.includes(scenario));
  return new Set(conformance.filter(({ scenario }) => tested.includes(scenario)).map(({ name }) => name));
}

/** Returns the first model or transport of a vendor. With SOAK=1, as in the nightly run, all of them. */
const testedVariants = ({ variants }: Subject): readonly Variant[] =>
  IS_SOAK ? variants : variants.slice(0, 1);

const variants = [...PROVIDERS, ...PROFILES]
  .filter(({ name }) => VENDORS.includes(name))
  .flatMap((subject) =>
    testedVariants(subject).map(([title, harness]): readonly [name: string, harness: Harness] => [
      `${subject.name}, ${title}`,
      harness,
    ]),
  );

test('every vendor with a batch API has a harness', () => {
  const found = VENDORS.filter((vendor) => variants.some(([name]) => name.startsWith(`${vendor},`)));
  expect(found).toEqual(VENDORS);
});

describe.each(variants)(
  '%s: a batch line equals the live request body, and its response is read like the live response',
  (variant, harness) => {
    const names = namesOf(variant);
    const counts: ComparisonCounts = { bodies: 0, answers: 0 };
    for (const [name, run] of casesFor(withBatchParity(harness, counts)))
      if (names.has(name) && typeof run !== 'string') test(name, { timeout: 60_000 }, run);

    afterAll(() => {
      expect(counts.bodies).toBeGreaterThan(20);
      // Live calls of a model with a long maximum output are mostly streamed.
      expect(counts.answers).toBeGreaterThan(0);
    });
  },
);
