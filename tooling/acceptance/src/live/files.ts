import { ok as expect } from 'node:assert/strict';
import {
  createMajordomo,
  file,
  LlmError,
  type FileBackend,
  type PreparedTarget,
  type Provider,
  user,
} from '@majordomo/core';
import { createFiles } from '@majordomo/files';

/** File storage of a vendor that a case uses. */
export interface LiveStorage {
  readonly backend: FileBackend;
  readonly target: PreparedTarget;
  /** Asks about a document of 1.5 MB, and returns the warnings and the names of the events of files. */
  readonly ask: () => Promise<{ readonly warnings: readonly string[]; readonly events: readonly string[] }>;
  /** Deletes the document at the vendor, without the knowledge of the application. */
  readonly deleteCopy: () => Promise<void>;
}

/** Fact about the file storage of a vendor on which the code depends, but which no recording confirms. Throws if the fact is wrong. */
export interface FileCase {
  readonly name: string;
  readonly run: (storage: LiveStorage) => Promise<void>;
}

export const FILE_CASES: readonly FileCase[] = [
  {
    name: 'a document is uploaded once, and the second question refers to it',
    async run({ ask }) {
      const asked = [await ask(), await ask()];
      const events = asked.map((each) => each.events.join());
      expect(events.join(' ') === 'uploaded reused', `the events are ${events.join(' ')}`);
      expect(
        asked.every(({ warnings }) => warnings.length === 0),
        asked.map(({ warnings }) => warnings).join(),
      );
    },
  },
  {
    name: 'a document that was deleted at the vendor is recognized as gone, and uploaded again',
    async run({ ask, deleteCopy }) {
      await ask();
      await deleteCopy();
      const { warnings, events } = await ask();
      expect(warnings.includes('files uploaded again'), `the warnings are ${warnings.join()}`);
      expect(events.join() === 'reused,forgotten,uploaded', `the events are ${events.join()}`);
    },
  },
  {
    name: 'the end of a file is within a minute of the requested lifetime',
    async run({ backend, target: { context } }) {
      const keepMs = backend.lifetimeMs.least;
      const about = { name: 'a.pdf', mediaType: 'application/pdf', keepMs };
      const { id, expiresAt = 0 } = await backend.upload(new Blob([PDF]), about, context);
      const differenceMs = Math.abs(expiresAt - Date.now() - keepMs);
      await backend.delete(id, context);
      expect(differenceMs < 60_000, `the difference is ${differenceMs} ms`);
    },
  },
  {
    name: 'a deleted file can be deleted again without an error',
    async run({ backend, target: { context } }) {
      const about = { name: 'a.pdf', mediaType: 'application/pdf', keepMs: backend.lifetimeMs.least };
      const { id } = await backend.upload(new Blob([PDF]), about, context);
      for (const _ of [1, 2]) await backend.delete(id, context);
    },
  },
];

/** Runs a case, and deletes the document at the vendor afterwards. */
export async function runFileCase({ run }: FileCase, provider: Provider, modelId: string): Promise<void> {
  const events: string[] = [];
  const uploaded: string[] = [];
  const recording = recordingIds(provider, uploaded);
  const files = createFiles({ keepMs: 1, onEvent: ({ type }) => events.push(type) });
  const majordomo = createMajordomo({ providers: [recording], files, env: process.env });
  const spec = `${provider.id}/${modelId}`;
  const document = file(padded(PDF, 1_500_000), 'application/pdf', 'report.pdf');
  const request = { messages: [user(document, 'Which word does the document contain?')], maxTokens: 500 };
  const [target] = await majordomo.prepare(spec, request, { work: 'background' });
  const backend = target && recording.files?.(modelId, target.context.env);
  if (target === undefined || backend === undefined) throw new Error(`${spec} has no file storage`);
  const deleteCopy = async (): Promise<void> => {
    for (const id of uploaded.splice(0)) await backend.delete(id, target.context);
  };
  const ask: LiveStorage['ask'] = async () => {
    events.length = 0;
    const { warnings } = await majordomo.model(spec).generate(request);
    return { warnings: warnings.map(({ what }) => what), events: [...events] };
  };
  try {
    await run({ backend, target, ask, deleteCopy });
  } finally {
    await deleteCopy().catch((error: unknown) => {
      if (!LlmError.is(error)) throw error;
    });
  }
}

/** Returns the provider, whose uploads add their ids to a list. Both objects inherit all other members. */
function recordingIds(provider: Provider, ids: string[]): Provider {
  const files: Provider['files'] = (modelId, env) => {
    const backend = provider.files?.(modelId, env);
    if (backend === undefined) return undefined;
    const upload: FileBackend['upload'] = async (...values) => {
      const reference = await backend.upload(...values);
      ids.push(reference.id);
      return reference;
    };
    return Object.assign(Object.create(backend) as FileBackend, { upload });
  };
  return Object.assign(Object.create(provider) as Provider, { files });
}

const PDF = new TextEncoder().encode(`%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj
4 0 obj<</Length 41>>stream
BT /F 24 Tf 20 40 Td (parcel) Tj ET
endstream endobj
trailer<</Root 1 0 R>>
%%EOF
`);

/** Returns a document with a comment that makes it larger. */
function padded(document: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(0x20);
  bytes.set(document);
  return bytes;
}
