import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { evaluate, readEvaluation, writeEvaluation } from '../src/index.ts';
import { answerTo, echo, fakeModels, tempFolder } from './support/fixture.ts';

// Files that releases wrote. WRITE_STORED=1 writes the files of the next release, once.
const WRITTEN = join(import.meta.dirname, 'written');
const RECORDINGS = '.recordings.jsonl';
const file = (name: string): string => join(WRITTEN, name);

test.runIf(process.env['WRITE_STORED'] === '1' && !existsSync(file(`${manifest.version}${RECORDINGS}`)))(
  'writes the files of this release',
  async () => {
    const folder = tempFolder();
    const { majordomo } = fakeModels(answerTo);
    const evaluation = await evaluate(echo(majordomo), { folder, mode: 'record' });
    copyFileSync(join(folder, `demo${RECORDINGS}`), file(`${manifest.version}${RECORDINGS}`));
    await writeEvaluation(file(`${manifest.version}.evaluation.jsonl`), evaluation);
  },
);

const releases = readdirSync(WRITTEN)
  .filter((name) => name.endsWith(RECORDINGS))
  .map((name) => name.replace(RECORDINGS, ''));

test('files of the first release are stored', () => {
  expect(releases).toContain('1.0.0');
});

describe.each(releases)('files that release %s wrote', (release) => {
  test('replay all samples without a request', async () => {
    const folder = tempFolder();
    copyFileSync(file(`${release}${RECORDINGS}`), join(folder, `demo${RECORDINGS}`));
    const { majordomo, provider } = fakeModels(() => 'another answer');
    const { totals, samples } = await evaluate(echo(majordomo), { folder, mode: 'replay' });
    expect(totals).toMatchObject({ cases: 3, errors: 0, replayed: 3 });
    expect(samples.map(({ text }) => text)).toEqual(['a', 'b', 'c'].map((id) => answerTo(`question ${id}`)));
    expect(provider.requests).toEqual([]);
  });

  test('are a baseline', async () => {
    const baseline = await readEvaluation(file(`${release}.evaluation.jsonl`));
    expect(baseline).toMatchObject({ name: 'demo', totals: { cases: 3, samples: 3, errors: 0 } });
  });
});

test.each(['demo.recordings.jsonl', 'demo.evaluation.jsonl'])(
  'a later format of %s is rejected with the file and the format',
  async (name) => {
    const folder = tempFolder();
    const later = readFileSync(file(name.replace('demo', '1.0.0')), 'utf8').replace(
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
