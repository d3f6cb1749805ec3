import {
  createMajordomo,
  file,
  user,
  type Capabilities,
  type FileLimits,
  type FilePart,
  type ImagePart,
  type ModelRequest,
} from '@majordomo/core';
import { fakeProvider, type FakeProvider, type Turn } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { createMediaFitter, inspectImage } from '../src/index.ts';
import { CATALOG, pages, PdfWriter, tree } from './pdfs.ts';
import { bytesOf, limits, part, photo } from './pictures.ts';

const BUSY: Turn = { fail: 'overloaded' };
const provider = (id: string, images: Capabilities['images'], turns: readonly Turn[]): FakeProvider =>
  fakeProvider({ id, models: { m: turns }, capabilities: { images } });

const imagesIn = (request: ModelRequest | undefined): readonly ImagePart[] =>
  (request?.messages ?? []).flatMap((message) =>
    message.role === 'user' ? message.parts.filter((item) => item.type === 'image') : [],
  );

test('sends each target a version for its limits, and skips a target without images without a penalty', async () => {
  const withoutImages = provider('blind', false, ['never called']);
  const small = provider('small', limits({ mediaTypes: ['image/jpeg'], maxEdge: 64, maxBytes: 3_000 }), [
    BUSY,
    BUSY,
  ]);
  const large = provider('large', limits({ maxEdge: 8000 }), ['a gradient']);
  const majordomo = createMajordomo({ providers: [withoutImages, small, large], media: createMediaFitter() });
  const picture = part(await bytesOf(photo(300, 200).png()));
  const before = new Uint8Array(picture.bytes);

  const { text, target, attempts, warnings } = await majordomo
    .model('blind/m,small/m,large/m')
    .generate({ messages: [user('What is it?', picture)] }, { backoff: { baseMs: 0 } });

  expect([text, target, warnings]).toEqual(['a gradient', 'large/m', []]);
  expect(attempts.map((item) => `${item.target} ${item.outcome}`)).toEqual([
    'blind/m skipped',
    'small/m failed',
    'small/m failed',
    'large/m finished',
  ]);
  expect(withoutImages.requests).toEqual([]);
  const [shrunk] = imagesIn(small.requests[0]?.request);
  expect(inspectImage(shrunk!.bytes)).toMatchObject({ mediaType: 'image/jpeg', width: 64 });
  expect(shrunk!.bytes.length).toBeLessThanOrEqual(3_000);
  expect(imagesIn(large.requests[0]?.request)).toEqual([picture]);
  expect(imagesIn(large.requests[0]?.request)[0]!.bytes).toBe(picture.bytes);
  expect(picture.bytes).toEqual(before);
  expect(majordomo.health.snapshot()['blind/m']?.failures ?? 0).toBe(0);
  expect(majordomo.health.snapshot()['small/m']?.state).toBe('benched');
});

test('reports the change of an image as a warning', async () => {
  const target = provider('eyes', limits({ mediaTypes: ['image/jpeg'], maxEdge: 64 }), ['a gradient', 'two']);
  const model = createMajordomo({ providers: [target], media: createMediaFitter() }).model('eyes/m');
  const [small, large] = [await bytesOf(photo(60, 40).jpeg()), await bytesOf(photo(128, 64).jpeg())];
  const { warnings } = await model.generate({ messages: [user(part(large))] });
  expect(warnings).toEqual([
    {
      action: 'coerced',
      what: 'image',
      why: expect.stringMatching(
        /^an image\/jpeg of 128x64 pixels has an edge above 64: scaled to 64x32 pixels, encoded again as image\/jpeg of \d+ bytes$/,
      ),
    },
  ]);
  const both = await model.generate({ messages: [user(part(small), part(large))] });
  expect(both.warnings.map(({ what }) => what)).toEqual(['image 2']);
});

test('sends a PDF to the first target that accepts its bytes and pages', async () => {
  const report = (count: number): FilePart =>
    file(new PdfWriter().save(pages(count)).bytes(), 'application/pdf', 'report.pdf');
  const reader = (id: string, fileLimits: FileLimits, turns: readonly Turn[]): FakeProvider =>
    fakeProvider({ id, models: { m: turns }, capabilities: { files: ['application/pdf'], fileLimits } });
  const light = reader('light', { maxBytes: 20 }, []);
  const short = reader('short', { pdf: { maxPages: 100 } }, ['ten pages']);
  const long = reader('long', { pdf: { maxTotalPages: 600 } }, ['many']);
  const majordomo = createMajordomo({ providers: [light, short, long], media: createMediaFitter() });
  const model = majordomo.model('light/m,short/m,long/m');
  expect((await model.generate({ messages: [user('?', report(10))] })).target).toBe('short/m');
  const { target, attempts } = await model.generate({ messages: [user('?', report(400))] });
  expect(target).toBe('long/m');
  expect(attempts.map(({ outcome, error }) => [outcome, error?.message])).toEqual([
    ['skipped', expect.stringMatching(/^light\/m accepts at most 20 bytes in report.pdf, not \d+$/)],
    ['skipped', 'short/m accepts at most 100 pages in report.pdf, not 400'],
    ['finished', undefined],
  ]);
  await expect(model.generate({ messages: [user('?', report(400), report(400))] })).rejects.toThrow(
    /accepts at most 600 pages of PDFs in a request, not 800/,
  );
  expect(Object.values(majordomo.health.snapshot()).filter(({ failures }) => failures > 0)).toEqual([]);
});

test('sends a PDF with an unknown number of pages with a warning', async () => {
  const circularPdf = new PdfWriter().save({ 1: CATALOG, 2: tree([2]) }).bytes();
  const capabilities = { files: ['application/pdf'], fileLimits: { pdf: { maxPages: 100 } } };
  const reader = fakeProvider({ id: 'reader', models: { m: ['read'] }, capabilities });
  const model = createMajordomo({ providers: [reader], media: createMediaFitter() }).model('reader/m');
  const { warnings } = await model.generate({
    messages: [user('?', file(circularPdf, 'application/pdf', 'a.pdf'))],
  });
  expect(warnings).toEqual([
    {
      action: 'dropped',
      what: 'page limit for a.pdf',
      why: 'its pages cannot be counted, and reader/m limits them',
    },
  ]);
});

test.each([true, 'sharp'])('a fitter is not created with the option `sharp: %j`', (sharp) => {
  const error = expect.objectContaining({
    kind: 'config',
    message: `createMediaFitter: sharp must be a function, not a ${typeof sharp}`,
  });
  expect(() => createMediaFitter({ sharp: sharp as never })).toThrow(error);
});
