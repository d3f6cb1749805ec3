import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LlmError, user, type ErrorKind } from '@majordomo/core';
import { fakeClock, type Turn } from '@majordomo/testing';
import { describe, expect, test } from 'vitest';
import { evaluate, exact, judge, maxUsd, type Evaluation, type Progress } from '../src/index.ts';
import { answerTo, config, echo, fakeModels, recordingsOf, testFolder } from './support/fixture.ts';

const comparable = ({ at: _at, ...evaluation }: Evaluation) => evaluation;

describe('recording and replay', () => {
  test('a replay makes no call and equals the recorded run', async () => {
    const { folder, majordomo, provider } = fakeModels(answerTo);
    const definition = echo(majordomo, { checks: { exact: exact() }, trials: 2 });
    const recorded = await evaluate(definition, { folder, mode: 'record' });
    expect(provider.requests).toHaveLength(6);
    const replays = [
      await evaluate(definition, { folder, concurrency: 1 }),
      await evaluate(definition, { folder, concurrency: 6 }),
    ];
    expect(provider.requests).toHaveLength(6);
    expect(comparable(replays[0]!)).toEqual(comparable(replays[1]!));
    const withoutSource = recorded.samples.map((sample) => ({ ...sample, replayed: true }));
    expect(replays[0]?.samples).toEqual(withoutSource);
    expect(replays[0]?.totals).toEqual({ ...recorded.totals, replayed: 6, spentNanoUsd: '0' });
    // 1,000 input tokens and 100 output tokens at $0.75 and $4.50 per million, six times.
    expect(recorded.totals.nanoUsd).toBe(String(6 * (750_000 + 450_000)));
    expect(recorded.totals.spentNanoUsd).toBe(recorded.totals.nanoUsd);
  });

  test('a sample has the arms that splits chose for its tenant, also in a replay', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    majordomo.resolver((_name, { call }) => {
      const arm = call?.tenant === 'acme' ? 'canary' : 'stable';
      return { spec: arm === 'canary' ? 'openai/gpt-5.4' : 'openai/gpt-5.4-mini', arm };
    });
    const seen: unknown[] = [];
    const definition = echo(majordomo, {
      subject: async (_input, { model }) =>
        model('quick').generate({ messages: [user('a')] }, { tenant: 'acme' }),
      checks: {
        seen: ({ arms }) => {
          seen.push(arms);
          return 1;
        },
      },
    });
    for (const mode of ['record', 'replay'] as const) {
      const { samples } = await evaluate(definition, { folder, mode });
      expect(samples.map(({ arms, targets }) => [arms, targets])).toEqual(
        samples.map(() => [{ quick: 'canary' }, ['openai/gpt-5.4']]),
      );
    }
    expect(new Set(seen.map((arms) => JSON.stringify(arms)))).toEqual(new Set(['{"quick":"canary"}']));
  });

  test('a second recording makes no call and leaves the file unchanged', async () => {
    const { folder, majordomo, provider } = fakeModels(answerTo);
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    const before = recordingsOf(folder);
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    expect(provider.requests).toHaveLength(3);
    expect(recordingsOf(folder)).toBe(before);
    const places = before
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line).case);
    expect(places).toEqual(['a', 'b', 'c']);
  });

  test('the file does not contain requests', async () => {
    const { folder, majordomo } = fakeModels(() => 'ok');
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    expect(recordingsOf(folder)).not.toMatch(/question|Be brief/);
  });

  test('a changed tool description, message or alias is a miss that names the changed parts', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    const tool = { name: 'find', description: 'Finds.', parameters: { type: 'object' } } as const;
    const sending = (system: string, text: string, description: string, temperature: number) =>
      echo(majordomo, {
        subject: (input, { model }) =>
          model('fast').generate({
            system,
            temperature,
            messages: [user('Hello'), user(`${text} ${input}`)],
            tools: [{ ...tool, description }],
          }),
      });
    await evaluate(sending('s', 't', 'd', 0), { folder, mode: 'record' });
    const reasonOf = async (definition: ReturnType<typeof sending>): Promise<string | undefined> =>
      (await evaluate(definition, { folder })).reasons[0];
    expect(await reasonOf(sending('S', 't', 'd', 0))).toMatch(
      /case "a", trial 1: .* differs in system; run with mode: 'record' or --record/,
    );
    expect(await reasonOf(sending('s', 'T', 'd', 0))).toMatch(/differs in messages\[1\];/);
    expect(await reasonOf(sending('s', 't', 'D', 1))).toMatch(/differs in tools, settings;/);
    expect(await reasonOf({ ...sending('s', 't', 'd', 0), version: '2' })).toMatch(/differs in version;/);
    majordomo.alias('fast', 'openai/gpt-5.4');
    const moved = await evaluate(sending('s', 't', 'd', 0), { folder });
    expect(moved.verdict).toBe('incomplete');
    expect(moved.reasons[0]).toMatch(/differs in targets;/);
  });

  test('a miss leaves the sample without a result, even if the subject catches it', async () => {
    const { majordomo } = fakeModels(answerTo);
    const definition = echo(majordomo, {
      subject: async (input, { model }) => {
        try {
          return await model('fast').generate({ messages: [user(input)] });
        } catch {
          return 'fallback';
        }
      },
    });
    const { verdict, totals, samples } = await evaluate(definition, { folder: testFolder() });
    expect([verdict, totals.errors, samples[0]?.scores]).toEqual(['incomplete', 3, {}]);
  });

  test('an error that the subject handled replays with its kind', async () => {
    const { folder, majordomo, provider } = fakeModels(() => ({ fail: 'overloaded' }));
    const definition = echo(majordomo, {
      subject: async (input, { model }) => {
        try {
          return await model('fast').generate({ messages: [user(input)] });
        } catch (error) {
          return LlmError.is(error, 'overloaded') ? 'busy' : 'other';
        }
      },
    });
    await evaluate(definition, { folder, mode: 'record' });
    const { samples } = await evaluate(definition, { folder });
    expect(samples.map(({ text }) => text)).toEqual(['busy', 'busy', 'busy']);
    expect(provider.requests).toHaveLength(3);
  });

  test('streams replay as streams', async () => {
    const { folder, majordomo, provider } = fakeModels(answerTo);
    const definition = echo(majordomo, {
      checks: { exact: exact() },
      subject: async (input, { model }) => {
        let text = '';
        for await (const delta of model('fast').stream({ messages: [user(input)] }).textStream) text += delta;
        return text;
      },
    });
    const scores = async (mode: 'record' | 'replay') =>
      (await evaluate(definition, { folder, mode })).samples.map((sample) => sample.scores['exact']?.score);
    expect(await scores('record')).toEqual([1, 1, 1]);
    expect(await scores('replay')).toEqual([1, 1, 1]);
    expect(provider.requests).toHaveLength(3);
  });

  test('typed objects replay through their schema', async () => {
    const { folder, majordomo } = fakeModels(() => '{"at":"2026-11-23"}');
    const json = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] };
    const output = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => ({ value: { at: new Date((value as { at: string }).at) } }),
        jsonSchema: { input: () => json, output: () => json },
      },
    };
    const definition = echo(majordomo, {
      checks: { date: ({ value }) => (value as { at: unknown }).at instanceof Date },
      subject: (input, { model }) => model('fast').generateObject({ messages: [user(input)], output }),
    });
    for (const mode of ['record', 'replay'] as const) {
      const { samples } = await evaluate(definition, { folder, mode });
      expect(samples[0]?.scores['date']?.score).toBe(1);
    }
  });

  test('effects replay with bytes and without running', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    let runs = 0;
    const definition = echo(majordomo, {
      subject: async (input, { effect }) => {
        const result = await effect(['find', input], () => ({ bytes: new Uint8Array([1, ++runs]) }));
        return [result.bytes instanceof Uint8Array, ...result.bytes];
      },
    });
    const recorded = await evaluate(definition, { folder, mode: 'record' });
    const replayed = await evaluate(definition, { folder });
    expect(runs).toBe(3);
    expect(replayed.samples.map(({ text }) => text)).toEqual(recorded.samples.map(({ text }) => text));
    expect(replayed.samples[0]?.text).toMatch(/^\[true,1,/);
  });

  test('the cost of answers that effects return is counted', async () => {
    const { majordomo } = fakeModels(answerTo);
    const answer = await majordomo.model('fast').generate({ messages: [user('x')] });
    const definition = echo(majordomo, { subject: (id, { effect }) => effect(['answer', id], () => answer) });
    const { samples } = await evaluate(definition, { folder: testFolder(), mode: 'record' });
    expect(samples.map(({ text, nanoUsd }) => [text, nanoUsd])).toContainEqual(['answer to x', '1200000']);
  });

  test('a changed last call of a sample costs one call', async () => {
    const { folder, majordomo, provider } = fakeModels(answerTo);
    const twice = (second: string) =>
      echo(majordomo, {
        subject: async (input, { model }) => {
          const { text } = await model('fast').generate({ messages: [user(input)] });
          return model('fast').generate({ messages: [user(`${second} ${text}`)] });
        },
      });
    await evaluate(twice('x'), { folder, mode: 'record' });
    expect(provider.requests).toHaveLength(6);
    await evaluate(twice('y'), { folder, mode: 'record' });
    expect(provider.requests).toHaveLength(9);
    expect((await evaluate(twice('y'), { folder })).totals.errors).toBe(0);
  });

  test('removed cases are deleted from the file, except with `only`, fewer trials or an exhausted budget', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    await evaluate(echo(majordomo), { folder, mode: 'record', only: ['a'] });
    expect(recordingsOf(folder).trimEnd().split('\n')).toHaveLength(4);
    const twice = echo(majordomo, { trials: 2 });
    await evaluate(twice, { folder, mode: 'record', trials: 1 });
    await evaluate(twice, { folder, mode: 'record', budgetUsd: '0.001', concurrency: 1 });
    expect(recordingsOf(folder).trimEnd().split('\n')).toHaveLength(5);
    const oneCase = echo(majordomo, { cases: [{ id: 'a', input: 'question a' }] });
    await evaluate(oneCase, { folder, mode: 'record' });
    expect(recordingsOf(folder).trimEnd().split('\n')).toHaveLength(2);
  });

  test('a truncated last line is skipped in replay and replaced by a recording', async () => {
    const { folder, majordomo, provider } = fakeModels(answerTo);
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    const complete = recordingsOf(folder);
    const file = join(folder, 'demo.recordings.jsonl');
    writeFileSync(file, complete.slice(0, -20));
    expect((await evaluate(echo(majordomo), { folder })).totals.errors).toBe(1);
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    expect(provider.requests).toHaveLength(4);
    expect(recordingsOf(folder).trimEnd().split('\n')).toHaveLength(4);
    expect((await evaluate(echo(majordomo), { folder })).totals.errors).toBe(0);
  });

  test.each(['recordings', 'baseline'])(
    'a %s file of another format is rejected and unchanged',
    async (kind) => {
      const { folder, majordomo, provider } = fakeModels(answerTo);
      const file = join(folder, `demo.${kind}.jsonl`);
      writeFileSync(file, '{"format":"other/1"}\n');
      await expect(evaluate(echo(majordomo), { folder, mode: 'record' })).rejects.toEqual(
        config(new RegExp(`demo.${kind}.jsonl`)),
      );
      expect(provider.requests).toHaveLength(0);
      expect(readFileSync(file, 'utf8')).toBe('{"format":"other/1"}\n');
    },
  );

  test('a sample with a secret is not written, and the warning does not contain the secret', async () => {
    const folder = testFolder();
    const secret = `sk-ant-api03-${'Ab1'.repeat(31)}AA`;
    const { majordomo } = fakeModels((text) => (text.endsWith('b') ? `use ${secret}` : 'ok'));
    const { warnings, samples } = await evaluate(echo(majordomo), { folder, mode: 'record' });
    expect(warnings).toEqual([expect.stringMatching(/^case "b", trial 1: not recorded/)]);
    expect(warnings.join() + recordingsOf(folder) + JSON.stringify(samples)).not.toContain(secret);
    expect(recordingsOf(folder).trimEnd().split('\n')).toHaveLength(3);
  });
});

