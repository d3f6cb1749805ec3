import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluate, readEvaluation, writeEvaluation } from '../src/index.ts';
import { answerTo, echo, fakeModels, testFolder } from './support/fixture.ts';

// Files of each stored format. WRITE_STORED=1 writes the files of the current format, which never change after its first release.
const WRITTEN = join(import.meta.dirname, 'written');
const RECORDINGS = '.recordings.jsonl';
const file = (name: string): string => join(WRITTEN, name);

test.runIf(process.env['WRITE_STORED'] === '1')('writes the files of the current format', async () => {
  const { folder, majordomo } = fakeModels(answerTo);
  const evaluation = await evaluate(echo(majordomo), { folder, mode: 'record' });
  copyFileSync(join(folder, `demo${RECORDINGS}`), file(`1${RECORDINGS}`));
  await writeEvaluation(file('1.evaluation.jsonl'), evaluation);
});

const formats = readdirSync(WRITTEN)
  .filter((name) => name.endsWith(RECORDINGS))
  .map((name) => name.replace(RECORDINGS, ''));

describe.each(formats)('files of format %s', (format) => {
  test('replay all samples without a request', async () => {
    const folder = testFolder();
    copyFileSync(file(`${format}${RECORDINGS}`), join(folder, `demo${RECORDINGS}`));
    const { majordomo, provider } = fakeModels(() => 'another answer');
    const { totals, samples } = await evaluate(echo(majordomo), { folder, mode: 'replay' });
    expect(totals).toMatchObject({ cases: 3, errors: 0, replayed: 3 });
    expect(samples.map(({ text }) => text)).toEqual(['a', 'b', 'c'].map((id) => answerTo(`question ${id}`)));
    expect(provider.requests).toEqual([]);
  });

  test('are a baseline', async () => {
    const baseline = await readEvaluation(file(`${format}.evaluation.jsonl`));
    expect(baseline).toMatchObject({ name: 'demo', totals: { cases: 3, samples: 3, errors: 0 } });
  });
});

test.each(['demo.recordings.jsonl', 'demo.evaluation.jsonl'])(
  'a later format of %s is rejected with the file and the format',
  async (name) => {
    const folder = testFolder();
    const later = readFileSync(file(name.replace('demo', '1')), 'utf8').replace(
      /("majordomo-[\w-]+)\/1"/,
      '$1/2"',
    );
    writeFileSync(join(folder, name), later);
    const { majordomo } = fakeModels(answerTo);
    const reading = name.includes('recordings')
      ? evaluate(echo(majordomo), { folder, mode: 'replay' })
      : readEvaluation(join(folder, name));
    await expect(reading).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining(name) });
  },
);
