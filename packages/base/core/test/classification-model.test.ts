import { describe, expect, it } from 'vitest';
import {
  assistant,
  type Basis,
  type Calibration,
  type ClassificationBackend,
  type ClassificationModel,
  type ClassificationRequest,
  createMajordomo,
  type Distributions,
  file,
  type Gate,
  image,
  LlmError,
  type MajordomoOptions,
  type Model,
  type Provider,
  type Questions,
  toolResult,
  type Usage,
  user,
} from '../src/index.ts';
import { applyCurve, questionHash } from '../src/toolkit.ts';
import { failure } from './support/failure.ts';
import { usageOf } from './support/usage.ts';

const QUESTIONS = {
  refund: { type: 'predicate', instructions: 'The customer asks for money back.' },
  team: {
    type: 'choice',
    instructions: 'Which team?',
    choices: { billing: 'Payments', tech: 'Bugs', other: '' },
  },
  severity: { type: 'score', instructions: 'How severe?', levels: ['cosmetic', 'workaround', 'blocks'] },
} as const;

const VALID = { refund: [0.98, 0.02], team: [0.25, 0.7, 0.05], severity: [0.1, 0.3, 0.6] };

const usageFor = (input: number): Usage => usageOf({ input, output: 1 });

interface Answering extends Provider {
  readonly requests: ClassificationRequest[];
}

const chatModel = (id: string): Model => ({
  id,
  families: ['none'],
  capabilities: {},
  stream: () => {
    throw new LlmError('unsupported', `${id} does not chat`);
  },
});

/** Provider that answers with these distributions. `undefined` as backend: the provider has no API for the model. */
function answering(
  id: string,
  distributions: unknown = VALID,
  facts: Partial<ClassificationBackend> = {},
): Answering {
  const requests: ClassificationRequest[] = [];
  return {
    spi: 1,
    id,
    requests,
    model: chatModel,
    classificationModel: (modelId) => ({
      id: modelId,
      basis: 'vendor',
      classify(request) {
        requests.push(request);
        const all = distributions as Distributions['distributions'];
        const names = Object.keys(request.questions);
        const some = Object.fromEntries(
          Object.entries(all).filter(([name]) => names.includes(name) || !(name in QUESTIONS)),
        );
        return Promise.resolve({ distributions: some, usage: usageFor(7), warnings: [] });
      },
      ...facts,
    }),
  };
}

const chatOnly = (id: string): Provider => ({ spi: 1, id, model: chatModel });

const modelOf = (
  providers: readonly Provider[],
  options: Partial<MajordomoOptions> = {},
): ClassificationModel =>
  createMajordomo({ providers, ...options, chain: { attempts: 1, ...options.chain } }).classificationModel(
    providers.map(({ id }) => `${id}/m`).join(','),
  );

const REQUEST = { input: 'Refund me!', questions: QUESTIONS };

/** Emulation whose answers depend on the basis. */
const emulation =
  (
    answers: Partial<Record<Basis, Distributions['distributions'] | LlmError>>,
    facts: Partial<ClassificationBackend> = {},
  ) =>
  (model: Model, basis: 'logprobs' | 'stated'): ClassificationBackend | undefined => {
    const answer = answers[basis];
    if (answer === undefined) return undefined;
    return {
      id: model.id,
      basis,
      classify: () =>
        LlmError.is(answer)
          ? Promise.reject(answer)
          : Promise.resolve({ distributions: answer, usage: usageFor(3), warnings: [] }),
      ...facts,
    };
  };

const curve = (basis: Basis, options: number, scale = 1) => ({
  basis,
  scale,
  bias: Array.from({ length: options }, () => 0),
  n: 40,
});

const calibrationFor = (targets: Readonly<Record<string, Basis>>): Calibration => ({
  version: 1,
  questions: Object.fromEntries(
    Object.entries(QUESTIONS).map(([name, question]) => [
      name,
      {
        hash: questionHash(question),
        targets: Object.fromEntries(
          Object.entries(targets).map(([target, basis]) => [
            target,
            curve(basis, question.type === 'predicate' ? 2 : 3, 2),
          ]),
        ),
      },
    ]),
  ),
});

