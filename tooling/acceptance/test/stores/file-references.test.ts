import { startFileServer, type FileServer } from '@majordomo/conformance';
import { createMajordomo, file, user, type ChatResponse } from '@majordomo/core';
import { createFiles, type Files } from '@majordomo/files';
import { createOpenAI } from '@majordomo/provider-openai';
import { describeWith } from '@majordomo/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ENGINES,
  openStores,
  startEngine,
  type EngineServer,
  type Place,
} from '../../src/stores/job-engines.ts';

const SPEC = 'openai/gpt-5.4';
const document = file(
  new TextEncoder().encode(`%PDF-1.7\n${' '.repeat(5000)}`),
  'application/pdf',
  'report.pdf',
);
const messages = [user(document, 'What is in it?')];

/** Process with its own connection to the store. */
interface Process extends AsyncDisposable {
  readonly files: Files;
  ask(tenant: string): Promise<ChatResponse>;
  /** Deletes the copies of the document. */
  forget(tenant: string): Promise<void>;
}

function startProcess(place: Place, { baseURL }: FileServer): Process {
  const stores = openStores(place);
  const files = createFiles({ records: stores.records, aboveBytes: 1000 });
  const providers = [createOpenAI({ apiKey: 'key-of-the-account', baseURL })];
  const majordomo = createMajordomo({ providers, files, env: {} });
  return {
    files,
    ask: (tenant) => majordomo.model(SPEC).generate({ messages }, { tenant }),
    forget: async (tenant) => {
      const targets = await majordomo.prepare(SPEC, { messages }, { tenant, work: 'background' });
      await files.remove(targets, messages, { tenant });
    },
    [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose](),
  };
}

for (const engine of ENGINES) {
  const define = (): void => {
    let server: EngineServer;
    beforeAll(async () => {
      server = await startEngine(engine);
    });
    afterAll(() => server.stop());

    it('are shared by processes, not by tenants, and end with the copies', async () => {
      await using vendor = await startFileServer();
      const place = { engine, address: server.address, name: 'references' };
      await using first = startProcess(place, vendor);
      await using second = startProcess(place, vendor);
      for (const { ask } of [first, second, first]) expect((await ask('acme')).warnings).toEqual([]);
      expect(vendor.uploads).toHaveLength(1);
      await second.ask('other');
      expect(vendor.uploads).toHaveLength(2);
      await second.forget('acme');
      await first.ask('other');
      expect(vendor.uploads).toHaveLength(2);
      await first.ask('acme');
      expect(vendor.uploads).toHaveLength(3);
    });

    it('to a copy that the vendor has deleted are replaced for all processes', async () => {
      await using vendor = await startFileServer();
      const place = { engine, address: server.address, name: 'gone' };
      await using first = startProcess(place, vendor);
      await using second = startProcess(place, vendor);
      await first.ask('acme');
      vendor.uploads[0]?.remove();
      expect((await second.ask('acme')).warnings).toMatchObject([{ what: 'files uploaded again' }]);
      expect((await first.ask('acme')).warnings).toEqual([]);
      expect(vendor.uploads).toHaveLength(2);
    });
  };
  if (engine === 'sqlite') describe(`references to files in ${engine}`, define);
  else describeWith(engine, `references to files in ${engine}`, define);
}
