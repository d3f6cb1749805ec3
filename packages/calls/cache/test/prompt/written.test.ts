import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryRecords, type RecordStore, type StoredRecord } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { Conversations } from '../../src/prompt/holders.ts';

// Records of each stored format. WRITE_STORED=1 writes the file of the current format, which never changes after its first release.
const FOLDER = join(import.meta.dirname, 'written');
const FILE = join(FOLDER, '1.json');
const conversation = {
  holders: [{ target: 'a/m', count: 2, hash: 'h', held: 5000, input: 5100, output: 90, until: 300_000 }],
  awaySince: 12,
};

const conversationsIn = (records: RecordStore): Conversations =>
  new Conversations({ records, storeTimeoutMs: 1000, maxConversations: 10, clock: fakeClock(0) });

it.runIf(process.env['WRITE_STORED'] === '1')('writes the file of the current format', async () => {
  const records = memoryRecords();
  conversationsIn(records).write('talk', conversation);
  const [{ key, value } = { key: '', value: '' }] = await records.list('prompt-caches', { limit: 1 });
  writeFileSync(FILE, `${JSON.stringify({ key, value }, undefined, 2)}\n`);
});

it.each(readdirSync(FOLDER))('reads the conversation of %s', async (name) => {
  const { key, value } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as StoredRecord;
  const records = memoryRecords();
  await records.write('prompt-caches', [{ type: 'put', key, value }]);
  const conversations = conversationsIn(records);
  expect(await conversations.read('talk', new AbortController().signal)).toEqual(conversation);
});
