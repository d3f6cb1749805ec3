import { once } from 'node:events';
import { connectA2a } from '@majordomo/a2a';
import { memoryRecords } from '@majordomo/records';
import { createMajordomo } from '@majordomo/core';
import { freePorts } from '@majordomo/services';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { expect, it, onTestFinished } from 'vitest';
import { askWithDesk, listenAt, supportDesk } from '../src/a2a-desk.ts';

const modelOf = (...turns: readonly Turn[]) =>
  createMajordomo({ providers: [fakeProvider({ id: 'fake', models: { m: turns } })] }).model('fake/m');

it('a2a-desk: an agent uses the desk, and a person approves the refund', async () => {
  const [port = 0] = await freePorts(1);
  const desk = supportDesk(
    modelOf({ toolCalls: [{ name: 'refund', args: { order: '7' } }] }, 'Order 7 is refunded.'),
    `http://127.0.0.1:${port}/a2a`,
    { records: memoryRecords(), keys: new Map([['key of the shop', 'shop']]) },
  );
  const http = listenAt(port, desk);
  onTestFinished(async () => {
    await desk.close();
    http.close();
  });
  await once(http, 'listening');
  const url = `http://127.0.0.1:${port}`;
  await using box = await connectA2a({ name: 'desk', url, credential: 'key of the shop' });
  const asked: unknown[] = [];
  const model = modelOf({ toolCalls: [{ name: 'desk', args: { task: 'Refund order 7' } }] }, 'It is done.');
  const text = await askWithDesk(model, box, 'I want my money back for order 7', (question) => {
    asked.push(question);
    return Promise.resolve('approve');
  });
  expect(text).toBe('It is done.');
  expect(JSON.stringify(asked)).toContain('Approve refund');
});