describe('classification', () => {
  it('returns a typed answer to each question, with usage and attempts', async () => {
    const provider = answering('a');
    const { answers, ...response } = await modelOf([provider]).classify(REQUEST);
    const facts = { basis: 'vendor', isCalibrated: false };
    expect(answers).toEqual({
      refund: { type: 'predicate', probability: 0.98, ...facts },
      team: {
        type: 'choice',
        choice: 'tech',
        probabilities: { billing: 0.25, tech: 0.7, other: 0.05 },
        ...facts,
      },
      severity: { type: 'score', score: 1.5, probabilities: [0.1, 0.3, 0.6], ...facts },
    });
    answers.team.choice satisfies 'billing' | 'tech' | 'other';
    expect(response).toMatchObject({
      target: 'a/m',
      spec: 'a/m',
      usage: usageFor(7),
      warnings: [],
      attempts: [{ target: 'a/m', outcome: 'finished', usage: usageFor(7) }],
    });
    expect(provider.requests[0]?.input).toBe('Refund me!');
  });

  it('chooses the first of several equal choices', async () => {
    const { answers } = await modelOf([answering('a', { ...VALID, team: [0.2, 0.4, 0.4] })]).classify(
      REQUEST,
    );
    expect(answers.team.choice).toBe('tech');
  });

  it.each([
    ['0.00 for an option', { ...VALID, severity: [0, 0.4, 0.6] }, [0, 0.4, 0.6]],
    ['a sum of 0.99', { ...VALID, severity: [0.33, 0.33, 0.33] }, [1 / 3, 1 / 3, 1 / 3]],
    ['a sum of 1.01', { ...VALID, severity: [0.51, 0.25, 0.25] }, [0.51 / 1.01, 0.25 / 1.01, 0.25 / 1.01]],
  ])('normalizes %s', async (_, distributions, expected) => {
    const { answers } = await modelOf([answering('a', distributions)]).classify(REQUEST);
    for (const [at, each] of answers.severity.probabilities.entries())
      expect(each).toBeCloseTo(expected[at] ?? NaN, 12);
  });

  it.each([
    ['a missing answer', { refund: [1, 0], team: [1, 0, 0] }, 'severity'],
    ['NaN', { ...VALID, refund: [NaN, NaN] }, 'refund'],
    ['an option without a probability', { ...VALID, severity: [undefined, 0.4, 0.6] }, 'severity'],
    ['a negative probability', { ...VALID, team: [-0.1, 1, 0.1] }, 'team'],
    ['a wrong length', { ...VALID, team: [0.5, 0.5] }, 'team'],
    ['a sum of 0.5', { ...VALID, severity: [0.5, 0, 0] }, 'severity'],
    ['no list', { ...VALID, team: { billing: 1 } }, 'team'],
    ['an answer to no question', { ...VALID, else: [1, 0] }, 'else'],
  ])(
    'rejects %s as invalid-output with the name, records the usage, and advances',
    async (_, answer, name) => {
      const error = await failure(modelOf([answering('a', answer)]).classify(REQUEST));
      expect([error.kind, error.details.path]).toEqual(['invalid-output', `questions.${name}`]);
      expect(error.message).toContain(`"${name}"`);
      expect(error.details.attempts[0]?.usage).toEqual(usageFor(7));
      expect((await modelOf([answering('a', answer), answering('b')]).classify(REQUEST)).target).toBe('b/m');
    },
  );

  it('sends more questions than the maximum in several requests, in one attempt with one settlement', async () => {
    const names = Array.from({ length: 400 }, (_, at) => `q${at}`);
    const questions: Questions = Object.fromEntries(
      names.map((name) => [name, { type: 'predicate', instructions: 'It is true.' }]),
    );
    const all = Object.fromEntries(names.map((name, at) => [name, [at / 400, 1 - at / 400]]));
    const requests: number[] = [];
    const provider = answering('a', all, {
      maxQuestions: 100,
      classify(request) {
        const asked = Object.keys(request.questions);
        requests.push(asked.length);
        const distributions = Object.fromEntries(asked.map((name) => [name, all[name] ?? []]));
        return Promise.resolve({ distributions, usage: usageFor(5), warnings: [] });
      },
    });
    const settled: unknown[] = [];
    const gate: Gate = {
      name: 'count',
      admit: () => ({ settle: ({ usage }) => void settled.push(usage?.input) }),
    };
    const response = await modelOf([provider], { gates: [gate] }).classify({ input: 'x', questions });
    expect(requests).toEqual([100, 100, 100, 100]);
    expect([response.attempts.length, settled]).toEqual([1, [20]]);
    expect(response.answers['q399']).toMatchObject({ probability: 399 / 400 });
  });

  const asking = (a: unknown): object => ({ input: 'x', questions: { a } });
  const manyChoices = Object.fromEntries(Array.from({ length: 256 }, (_, at) => [`c${at}`, '']));
  const manyQuestions = Array.from({ length: 401 }, (_, at) => [`q${at}`, QUESTIONS.refund]);

  it.each<[string, unknown]>([
    ['questions', { input: 'x', questions: {} }],
    ['questions', { input: 'x', questions: Object.fromEntries(manyQuestions) as Questions }],
    ['questions', { input: 'x' }],
    ['input', { input: ' ', questions: QUESTIONS }],
    ['input', { input: [], questions: QUESTIONS }],
    ['input[0].parts', { input: [{ role: 'user', content: 'x' }], questions: QUESTIONS }],
    ['input[0].parts[0]', { input: [user(file(Uint8Array.of(1), 'application/pdf'))], questions: QUESTIONS }],
    ['messages', { messages: [user('x')], questions: QUESTIONS }],
    ['bases[0]', { ...REQUEST, bases: ['words'] }],
    ['bases', { ...REQUEST, bases: [] }],
    ['questions.a b', { input: 'x', questions: { 'a b': QUESTIONS.refund } }],
    [
      'questions.__proto__',
      JSON.parse('{"input":"x","questions":{"__proto__":{"type":"predicate","instructions":"x"}}}'),
    ],
    ['questions.a', asking(null)],
    ['questions.a.type', asking({ type: 'bool', instructions: 'x' })],
    ['questions.a.instructions', asking({ type: 'predicate', instructions: ' ' })],
    ['questions.a.criteria', asking({ type: 'choice', instructions: 'x', criteria: {} })],
    ['questions.a.choices', asking({ type: 'choice', instructions: 'x', choices: { b: '' } })],
    ['questions.a.choices', asking({ type: 'choice', instructions: 'x', choices: manyChoices })],
    [
      `questions.a.choices.${'n'.repeat(80)}`,
      asking({ type: 'choice', instructions: 'x', choices: { b: '', ['n'.repeat(101)]: '' } }),
    ],
    ['questions.a.choices.b', asking({ type: 'choice', instructions: 'x', choices: { b: null, c: '' } })],
    ['questions.a.levels', asking({ type: 'score', instructions: 'x', levels: ['one'] })],
    ['questions.a.levels', asking({ type: 'score', instructions: 'x', levels: Array(11).fill('l') })],
    ['questions.a.levels[1]', asking({ type: 'score', instructions: 'x', levels: ['one', ''] })],
  ])('rejects a request with an invalid %s, before anything is sent', async (path, request) => {
    const provider = answering('a');
    const error = await failure(modelOf([provider]).classify(request as ClassificationRequest));
    expect([error.kind, error.details.path]).toEqual(['invalid-request', path]);
    expect(error.message.startsWith(path)).toBe(true);
    expect(provider.requests).toEqual([]);
  });

  it('names the member that replaces `criteria`', async () => {
    const questions = {
      a: { type: 'score', instructions: 'x', criteria: ['a', 'b'] },
    } as unknown as Questions;
    const error = await failure(modelOf([answering('a')]).classify({ input: 'x', questions }));
    expect(error.message).toContain('the members are type, instructions, levels');
  });

  it('stops the chain at a refused question, unless the policy permits the next target', async () => {
    const refusing = answering('a', VALID, {
      classify(_request, { reportUsage }) {
        reportUsage?.(usageFor(9));
        return Promise.reject(
          new LlmError('content-filter', 'a/m: refused', { code: 'refusal', path: 'questions.team' }),
        );
      },
    });
    const providers = [refusing, answering('b')];
    const error = await failure(modelOf(providers).classify(REQUEST));
    expect([error.kind, error.details.code, error.details.path]).toEqual([
      'content-filter',
      'refusal',
      'questions.team',
    ]);
    expect(error.details.attempts[0]?.usage).toEqual(usageFor(9));
    const policy = { 'content-filter': { advance: true } };
    expect((await modelOf(providers).classify(REQUEST, { policy })).target).toBe('b/m');
  });

  it('skips chat models without the option `classification`, and names the option', async () => {
    const { target, attempts } = await modelOf([chatOnly('a'), answering('b')]).classify(REQUEST);
    expect(target).toBe('b/m');
    expect([attempts[0]?.outcome, attempts[0]?.error?.kind]).toEqual(['skipped', 'unsupported']);
    expect(attempts[0]?.error?.message).toContain('emulateClassification');
  });

  it('uses log probabilities by default, and stated probabilities only on request', async () => {
    const classification = emulation({ logprobs: VALID, stated: { ...VALID, refund: [0.5, 0.5] } });
    const model = modelOf([chatOnly('a')], { classification });
    expect((await model.classify(REQUEST)).answers.refund).toMatchObject({
      basis: 'logprobs',
      probability: 0.98,
    });
    const stated = await model.classify({ ...REQUEST, bases: ['stated'] });
    expect(stated.answers.refund).toMatchObject({ basis: 'stated', probability: 0.5 });
    const statedOnly = modelOf([chatOnly('a')], { classification: emulation({ stated: VALID }) });
    expect((await failure(statedOnly.classify(REQUEST))).kind).toBe('unsupported');
  });

  it('continues with stated probabilities if a model has no log probabilities, and adds the usage', async () => {
    const partial = { id: undefined, target: 'a/m', parts: [], text: '', usage: usageFor(4) };
    const none = new LlmError('unsupported', 'a/m: no log probabilities', { code: 'no-logprobs', partial });
    const model = modelOf([chatOnly('a')], { classification: emulation({ logprobs: none, stated: VALID }) });
    const { answers, usage, attempts } = await model.classify({ ...REQUEST, bases: ['logprobs', 'stated'] });
    expect([answers.refund.basis, usage?.input, attempts.length]).toEqual(['stated', 7, 1]);
    const error = await failure(model.classify(REQUEST));
    expect([error.kind, error.details.code]).toEqual(['unsupported', 'no-logprobs']);
  });

  it('fails over from a vendor to an emulation', async () => {
    const down = answering('a', VALID, { classify: () => Promise.reject(new LlmError('server', 'down')) });
    const model = modelOf([down, chatOnly('b')], { classification: emulation({ logprobs: VALID }) });
    const { answers, target, attempts } = await model.classify(REQUEST);
    expect([target, answers.team.basis]).toEqual(['b/m', 'logprobs']);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'finished']);
  });

  it('skips a target for more options than its maximum', async () => {
    const few = answering('a', VALID, { maxOptions: 2 });
    const { attempts } = await modelOf([few, answering('b')]).classify(REQUEST);
    expect([attempts[0]?.outcome, attempts[0]?.error?.details.code]).toEqual(['skipped', 'too-large']);
    expect(few.requests).toEqual([]);
  });

  it('names the largest maximum of the sources of a target', async () => {
    const maxOptions = { logprobs: 1, stated: 2 };
    const model = modelOf([chatOnly('a')], {
      classification: (chat, basis) =>
        emulation({ [basis]: VALID }, { maxOptions: maxOptions[basis] })(chat, basis),
    });
    const error = await failure(model.classify({ ...REQUEST, bases: ['logprobs', 'stated'] }));
    expect(error.message).toContain('accepts at most 2 options, not 3');
  });

  it('applies the curves of a calibration, and skips targets without curves', async () => {
    const calibration = calibrationFor({ 'b/m': 'vendor' });
    const first = answering('a');
    const { answers, target, attempts } = await modelOf([first, answering('b')]).classify({
      ...REQUEST,
      calibration,
    });
    expect([target, first.requests, attempts[0]?.error?.kind]).toEqual(['b/m', [], 'unsupported']);
    expect(attempts[0]?.error?.message).toContain('"refund"');
    expect(answers.refund.isCalibrated).toBe(true);
    expect(answers.refund.probability).toBe(applyCurve(VALID.refund, curve('vendor', 2, 2))[0]);
    expect(answers.team.probabilities.tech).toBeCloseTo(0.49 / (0.49 + 0.0625 + 0.0025), 12);
  });

  it('uses the source from which the curves were learned', async () => {
    const classification = emulation({ logprobs: VALID, stated: VALID });
    const calibration = calibrationFor({ 'a/m': 'stated' });
    const { answers } = await modelOf([answering('a')], { classification }).classify({
      ...REQUEST,
      calibration,
    });
    expect([answers.refund.basis, answers.refund.isCalibrated]).toEqual(['stated', true]);
  });

  /** Returns a function that changes the curves of one question. */
  const withTeam =
    (change: object) =>
    ({ questions }: Calibration): unknown => ({
      version: 1,
      questions: { ...questions, team: { ...questions['team'], ...change } },
    });

  it.each<[string, (calibration: Calibration) => unknown]>([
    ['another version', (calibration) => ({ ...calibration, version: 2 })],
    ['no object', () => 'curves'],
    ['a missing question', ({ questions: { team: _team, ...questions } }) => ({ version: 1, questions })],
    ['another wording', withTeam({ hash: 'x' })],
    ['a wrong number of biases', withTeam({ targets: { 'a/m': curve('vendor', 2) } })],
    ['a scale of 0', withTeam({ targets: { 'a/m': curve('vendor', 3, 0) } })],
    ['an unknown basis', withTeam({ targets: { 'a/m': curve('x' as Basis, 3) } })],
  ])('rejects a calibration with %s as config, before anything is sent', async (_, damage) => {
    const provider = answering('a');
    const calibration = damage(calibrationFor({ 'a/m': 'vendor' })) as Calibration;
    const error = await failure(modelOf([provider]).classify({ ...REQUEST, calibration }));
    expect([error.kind, provider.requests]).toEqual(['config', []]);
    expect(error.details.path).toMatch(/^calibration/);
  });

  it('changes the hash with each part of a question', () => {
    const base = QUESTIONS.team;
    const changed = [
      base,
      { ...base, instructions: 'Which team is it?' },
      { ...base, choices: { ...base.choices, other: 'x' } },
      { ...base, choices: { tech: 'Bugs', billing: 'Payments', other: '' } },
      { type: 'predicate', instructions: base.instructions },
    ] as const;
    expect(new Set(changed.map(questionHash)).size).toBe(changed.length);
    expect(questionHash({ ...base })).toBe(questionHash(base));
  });

  it('sends messages without reasoning and files, and skips targets that accept no images', async () => {
    const blind = answering('a', VALID, { images: false });
    const provider = answering('b');
    const png = image(Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'image/png');
    const turn = assistant('On it.');
    const input = [
      user('Look', png),
      {
        ...turn,
        parts: [
          { type: 'reasoning', text: 'hm', replay: { family: 'other', data: 'token' } },
          ...turn.parts,
          { type: 'tool-call', id: '1', name: 'find', args: {} },
        ],
      } as typeof turn,
      toolResult({ callId: '1', name: 'find', content: 'found' }),
    ];
    const { target, warnings } = await modelOf([blind, provider]).classify({ input, questions: QUESTIONS });
    expect([target, blind.requests]).toEqual(['b/m', []]);
    expect(warnings).toMatchObject([{ action: 'dropped', what: 'replay of foreign reasoning' }]);
    const sent = provider.requests[0]?.input as typeof input;
    expect(sent.map(({ parts }) => parts.map(({ type }) => type))).toEqual([
      ['text', 'image'],
      ['text', 'tool-call'],
      ['tool-result'],
    ]);
  });

  it('ends within 50 ms of an abort, and passes operation, payload and sources to gates', async () => {
    const controller = new AbortController();
    const seen: unknown[] = [];
    const gate: Gate = {
      name: 'record',
      admit: ({ operation, payload }) =>
        void seen.push(operation, payload && 'bases' in payload && payload.bases),
    };
    const hanging = answering('a', VALID, {
      classify: () => {
        controller.abort();
        return new Promise(() => undefined);
      },
    });
    const startedAt = performance.now();
    const { signal } = controller;
    const error = await failure(modelOf([hanging], { gates: [gate] }).classify(REQUEST, { signal }));
    expect(error.kind).toBe('aborted');
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(seen).toEqual(['classification', ['vendor']]);
  });
});