describe('results', () => {
  test.each([
    ['context-overflow', true],
    ['content-filter', true],
    ['overloaded', false],
    ['auth', false],
  ] as const)('a failure of kind %s counts as a result: %s', async (fail, counts) => {
    const { folder, majordomo } = fakeModels((text) => (text.endsWith('b') ? { fail } : answerTo(text)));
    const definition = echo(majordomo, { checks: { exact: exact() }, gates: { ok: () => true } });
    const evaluation = await evaluate(definition, { folder, mode: 'record' });
    const [, sample] = evaluation.samples;
    expect(sample?.error).toMatchObject({ kind: fail, counts });
    expect(sample?.scores['exact']?.score).toBe(counts ? 0 : undefined);
    expect(evaluation.metrics[0]?.mean).toBeCloseTo(counts ? 2 / 3 : 1, 12);
    expect(evaluation.verdict).toBe(counts ? 'fail' : 'incomplete');
    expect(recordingsOf(folder).trimEnd().split('\n')).toHaveLength(counts ? 4 : 3);
    if (!counts) expect(evaluation.reasons[0]).toMatch(/case "b", trial 1/);
  });

  const BAD =
    'invalid-request unsupported not-found context-overflow content-filter truncated empty invalid-output';
  const NONE =
    'config auth billing denied quota rate-limit overloaded server timeout network protocol aborted exhausted';
  test('each kind of a thrown error is a bad result or no result', async () => {
    const kinds = `${BAD} ${NONE}`.split(' ') as ErrorKind[];
    const { samples } = await evaluate(
      {
        name: 'demo',
        cases: kinds.map((kind) => ({ id: kind, input: kind })),
        subject: (kind) => {
          throw new LlmError(kind, 'failed');
        },
      },
      { folder: testFolder(), mode: 'live' },
    );
    const bad = samples.filter(({ error }) => error?.counts).map(({ case: kind }) => kind);
    expect(bad).toEqual(BAD.split(' ').sort());
    expect(samples).toHaveLength(21);
  });

  test('an error that is not an LlmError is a bad result', async () => {
    const { majordomo } = fakeModels(answerTo);
    const definition = echo(majordomo, {
      checks: { exact: exact() },
      subject: () => {
        throw new TypeError('broken');
      },
    });
    const { samples } = await evaluate(definition, { folder: testFolder(), mode: 'record' });
    expect(samples[0]).toMatchObject({
      error: { kind: 'error', message: 'broken', counts: true },
      scores: { exact: { score: 0, reason: 'broken' } },
    });
  });

  test('a check that throws scores 0, and undefined omits the case from the metric', async () => {
    const { majordomo } = fakeModels(answerTo);
    const definition = echo(majordomo, {
      checks: {
        throws: () => {
          throw new Error('no such member');
        },
        some: ({ case: { id } }) => (id === 'a' ? undefined : id === 'b'),
      },
    });
    const { samples, metrics } = await evaluate(definition, { folder: testFolder(), mode: 'record' });
    expect(samples[0]?.scores).toEqual({ throws: { score: 0, reason: 'no such member' } });
    expect(metrics.find(({ name }) => name === 'some')?.mean).toBe(0.5);
  });

  test.each([2, -0.1, NaN, 'high'])('a score of %s rejects the evaluation', async (score) => {
    const { majordomo } = fakeModels(answerTo);
    const definition = echo(majordomo, { checks: { odd: () => score as number } });
    await expect(evaluate(definition, { folder: testFolder(), mode: 'live' })).rejects.toEqual(
      config(/`odd`/),
    );
  });

  test('a gate fails the evaluation if one sample fails', async () => {
    const { majordomo } = fakeModels(answerTo);
    const definition = echo(majordomo, {
      gates: { first: ({ case: { id } }) => id !== 'b', cheap: maxUsd('1') },
    });
    const evaluation = await evaluate(definition, { folder: testFolder(), mode: 'record' });
    expect(evaluation.gates).toEqual([
      { name: 'first', passed: false, failed: ['b#1'] },
      { name: 'cheap', passed: true, failed: [] },
    ]);
    expect([evaluation.verdict, evaluation.reasons[0]]).toEqual([
      'fail',
      'gate first failed in 1 sample: b#1',
    ]);
  });
});

