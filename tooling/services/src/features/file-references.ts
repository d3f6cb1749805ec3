import { createMajordomo, file, user, type Provider } from '@majordomo/core';
import { createFiles } from '@majordomo/files';
import type { RecordStore } from '@majordomo/records';
import { fakeProvider } from '@majordomo/testing';
import { deepEqual, equal } from 'node:assert/strict';
import type { FeatureCase } from './feature-case.ts';

const SIZE = 2000;

/** Files of a process at a vendor that counts the uploads, and a function that asks about a document. */
function processOf(records: RecordStore, uploads: string[]) {
  const fake = fakeProvider({ id: 'f', models: { m: Array.from({ length: 50 }, () => 'ok') } });
  const provider: Provider = {
    ...fake,
    files: () => ({
      lifetimeMs: { least: 1, most: 86_400_000 },
      account: () => Promise.resolve('account'),
      accepts: () => true,
      upload: (blob) => Promise.resolve({ id: `file-${uploads.push('upload')}`, size: blob.size }),
      delete: (id) => Promise.resolve(void uploads.push(id)),
    }),
  };
  const files = createFiles({ records, aboveBytes: SIZE });
  const majordomo = createMajordomo({ providers: [provider], files });
  const request = (fill: number) => ({
    messages: [user('What?', file(new Uint8Array(SIZE).fill(fill), 'application/pdf'))],
  });
  return {
    ask: (fill: number, tenant: string) => majordomo.model('f/m').generate(request(fill), { tenant }),
    forget: async (fill: number, tenant: string) => {
      const { messages } = request(fill);
      const targets = await majordomo.prepare('f/m', { messages }, { tenant, work: 'background' });
      await files.remove(targets, messages, { tenant });
    },
  };
}

/** Cases of references to content that was uploaded to vendors. */
export const fileReferenceCases: readonly FeatureCase[] = [
  {
    name: 'file references: uploads content once for all processes, and again after its removal',
    async run(stores) {
      const uploads: string[] = [];
      const [mine, theirs] = [processOf(stores[0], uploads), processOf(stores[1], uploads)];
      await mine.ask(1, 'a');
      await theirs.ask(1, 'a');
      deepEqual(uploads, ['upload']);
      await theirs.ask(2, 'a');
      await theirs.ask(1, 'b');
      equal(uploads.length, 3);
      await theirs.forget(1, 'a');
      deepEqual(uploads.slice(3), ['file-1']);
      await mine.ask(1, 'a');
      await mine.ask(1, 'b');
      equal(uploads.length, 5);
    },
  },
];
