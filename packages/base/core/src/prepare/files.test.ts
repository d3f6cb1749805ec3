import { describe, expect, it } from 'vitest';
import { assistant, file, type FilePart, image, toolResult, user } from '../index.ts';
import type { FileLimits, MediaFitter } from '../types/provider.ts';
import { checkFiles, fitResultFiles } from './media.ts';

const pdf = (bytes: number, name?: string): FilePart => file(new Uint8Array(bytes), 'application/pdf', name);
const csv = (bytes: number): FilePart => file(new Uint8Array(bytes), 'text/csv');
const scope = { signal: new AbortController().signal };

/** Returns a fitter that counts one page per byte, and records the counted files. */
function counting(): MediaFitter & { readonly countedFiles: FilePart[] } {
  const countedFiles: FilePart[] = [];
  return {
    countedFiles,
    fit: (part) => Promise.resolve(part),
    pages: (part) => {
      countedFiles.push(part);
      return Promise.resolve(part.bytes.length);
    },
  };
}

const check = (
  files: FilePart[],
  limits: FileLimits | undefined,
  fitter?: MediaFitter,
): ReturnType<typeof checkFiles> =>
  checkFiles(
    [user('see', files), assistant('ok'), user(image(new Uint8Array(99)))],
    limits,
    fitter,
    'a/x',
    scope,
  );

describe('documents', () => {
  it.each<[string, FilePart[], FileLimits]>([
    ['4 bytes in a document, not 5', [pdf(5)], { maxBytes: 4 }],
    ['4 bytes in b.pdf, not 5', [pdf(5, 'b.pdf')], { pdf: { maxBytes: 4 } }],
    ['4 pages in a PDF, not 5', [pdf(5)], { pdf: { maxPages: 4 } }],
    ['4 pages in b.pdf, not 5', [pdf(1), pdf(5, 'b.pdf')], { pdf: { maxPages: 4, maxTotalPages: 9 } }],
    ['7 bytes of documents in a request, not 8', [pdf(3), csv(5)], { maxTotalBytes: 7 }],
    ['1 documents in a request, not 2', [pdf(3), pdf(5)], { maxCount: 1 }],
    ['4 pages of PDFs in a request, not 5', [pdf(2), csv(9), pdf(3)], { pdf: { maxTotalPages: 4 } }],
  ])('are rejected by a target with %s', async (what, files, limits) => {
    await expect(check(files, limits, counting())).rejects.toMatchObject({
      kind: 'unsupported',
      message: `a/x accepts at most ${what}`,
      details: { code: 'too-large' },
    });
  });

  it.each<[string, FilePart[], FileLimits | undefined, MediaFitter | undefined]>([
    ['no limits are known', [pdf(99)], undefined, counting()],
    [
      'they are exactly at the limits',
      [pdf(4), pdf(4)],
      { maxCount: 2, maxBytes: 4, maxTotalBytes: 8, pdf: { maxPages: 4, maxTotalPages: 8 } },
      counting(),
    ],
    ['a PDF may be larger', [pdf(5)], { maxBytes: 4, pdf: { maxBytes: 5 } }, counting()],
    ['the fitter cannot count pages', [pdf(9)], { pdf: { maxPages: 1 } }, undefined],
  ])('are accepted if %s', async (_, files, limits, fitter) => {
    expect(await check(files, limits, fitter)).toEqual([]);
  });

  it('other than PDFs use the general limit', async () => {
    await expect(check([csv(5)], { maxBytes: 4, pdf: { maxBytes: 9 } })).rejects.toThrow(
      'accepts at most 4 bytes',
    );
  });

  it('in tool results count, too', async () => {
    const result = toolResult({ callId: 'c', name: 'f', content: [pdf(5)] });
    await expect(checkFiles([result], { maxBytes: 4 }, undefined, 'a/x', scope)).rejects.toMatchObject({
      kind: 'unsupported',
      message: 'a/x accepts at most 4 bytes in a document, not 5',
    });
  });

  it('of user messages only are counted', async () => {
    const fitter = counting();
    await check([], { maxCount: 0, maxTotalBytes: 0, pdf: { maxTotalPages: 0 } }, fitter);
    await check([csv(9)], { pdf: { maxPages: 1 } }, fitter);
    await check([pdf(9)], { maxBytes: 9 }, fitter);
    expect(fitter.countedFiles).toEqual([]);
  });

  it('with unknown pages pass with a warning', async () => {
    const withoutPages = { ...counting(), pages: () => Promise.resolve(undefined) };
    expect(await check([pdf(5, 'b.pdf'), pdf(1)], { pdf: { maxTotalPages: 4 } }, withoutPages)).toEqual(
      ['b.pdf', 'a PDF'].map((name) => ({
        action: 'dropped',
        what: `page limit for ${name}`,
        why: 'its pages cannot be counted, and a/x limits them',
      })),
    );
    expect(await check([pdf(3)], { pdf: { maxPages: 4 } }, counting())).toEqual([]);
  });

  it('are not awaited after an abort', async () => {
    const controller = new AbortController();
    const pendingFitter = { ...counting(), pages: () => new Promise<never>(() => undefined) };
    const checking = checkFiles([user(pdf(1))], { pdf: { maxPages: 1 } }, pendingFitter, 'a/x', controller);
    controller.abort(new Error('enough'));
    await expect(checking).rejects.toThrow('enough');
  });
});

describe('a document in a tool result', () => {
  const messages = [
    user('go'),
    toolResult([
      { callId: 'a', name: 'read', content: [{ type: 'text', text: 'Found.' }, pdf(1), csv(1)] },
      { callId: 'b', name: 'look', content: 'ok' },
    ]),
  ];

  it('is unchanged for a target that accepts its type', () => {
    const fitted = fitResultFiles(messages, { resultFiles: ['application/pdf', 'text/csv'] }, 'a/x');
    expect(fitted).toEqual({ messages, warnings: [] });
    expect(fitted.messages).toBe(messages);
  });

  it.each([
    ['no documents', undefined, [], 'application/pdf, text/csv'],
    ['other documents', ['application/pdf'], [pdf(1)], 'text/csv'],
  ])(
    'becomes an error with the remedy for a target that accepts %s',
    (_name, resultFiles, accepted, types) => {
      const why = `a/x accepts no ${types} in a tool result; return the text of the document`;
      const text = { type: 'text', text: why };
      expect(fitResultFiles(messages, { resultFiles }, 'a/x')).toEqual({
        messages: [
          messages[0],
          toolResult([
            {
              callId: 'a',
              name: 'read',
              content: [
                { type: 'text', text: 'Found.' },
                ...accepted,
                text as { type: 'text'; text: string },
              ],
              isError: true,
            },
            { callId: 'b', name: 'look', content: 'ok' },
          ]),
        ],
        warnings: [{ action: 'dropped', what: 'a document in the result of read', why }],
      });
    },
  );
});
