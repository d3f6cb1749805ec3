import { expect, it } from 'vitest';
import { labelReplay, readReplay, replay, type ReplayDefinition } from '../src/index.ts';
import { answerTo, fakeModels, testFolder } from './support/fixture.ts';
import { experimentOn, recordedCalls } from './support/recorded-calls.ts';

const UNITS = 20;

interface Counted {
  readonly definition: (version: string) => ReplayDefinition;
  /** Number of calls of the candidate. */
  readonly counts: { calls: number };
}

/** Experiment whose candidate answers as recorded in the version `good`, and otherwise worse. */
function experiment(more: Partial<ReplayDefinition> = {}): Counted {
  const counts = { calls: 0 };
  const { majordomo } = fakeModels((text, { system }) => {
    counts.calls += 1;
    return system?.includes('good') === true ? answerTo(text) : 'wrong';
  });
  const definition = (version: string): ReplayDefinition =>
    experimentOn(majordomo, recordedCalls(UNITS), {
      candidate: {
        spec: 'openai/gpt-5.4-mini',
        change: (request) => ({ ...request, system: `Answer. ${version}` }),
      },
      judge: () => 'worse',
      ...more,
    });
  return { definition, counts };
}

it('does not count results of an earlier candidate as results of a changed one', async () => {
  const folder = testFolder();
  const { definition, counts } = experiment();
  expect((await replay(definition('good'), { folder })).quality?.value).toBe(1);
  const abort = new AbortController();
  const onProgress = ({ step, done }: { readonly step: string; readonly done: number }): void => {
    if (step === 'answer' && done === 5) abort.abort();
  };
  const stopped = replay(definition('bad'), { folder, concurrency: 1, signal: abort.signal, onProgress });
  await expect(stopped).rejects.toMatchObject({ kind: 'aborted' });
  const shown = await readReplay('next', { folder });
  expect(shown).toMatchObject({ verdict: 'incomplete', missing: UNITS - 5 });
  expect(shown.quality?.value).toBe(0);
  expect((await replay(definition('bad'), { folder })).quality).toMatchObject({ value: 0, n: UNITS });
  expect(counts.calls).toBe(2 * UNITS);
});

it('shows stored results again, without a call, after a change was undone', async () => {
  const folder = testFolder();
  const { definition, counts } = experiment();
  const first = await replay(definition('good'), { folder });
  await replay(definition('bad'), { folder });
  const again = await replay(definition('good'), { folder });
  expect({ ...again, at: '', spentNanoUsd: '' }).toEqual({ ...first, at: '', spentNanoUsd: '' });
  expect((await readReplay('next', { folder })).quality?.value).toBe(1);
  expect(counts.calls).toBe(2 * UNITS);
});

it('does not apply a label to another answer than the one that the person has read', async () => {
  const folder = testFolder();
  const { definition } = experiment({ judge: () => undefined });
  await replay(definition('bad'), { folder });
  for await (const pair of labelReplay('next', { folder })) await pair.write('equal', 'ann');
  expect((await readReplay('next', { folder })).judge?.labels).toBe(UNITS);
  await replay(definition('worse'), { folder });
  expect((await readReplay('next', { folder })).judge).toMatchObject({ labels: 0, doubtful: UNITS });
  await replay(definition('bad'), { folder });
  expect((await readReplay('next', { folder })).judge?.labels).toBe(UNITS);
});

it('continues an experiment whose budget is spent, and whose last run was aborted before it had confirmed its results', async () => {
  const folder = testFolder();
  const { definition } = experiment();
  const { spentNanoUsd } = await replay(definition('good'), { folder });
  const own = { ...definition('good'), budgetUsd: (Number(spentNanoUsd) / 1e9).toFixed(9) };
  const abort = new AbortController();
  abort.abort();
  await replay(own, { folder, signal: abort.signal }).catch(() => undefined);
  expect(await replay(own, { folder })).toMatchObject({ missing: 0, spentNanoUsd });
});

/** Schema of a validator, such as that of zod, which is an instance of a class. */
class Schema {
  readonly '~standard': object;

  constructor(member: string) {
    const json = { type: 'object', properties: { [member]: { type: 'string' } }, required: [member] };
    this['~standard'] = {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
    };
  }
}

it('answers again when a tool of a validator changes, and not when it stays equal', async () => {
  const folder = testFolder();
  const { definition, counts } = experiment();
  const withTool = (member: string): ReplayDefinition => ({
    ...definition('good'),
    candidate: {
      spec: 'openai/gpt-5.4-mini',
      change: (request) => ({
        ...request,
        tools: [{ name: 'find', description: 'Finds.', parameters: new Schema(member) as never }],
      }),
    },
  });
  await replay(withTool('id'), { folder });
  await replay(withTool('id'), { folder });
  expect(counts.calls).toBe(UNITS);
  await replay(withTool('name'), { folder });
  expect(counts.calls).toBe(2 * UNITS);
});
