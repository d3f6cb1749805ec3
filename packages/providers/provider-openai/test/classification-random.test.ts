import { createMajordomo, LlmError, type Question } from '@majordomo/core';
import { seeded, testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createOpenAI, openaiCompatible, openrouter } from '../src/index.ts';

/** Number of answers per API. The nightly run sets SOAK=1. */
const ANSWERS = process.env['SOAK'] === undefined ? 50 : 1_500;

type Random = ReturnType<typeof seeded>;

/** A question with its options and the probabilities that the vendor gives them, in percent. */
interface Asked {
  readonly question: Question;
  readonly options: readonly string[];
  readonly percents: readonly number[];
}

/** Words that could be confused with positions, with members of every object, or with each other. */
const WORDS = ['0', '1', '2', '3', '10', 'true', 'constructor', 'toString', 'é', 'yes', 'no', 'billing'];

/** Names of questions, which are limited to ASCII. */
const NAMES = WORDS.filter((word) => word !== 'é');

/** Values that are not a probability. */
const WRONG = [null, '0.5', -0.5, 7, true, {}];

/** Ways to damage a response at one question. */
const DAMAGES = [
  'missing',
  'unasked',
  'wrong type',
  'wrong value',
  'missing option',
  'unknown option',
] as const;
type Damage = (typeof DAMAGES)[number];

/** Predicates have one probability, so no option can be missing or unknown. */
const DAMAGES_OF_PREDICATES = DAMAGES.slice(0, 4);

