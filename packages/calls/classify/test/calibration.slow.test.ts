import { type Calibration, type ClassificationResponse, type Provider } from '@majordomo/core';
import { applyCurve } from '@majordomo/core/toolkit';
import { failureOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { learnCalibration } from '../src/index.ts';
import { qualityOf } from '../src/quality.ts';
import { distorted, type Distortion, inputsOf, reported, simulated } from './support/distorted.ts';

const QUESTIONS = {
  refund: { type: 'predicate', instructions: 'The customer asks for money back.' },
} as const;
const examplesOf = (seed: number, count: number) =>
  inputsOf(seed, count).map(({ input, label }) => ({ input, labels: { refund: label } }));

const learn = (providers: readonly Provider[], examples = examplesOf(1, 400)) =>
  learnCalibration({
    majordomo: simulated(...providers),
    spec: providers.map(({ id }) => `${id}/m`).join(','),
    questions: QUESTIONS,
    examples,
  });

/** Number of sets of labels. With SOAK=1, as in the nightly run, twelve. */
const SETS = process.env['SOAK'] === undefined ? 1 : 12;

const DISTORTIONS: readonly Distortion[] = [0.4, 1, 2.5].flatMap((scale) =>
  [-1.5, 1.5].map((bias) => ({ scale, bias })),
);

/** Returns answers of a distorted target to inputs without labels for learning. */
const unseenBy = (distortion: Distortion, count: number) =>
  inputsOf(99, count).map(({ truth, label }) => {
    const probability = reported(truth, distortion);
    return { probabilities: [probability, 1 - probability], label: label ? 0 : 1 };
  });

describe('learnCalibration', () => {
  it.each(DISTORTIONS)(
    `reduces the error of a target with scale $scale and bias $bias, on average (sets of labels: ${SETS})`,
    async (distortion) => {
      const unseen = unseenBy(distortion, 5000);
      const before = qualityOf(unseen);
      const errors: number[] = [];
      for (let seed = 1; seed <= SETS; seed++) {
        const { calibration, report } = await learn([distorted('a', distortion)], examplesOf(seed, 400));
        const curve = calibration.questions['refund']?.targets['a/m'];
        if (curve === undefined) throw new Error('no curve');
        const after = qualityOf(
          unseen.map(({ probabilities, label }) => ({
            probabilities: applyCurve(probabilities, curve),
            label,
          })),
        );
        errors.push(after.error);
        expect(after.error).toBeLessThan(before.error / 2);
        expect(after.logLoss).toBeLessThan(before.logLoss);
        expect(report).toMatchObject([{ question: 'refund', target: 'a/m', basis: 'vendor', n: 400 }]);
        expect(report[0]?.after.logLoss).toBeLessThan(report[0]?.before.logLoss ?? NaN);
      }
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      expect(mean).toBeLessThanOrEqual(0.05);
      expect(mean).toBeLessThanOrEqual(before.error / 3);
    },
  );

  it('reports an error before calibration that is close to the error on unseen inputs', async () => {
    const distortion = { scale: 2.5, bias: 1.5 };
    const { report } = await learn([distorted('a', distortion)]);
    const unseen = unseenBy(distortion, 20_000);
    expect(Math.abs((report[0]?.before.error ?? NaN) - qualityOf(unseen).error)).toBeLessThan(0.06);
  });

  it('returns identical JSON for identical answers', async () => {
    const run = async (): Promise<string> =>
      JSON.stringify(
        await learn([distorted('a', { scale: 0.4, bias: 1.5 }), distorted('b', { scale: 2.5, bias: -1.5 })]),
      );
    expect(await run()).toBe(await run());
  });

  it('makes one threshold select the same inputs on two distorted targets', async () => {
    const providers = [distorted('a', { scale: 2.5, bias: 1.5 }), distorted('b', { scale: 0.8, bias: -1.5 })];
    const { calibration } = await learn(providers);
    const unseen = inputsOf(3, 1000);
    const probabilities = async (target: string, curves?: Calibration): Promise<readonly number[]> => {
      const model = simulated(...providers).classificationModel(target);
      const responses = await Promise.all(
        unseen.map(({ input }) => model.classify({ input, questions: QUESTIONS, calibration: curves })),
      );
      return responses.map(({ answers }) => answers.refund.probability);
    };
    const differences = async (curves?: Calibration): Promise<readonly number[]> => {
      const one = await probabilities('a/m', curves);
      const other = await probabilities('b/m', curves);
      return [0.5, 0.8].map(
        (threshold) =>
          one.filter((each, at) => each > threshold !== (other[at] ?? NaN) > threshold).length /
          unseen.length,
      );
    };
    for (const difference of await differences()) expect(difference).toBeGreaterThanOrEqual(0.15);
    for (const difference of await differences(calibration)) expect(difference).toBeLessThanOrEqual(0.05);
  });

  it('learns choices and levels, and leaves out questions without a label', async () => {
    const questions = {
      team: { type: 'choice', instructions: 'Which team?', choices: { billing: '', tech: '', other: '' } },
      severity: { type: 'score', instructions: 'How severe?', levels: ['low', 'high'] },
    } as const;
    const provider: Provider = {
      ...distorted('a', { scale: 1, bias: 0 }),
      classificationModel: (id) => ({
        id,
        basis: 'vendor',
        classify: ({ questions: asked }) => {
          const all: Record<string, readonly number[]> = { team: [0.8, 0.1, 0.1], severity: [0.3, 0.7] };
          const distributions = Object.fromEntries(Object.keys(asked).map((name) => [name, all[name] ?? []]));
          return Promise.resolve({ distributions, usage: undefined, warnings: [] });
        },
      }),
    };
    const examples = Array.from({ length: 60 }, (_, at) => ({
      input: `ticket ${at}`,
      labels: {
        team: at % 3 === 0 ? ('tech' as const) : ('billing' as const),
        ...(at % 2 === 0 && { severity: at % 4 === 0 ? 0 : 1 }),
      },
    }));
    const { calibration, report } = await learnCalibration({
      majordomo: simulated(provider),
      spec: 'a/m',
      questions,
      examples,
    });
    expect(report.map(({ question, n }) => [question, n])).toEqual([
      ['team', 60],
      ['severity', 30],
    ]);
    const { team } = (
      await simulated(provider).classificationModel('a/m').classify({ input: 'x', questions, calibration })
    ).answers satisfies ClassificationResponse<typeof questions>['answers'];
    expect(team.isCalibrated).toBe(true);
    expect(team.probabilities.billing).toBeCloseTo(2 / 3, 1);
    expect(team.probabilities.tech).toBeCloseTo(1 / 3, 1);
  });

  it('rejects a changed instruction as config, and skips a target without a curve', async () => {
    const provider = distorted('a', { scale: 1, bias: 0 });
    const { calibration } = await learn([provider]);
    const model = simulated(distorted('b', { scale: 1, bias: 0 }), provider).classificationModel('b/m,a/m');
    const { target } = await model.classify({ input: '1:0.5', questions: QUESTIONS, calibration });
    expect(target).toBe('a/m');
    const changed = {
      refund: { type: 'predicate', instructions: 'The customer wants money back.' },
    } as const;
    const error = await failureOf(model.classify({ input: '1:0.5', questions: changed, calibration }));
    expect([error.kind, error.details.path]).toEqual(['config', 'calibration.questions.refund']);
  });

  it.each([
    ['19 labels', examplesOf(1, 19), 'examples'],
    ['one class', examplesOf(1, 60).map(({ input }) => ({ input, labels: { refund: true } })), 'examples'],
    [
      'a label of another type',
      [...examplesOf(1, 30), { input: 'x', labels: { refund: 'yes' } }],
      'examples[30].labels.refund',
    ],
    [
      'a label of no question',
      [...examplesOf(1, 30), { input: 'x', labels: { spam: true } }],
      'examples[30].labels.spam',
    ],
    ['an example without labels', [...examplesOf(1, 30), { input: 'x' }], 'examples[30]'],
  ])('rejects %s as config, before anything is sent', async (_, examples, path) => {
    let sent = 0;
    const provider = distorted('a', { scale: 1, bias: 0 }, () => {
      sent += 1;
      return false;
    });
    const error = await failureOf(learn([provider], examples as ReturnType<typeof examplesOf>));
    expect([error.kind, error.details.path, sent]).toEqual(['config', path, 0]);
  });

  it('leaves out 10 % failed examples, and rejects with the first error for 11 %', async () => {
    const failingOn = (count: number) =>
      distorted('a', { scale: 1, bias: 0 }, (input) =>
        [...Array(count).keys()].includes((Number(input.split(':')[0]) * 9) % 100),
      );
    const { report } = await learn([failingOn(10)], examplesOf(5, 100));
    expect(report[0]?.n).toBe(90);
    const error = await failureOf(learn([failingOn(11)], examplesOf(5, 100)));
    expect(error.details.target).toBe('a/m');
  });

  it('sends at most `concurrency` requests at a time, and stops at an abort', async () => {
    let running = 0;
    let most = 0;
    const base = distorted('a', { scale: 1, bias: 0 });
    const counting: Provider = {
      ...base,
      classificationModel: (id) => ({
        id,
        basis: 'vendor',
        async classify(request) {
          running += 1;
          most = Math.max(most, running);
          for (let turn = 0; turn < 5; turn++) await Promise.resolve();
          running -= 1;
          const names = Object.keys(request.questions);
          return {
            distributions: Object.fromEntries(names.map((name) => [name, [0.5, 0.5]])),
            usage: undefined,
            warnings: [],
          };
        },
      }),
    };
    const options = {
      majordomo: simulated(counting),
      spec: 'a/m',
      questions: QUESTIONS,
      examples: examplesOf(2, 50),
    };
    await learnCalibration({ ...options, concurrency: 3 });
    expect(most).toBe(3);
    const error = await failureOf(learnCalibration({ ...options, call: { signal: AbortSignal.abort() } }));
    expect(error.kind).toBe('aborted');
  });
});
