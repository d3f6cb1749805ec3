import { createMajordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { extractFolder } from '../src/extract.ts';

const invoice = { number: '2026-118', issued: '2026-10-02', total: 159.5, currency: 'EUR' };

test('a document that cannot be read does not end the others', async () => {
  const answer = ({ messages }: ModelRequest): Turn =>
    JSON.stringify(messages).includes('Lamp House') ? JSON.stringify(invoice) : 'I cannot read it.';
  // Each document is one call, and a second one with the validation errors if the first value is invalid.
  const fake = fakeProvider({ id: 'fake', models: { m: [answer, answer, answer] } });
  const model = createMajordomo({ providers: [fake] }).model('fake/m');

  const [first, second] = await extractFolder(model, `${import.meta.dirname}/../documents`);

  expect(first).toEqual({ file: 'invoice-1.txt', ...invoice });
  expect(second).toMatchObject({ file: 'invoice-2.txt', failed: 'invalid-output' });
});