describe('baseline', () => {
  const definitionOf = (majordomo: Parameters<typeof echo>[0], right: (text: string) => boolean) =>
    echo(majordomo, {
      trials: 3,
      cases: Array.from({ length: 20 }, (_, at) => ({ id: `c${at}`, input: `q${at}` })),
      checks: { right: ({ text }) => right(text) },
    });

  test('an accepted run that is replayed passes, and changed post-processing fails', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    const good = definitionOf(majordomo, () => true);
    const first = await evaluate(good, { folder, mode: 'record', accept: true });
    expect([first.verdict, first.reasons]).toEqual(['pass', ['accepted as the baseline']]);
    const same = await evaluate(good, { folder });
    expect([same.verdict, same.metrics.map(({ changed }) => changed)]).toEqual(['pass', [0, 0, 0]]);
    const worse = await evaluate(
      definitionOf(majordomo, (text) => !text.endsWith('1')),
      { folder },
    );
    expect(worse.metrics[0]).toMatchObject({ changed: 2, before: 1 });
    const broken = await evaluate(
      definitionOf(majordomo, () => false),
      { folder },
    );
    expect([broken.verdict, broken.reasons[0]]).toEqual(['fail', expect.stringMatching(/^right is worse/)]);
    const accepted = await evaluate(
      definitionOf(majordomo, () => false),
      { folder, accept: true },
    );
    expect([accepted.verdict, accepted.reasons]).toEqual([
      'pass',
      ['accepted as the baseline', ...broken.reasons],
    ]);
  });

  test('is not written for an incomplete run, a failed gate, or a restricted run', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    const gate = echo(majordomo, { gates: { no: () => false } });
    const warnings = [
      (await evaluate(echo(majordomo), { folder, accept: true })).warnings,
      (await evaluate(gate, { folder, mode: 'record', accept: true })).warnings,
      (await evaluate(echo(majordomo), { folder, mode: 'record', accept: true, only: ['a'] })).warnings,
    ];
    expect(warnings.flat()).toEqual([
      expect.stringMatching(/incomplete/),
      expect.stringMatching(/gate/),
      expect.stringMatching(/only/),
    ]);
    expect(existsSync(join(folder, 'demo.baseline.jsonl'))).toBe(false);
  });
});