function shuffled<T>(values: readonly T[], random: Random): T[] {
  return values
    .map((value) => ({ value, at: random(1_000_000) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

const pick = <T>(values: readonly T[], random: Random): T => values[random(values.length)] as T;

/** Returns a question about two to five random words, with percentages that add up to 99 to 101. */
function ask(random: Random): Asked {
  const instructions = `Question ${random(1_000)}`;
  const type = pick(['predicate', 'choice', 'score'] as const, random);
  const words = shuffled(WORDS, random).slice(0, type === 'predicate' ? 2 : 2 + random(4));
  const percents = words.map(() => 0);
  for (let percent = 0; percent < 100; percent++) percents[random(words.length)]! += 1;
  if (type === 'predicate') return { question: { type, instructions }, options: ['yes', 'no'], percents };
  percents[0]! += random(3);
  if (type === 'score') return { question: { type, instructions, levels: words }, options: words, percents };
  const choices = Object.fromEntries(words.map((word) => [word, `means ${word}`]));
  // The keys of an object begin with its integers, so the options are read from it.
  return { question: { type, instructions, choices }, options: Object.keys(choices), percents };
}

/** Returns the options of a question with their probabilities, after the damage. */
function pairsOf(
  { options, percents }: Asked,
  damage: Damage | undefined,
  random: Random,
): [string, unknown][] {
  const pairs = options.map((option, at): [string, unknown] => [option, percents[at]! / 100]);
  if (damage === 'wrong value') pairs[0]![1] = pick(WRONG, random);
  if (damage === 'missing option') pairs.pop();
  if (damage === 'unknown option') pairs.push(['never asked', 0]);
  return pairs;
}

/** Returns the answer of the Decisions API to one question. */
function decision(name: string, asked: Asked, damage: Damage | undefined, random: Random): object {
  const { type } = asked.question;
  const pairs = pairsOf(asked, damage, random);
  if (damage === 'wrong type')
    return { type: type === 'score' ? 'choice' : 'score', name, probabilities: [] };
  if (type === 'predicate') return { type, name, probability: pairs[0]?.[1] };
  const key = type === 'choice' ? 'value' : 'label';
  const probabilities = shuffled(pairs, random).map(([option, probability]) => ({
    [key]: option,
    probability,
  }));
  return { type, name, probabilities };
}

/** Returns the answer of System One to one question. Levels are an array, or an object by index or by description. */
function systemOne({ question, ...asked }: Asked, damage: Damage | undefined, random: Random): object {
  const pairs = pairsOf({ question, ...asked }, damage, random);
  if (damage === 'wrong type') return { type: question.type === 'score' ? 'choice' : 'score' };
  if (question.type === 'predicate') return { type: 'noul', noul: pairs[0]?.[1] };
  if (question.type === 'choice')
    return { type: 'choice', probabilities: Object.fromEntries(shuffled(pairs, random)) as object };
  const form = pick(['array', 'index', 'description'] as const, random);
  if (form === 'array') return { type: 'score', probabilities: pairs.map(([, probability]) => probability) };
  const entries =
    form === 'description' ? pairs : pairs.map(([, probability], at) => [String(at), probability]);
  return { type: 'score', probabilities: Object.fromEntries(shuffled(entries, random)) as object };
}

/** Whether an answer by index and an answer by description cannot be distinguished. */
function isAmbiguous({ question, options }: Asked, answer: object): boolean {
  const given = (answer as { probabilities?: unknown }).probabilities;
  if (question.type !== 'score' || typeof given !== 'object' || Array.isArray(given)) return false;
  const positions = options.map((_, at) => String(at));
  return options.toSorted().join() === positions.join() && options.join() !== positions.join();
}

/** Returns the answer that core must make of the percentages. */
function expected({ question, options, percents }: Asked): object {
  const sum = percents.reduce((total, percent) => total + percent);
  const exact = percents.map((percent) => expect.closeTo(percent / sum, 9) as number);
  if (question.type === 'predicate') return { probability: exact[0] };
  if (question.type === 'score') return { probabilities: exact };
  return { probabilities: Object.fromEntries(options.map((option, at) => [option, exact[at]])) as object };
}

interface Response {
  readonly asked: Readonly<Record<string, Asked>>;
  readonly body: object;
  readonly isWrong: boolean;
}

/** Returns one to four questions, and a response to them that is damaged in half of the cases. */
function respond(wire: 'decisions' | 'system-one', random: Random): Response {
  const names = shuffled(NAMES, random).slice(0, 1 + random(4));
  const asked = Object.fromEntries(names.map((name) => [name, ask(random)]));
  const victim = pick(names, random);
  const isPredicate = asked[victim]?.question.type === 'predicate';
  const damage = random(2) === 0 ? undefined : pick(isPredicate ? DAMAGES_OF_PREDICATES : DAMAGES, random);
  const answered = shuffled(names, random).filter((name) => name !== victim || damage !== 'missing');
  const answers = answered.map((name): [string, object] => {
    const wound = name === victim ? damage : undefined;
    const question = asked[name]!;
    return [
      name,
      wire === 'decisions' ? decision(name, question, wound, random) : systemOne(question, wound, random),
    ];
  });
  if (damage === 'unasked')
    answers.push(['never asked', { type: 'predicate', name: 'never asked', probability: 1 }]);
  const isWrong = damage !== undefined || answers.some(([name, answer]) => isAmbiguous(asked[name]!, answer));
  const list = answers.map(([, answer]) => answer);
  const body = {
    answers: wire === 'decisions' ? list : Object.fromEntries(answers),
    usage: { input_tokens: 1 },
  };
  return { asked, body, isWrong };
}

it.each(['decisions', 'system-one'] as const)(
  'reads the probabilities of every random answer of %s exactly, and refuses every damaged one',
  async (wire) => {
    let body: object = {};
    await using server = await testServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const openai = createOpenAI({ apiKey: 'k', baseURL: `${server.origin}/v1` });
    const router = openaiCompatible(openrouter, { apiKey: 'k', baseURL: `${server.origin}/api/v1` });
    const model = createMajordomo({
      providers: [openai, router],
      chain: { backoff: { baseMs: 0 } },
    }).classificationModel(wire === 'decisions' ? 'openai/gpt-6-luna' : 'openrouter/typesafe/jev');
    for (let seed = 1; seed <= ANSWERS; seed++) {
      const response = respond(wire, seeded(seed));
      body = response.body;
      const questions = Object.fromEntries(
        Object.entries(response.asked).map(([name, { question }]) => [name, question]),
      );
      const outcome = await model
        .classify({ input: 'Refund me!', questions })
        .catch((error: unknown) => error);
      const label = `seed ${seed}: ${JSON.stringify({ questions, body })}`;
      if (response.isWrong) {
        expect(LlmError.is(outcome) && outcome.kind, label).toBe('invalid-output');
        continue;
      }
      const exact = Object.entries(response.asked).map(([name, asked]) => [name, expected(asked)] as const);
      expect(outcome, label).toMatchObject({ answers: Object.fromEntries(exact) });
    }
  },
);
