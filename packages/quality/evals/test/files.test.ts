import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluate, readEvaluation, writeEvaluation } from '../src/index.ts';
import { answerTo, config, echo, fakeModels, recordingsOf } from './support/fixture.ts';

// The tests damage any member of a file.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = Record<string, any>;
type Damage = (value: Json) => void;

/** Changes the JSON value of a line, counted from 1. */
function changeLine(file: string, number: number, change: Damage): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  const value = JSON.parse(lines[number - 1] ?? '') as Json;
  change(value);
  lines[number - 1] = JSON.stringify(value);
  writeFileSync(file, lines.join('\n'));
}

const responseOf = (recording: Json): Json => recording['calls'][0].response;

describe('a recordings file', () => {
  test.each<readonly [string, Damage]>([
    ['trial', (recording) => (recording['trial'] = 'x')],
    ['calls', (recording) => (recording['calls'] = [null])],
    ['message', (recording) => delete responseOf(recording)['message']],
    ['parts', (recording) => (responseOf(recording)['message'].parts = 5)],
    ['attempts', (recording) => delete responseOf(recording)['attempts']],
    ['one attempt', (recording) => (responseOf(recording)['attempts'] = [null])],
    ['time', (recording) => (recording['calls'][0].at = 'yesterday')],
    ['duration', (recording) => (recording['calls'][0].ms = null)],
    ['response', (recording) => delete recording['calls'][0].response],
    ['error', (recording) => (recording['calls'] = [{ ...recording['calls'][0], response: 1, error: 'x' }])],
  ])('with a damaged %s is rejected with its line', async (_name, damage) => {
    const { folder, majordomo } = fakeModels(answerTo);
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    changeLine(join(folder, 'demo.recordings.jsonl'), 3, damage);
    for (const mode of ['replay', 'record'] as const)
      await expect(evaluate(echo(majordomo), { folder, mode })).rejects.toEqual(
        config(/demo\.recordings\.jsonl:3: /),
      );
  });

  test('contains the samples of all runs that record at the same time', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    await Promise.all(
      ['a', 'b', 'c'].map((id) => evaluate(echo(majordomo), { folder, mode: 'record', only: [id] })),
    );
    expect((await evaluate(echo(majordomo), { folder })).totals).toMatchObject({ errors: 0, replayed: 3 });
  });

  test('keeps samples that another process appends during the run', async () => {
    const { folder, majordomo, provider } = fakeModels(answerTo);
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    const complete = recordingsOf(folder);
    const [header, ...lines] = complete.trimEnd().split('\n');
    const file = join(folder, 'demo.recordings.jsonl');
    writeFileSync(file, `${header}\n`);
    await evaluate(echo(majordomo), {
      folder,
      mode: 'record',
      only: ['a'],
      onProgress: () => writeFileSync(file, `${[header, ...lines.slice(1)].join('\n')}\n`),
    });
    await evaluate(echo(majordomo), { folder });
    expect(recordingsOf(folder).trimEnd().split('\n').slice(2)).toEqual(lines.slice(1));
    expect(provider.requests).toHaveLength(4);
  });

  test('that is a folder is rejected', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    mkdirSync(join(folder, 'demo.recordings.jsonl'));
    await expect(evaluate(echo(majordomo), { folder })).rejects.toEqual(
      config(/demo\.recordings\.jsonl: the file cannot be read: EISDIR/),
    );
  });

  test('an empty file is recorded', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    writeFileSync(join(folder, 'demo.recordings.jsonl'), '');
    await evaluate(echo(majordomo), { folder, mode: 'record' });
    expect((await evaluate(echo(majordomo), { folder })).totals.errors).toBe(0);
  });

  test('pairs hostile ids with their recordings and baseline', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    const ids = ['__proto__', 'constructor', 'a#1', 'a', '\uD800', '\uDC00', '\n', '\u0000', '-->', '\u2028'];
    ids.push('é', 'e\u0301', 'x'.repeat(200), '../x', ' ');
    const definition = echo(majordomo, {
      cases: ids.map((id, at) => ({ id, input: `question ${at}` })),
      checks: { toString: () => 1, constructor: () => 0.5 },
    });
    const recorded = await evaluate(definition, { folder, mode: 'record', accept: true });
    const replayed = await evaluate(definition, { folder });
    expect(replayed.samples).toEqual(recorded.samples.map((sample) => ({ ...sample, replayed: true })));
    expect([replayed.verdict, replayed.baseline?.paired]).toEqual(['pass', ids.length]);
  });
});

describe('an evaluation file', () => {
  test('that cannot be written rejects with the reason, and leaves no temporary file', async () => {
    const { folder, majordomo } = fakeModels(answerTo);
    const evaluation = await evaluate(echo(majordomo), { folder, mode: 'record' });
    mkdirSync(join(folder, 'base'));
    await expect(writeEvaluation(join(folder, 'base'), evaluation)).rejects.toEqual(
      config(/base: the file cannot be written: EISDIR/),
    );
    expect(readdirSync(folder).sort()).toEqual(['base', 'demo.recordings.jsonl']);
  });

  test.each<readonly [string, Damage]>([
    ['name', (summary) => (summary['name'] = 'x -->\n<b>')],
    ['verdict', (summary) => (summary['verdict'] = '<img>')],
    ['reasons', (summary) => (summary['reasons'] = 'x')],
    ['checks', (summary) => (summary['checks'] = 1)],
    ['margins', (summary) => (summary['margins'] = null)],
    ['metric', (summary) => (summary['metrics'] = [null])],
    ['mean', (summary) => (summary['metrics'][0].mean = 'x')],
    ['metric verdict', (summary) => (summary['metrics'][0].verdict = '| x')],
    ['interval', (summary) => (summary['metrics'][0].interval = [1])],
    ['gates', (summary) => (summary['gates'] = [{}])],
    ['totals', (summary) => delete summary['totals']],
    ['count', (summary) => summary['samples']++],
  ])('with a damaged %s is rejected', async (_name, damage) => {
    await expect(damaged(1, damage)).rejects.toEqual(config(/x\.jsonl/));
  });

  test.each<readonly [string, Damage]>([
    ['text', (sample) => delete sample['text']],
    ['scores', (sample) => (sample['scores'].one = 1)],
    ['score', (sample) => (sample['scores'].one.score = 'high')],
    ['duration', (sample) => (sample['ms'] = 'x')],
    ['cost', (sample) => (sample['nanoUsd'] = 'x')],
    ['error', (sample) => (sample['error'] = 'x')],
    ['tool calls', (sample) => (sample['toolCalls'] = [1])],
    ['targets', (sample) => (sample['targets'] = 1)],
  ])('whose sample has a damaged %s is rejected with its line', async (_name, damage) => {
    await expect(damaged(2, damage)).rejects.toEqual(config(/x\.jsonl:2: /));
  });

  async function damaged(line: number, damage: Damage): Promise<unknown> {
    const { folder, majordomo } = fakeModels(answerTo);
    const definition = echo(majordomo, { checks: { one: () => 1 }, gates: { ok: () => true } });
    const file = join(folder, 'x.jsonl');
    await writeEvaluation(file, await evaluate(definition, { folder, mode: 'record', accept: true }));
    await readEvaluation(file);
    changeLine(file, line, damage);
    return readEvaluation(file);
  }
});
