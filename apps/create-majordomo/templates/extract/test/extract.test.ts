import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMajordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { expect, onTestFinished, test } from 'vitest';
import { extractFolder } from '../src/extract.ts';

const invoice = { number: '2026-118', issued: '2026-10-02', total: 159.5, currency: 'EUR' };

test('a document that cannot be read does not end the others', async () => {
  const answer = ({ messages }: ModelRequest): Turn =>
    JSON.stringify(messages).includes('Lamp House') ? JSON.stringify(invoice) : 'I cannot read it.';
  // Each document is one call, and a second one with the validation errors if the first value is invalid.
  const fake = fakeProvider({ id: 'fake', models: { m: [answer, answer, answer] } });
  const model = createMajordomo({ providers: [fake] }).model('fake/m');

  const folder = await mkdtemp(join(tmpdir(), 'extract-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.txt'), 'Lamp House, Invoice 2026-118');
  await writeFile(join(folder, 'b.txt'), 'Please call me back.');
  const [first, second] = await extractFolder(model, folder);

  expect(first).toEqual({ file: 'a.txt', ...invoice });
  expect(second).toMatchObject({ file: 'b.txt', failed: 'invalid-output' });
});

test('a subfolder is skipped, and a missing file does not end the others', async () => {
  const fake = fakeProvider({ id: 'fake', models: { m: [JSON.stringify(invoice)] } });
  const model = createMajordomo({ providers: [fake] }).model('fake/m');

  const folder = await mkdtemp(join(tmpdir(), 'extract-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'archive'));
  await symlink('missing.txt', join(folder, 'link.txt'));
  await writeFile(join(folder, 'z.txt'), 'Lamp House, Invoice 2026-118');

  expect(await extractFolder(model, folder)).toEqual([
    { file: 'link.txt', failed: 'other', message: expect.stringContaining('ENOENT') as string },
    { file: 'z.txt', ...invoice },
  ]);
});