describe('limits', () => {
  test('the budget stops the start of samples, and the next recording continues', async () => {
    const { folder, majordomo, provider } = fakeModels(answerTo);
    const definition = echo(majordomo, { trials: 4 });
    const partial = await evaluate(definition, {
      folder,
      mode: 'record',
      budgetUsd: '0.003',
      concurrency: 1,
    });
    // A sample costs $0.0012: the third one exceeds the budget.
    expect([partial.verdict, partial.totals.samples, partial.totals.skipped]).toEqual(['incomplete', 3, 9]);
    const complete = await evaluate(definition, { folder, mode: 'record', budgetUsd: '1' });
    expect(complete.totals.skipped).toBe(0);
    expect(provider.requests).toHaveLength(12);
    const replayed = await evaluate(definition, { folder, budgetUsd: '0' });
    expect(replayed.totals).toMatchObject({ skipped: 0, spentNanoUsd: '0' });
  });

  test.each([2, 5])(
    'with a concurrency of %i, at most as many samples exceed the budget',
    async (concurrency) => {
      const { majordomo, provider } = fakeModels(answerTo);
      // Two samples of $0.0012 are within the budget.
      const options = { folder: testFolder(), mode: 'record', budgetUsd: '0.0024', concurrency } as const;
      const { totals, verdict } = await evaluate(echo(majordomo, { trials: 10 }), options);
      expect(totals.samples).toBeGreaterThanOrEqual(2);
      expect(totals.samples).toBeLessThanOrEqual(2 + concurrency);
      expect([verdict, totals.skipped]).toEqual(['incomplete', 30 - totals.samples]);
      expect([provider.requests.length, totals.spentNanoUsd]).toEqual([
        totals.samples,
        String(totals.samples * 1_200_000),
      ]);
    },
  );

  test('a budget includes the calls of judges', async () => {
    const { majordomo } = fakeModels((text) =>
      text.startsWith('{') ? '{"reasoning":"good","verdict":"pass"}' : answerTo(text),
    );
    const polite = judge({ model: 'fast', rubric: 'The answer is polite.' });
    const options = { folder: testFolder(), mode: 'record', budgetUsd: '0.0024', concurrency: 1 } as const;
    const { totals } = await evaluate(echo(majordomo, { checks: { polite } }), options);
    expect([totals.samples, totals.spentNanoUsd]).toEqual([1, '2400000']);
  });

  test.each<[string, Turn]>([
    ['an answer without usage', { text: 'x' }],
    ['a call whose connection was lost, which the vendor may bill', { fail: 'network' }],
    ['a call that ended in the middle of its answer', { fail: 'server', after: 'The' }],
  ])('%s has an unknown cost and stops the run', async (_, turn) => {
    const { majordomo } = fakeModels(() => turn);
    const options = { folder: testFolder(), mode: 'record', budgetUsd: '1', concurrency: 1 } as const;
    const { totals } = await evaluate(echo(majordomo), options);
    expect(totals).toMatchObject({ skipped: 2, spentNanoUsd: undefined });
  });

  test('a call that the vendor refused costs nothing', async () => {
    const { majordomo } = fakeModels(() => ({ fail: 'rate-limit', status: 429 }));
    const options = { folder: testFolder(), mode: 'record', budgetUsd: '1', concurrency: 1 } as const;
    const { totals } = await evaluate(echo(majordomo), options);
    expect(totals).toMatchObject({ skipped: 0, spentNanoUsd: '0' });
  });

  test('exactly `concurrency` samples run at the same time', async () => {
    let running = 0;
    let maxRunning = 0;
    const { majordomo } = fakeModels(answerTo);
    const release: (() => void)[] = [];
    const definition = echo(majordomo, {
      trials: 4,
      subject: async () => {
        maxRunning = Math.max(maxRunning, ++running);
        await new Promise<void>((resolve) => {
          release.push(resolve);
          if (release.length === 5) release.splice(0).forEach((free) => free());
          else if (maxRunning === 5) resolve();
        });
        running--;
        return 'x';
      },
    });
    await evaluate(definition, { folder: testFolder(), mode: 'live', concurrency: 5 });
    expect(maxRunning).toBe(5);
  });

  test('a sample that exceeds its timeout has no result, and the others finish', async () => {
    const clock = fakeClock();
    const { majordomo } = fakeModels(answerTo);
    const aborted: unknown[] = [];
    const definition = echo(majordomo, {
      timeoutMs: 1000,
      subject: (input, { signal, case: { id } }) => {
        if (id !== 'b') return input;
        signal.addEventListener('abort', () => aborted.push(signal.reason));
        return new Promise<never>(() => undefined);
      },
    });
    const running = evaluate(definition, { folder: testFolder(), mode: 'live', clock });
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(1000);
    const { samples, verdict } = await running;
    expect(samples.map(({ error }) => error?.kind)).toEqual([undefined, 'timeout', undefined]);
    expect([verdict, aborted]).toEqual(['incomplete', [expect.objectContaining({ kind: 'timeout' })]]);
    expect(clock.pending).toBe(0);
  });

  test('aborting rejects with `aborted`, and finished samples are recorded', async () => {
    const { folder, majordomo, provider } = fakeModels(answerTo);
    const controller = new AbortController();
    const progress: Progress[] = [];
    const running = evaluate(echo(majordomo), {
      folder,
      mode: 'record',
      concurrency: 1,
      signal: controller.signal,
      onProgress: (event) => {
        progress.push(event);
        if (event.done === 2) controller.abort();
        throw new Error('ignored');
      },
    });
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    expect(progress.map(({ done, total }) => [done, total])).toEqual([
      [1, 3],
      [2, 3],
    ]);
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    expect(provider.requests).toHaveLength(3);
  });

  test.each([
    [{ name: '../x' }, /`name`/],
    [{ subject: 1 }, /subject/],
    [{ checks: { usd: () => 1 } }, /`checks.usd`/],
    [{ gates: { ms: () => 1 } }, /`gates.ms`/],
    [{ checks: { a: () => 1 }, gates: { a: () => 1 } }, /`gates.a`/],
    [{ trials: 0 }, / trials must be an integer from 1 to 100/],
    [{ trials: 101 }, / trials must be an integer from 1 to 100/],
    [{ concurrency: 1001 }, / concurrency must be an integer from 1 to 1000/],
    [{ margins: { polite: 0.1 } }, /`margins.polite`/],
    [{ margins: { usd: -1 } }, /`margins.usd`/],
    [{ cases: [] }, /`cases`/],
  ])('the definition %o is rejected before any call', async (members, message) => {
    const { majordomo, provider } = fakeModels(answerTo);
    const definition = echo(majordomo, members as object);
    await expect(evaluate(definition, { mode: 'live' })).rejects.toEqual(config(message));
    expect(provider.requests).toHaveLength(0);
  });

  test.each([
    [{ mode: 'auto' }, /mode/],
    [{ budgetUsd: '-1' }, /`budgetUsd`/],
    [{ trials: 1.5 }, / trials must be an integer from 1 to 100/],
    [{ concurrency: 0 }, / concurrency must be an integer from 1 to 1000/],
    [{ only: ['nothing'] }, /`only`/],
  ])('the options %o are rejected before any call', async (options, message) => {
    const { majordomo, provider } = fakeModels(answerTo);
    await expect(evaluate(echo(majordomo), options as object)).rejects.toEqual(config(message));
    expect(provider.requests).toHaveLength(0);
  });
});
