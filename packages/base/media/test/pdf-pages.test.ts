import { describe, expect, test } from 'vitest';
import { inspectPdf } from '../src/index.ts';
import {
  attachment,
  CATALOG,
  numbers,
  page,
  pages,
  PdfWriter,
  tree,
  type Form,
  type Objects,
} from './pdfs.ts';

const FORMATS: readonly Form[] = ['table', 'stream'];
const writerOf = (objects: Objects, form: Form = 'table'): PdfWriter => new PdfWriter().save(objects, form);
const pagesOf = (file: PdfWriter): number | undefined => inspectPdf(file.bytes())?.pages;
const pickObjects = (objects: Objects, objectNumbers: readonly number[]): Objects =>
  Object.fromEntries(objectNumbers.map((number) => [number, objects[number]]));

describe.each(FORMATS)('pages with a cross-reference as a %s', (form) => {
  test.each([1, 12, 345])('are counted in a file with one save: %i', (count) => {
    expect(pagesOf(writerOf(pages(count), form))).toBe(count);
  });

  test('are counted once in a file with several saves', () => {
    const file = writerOf(pages(60), form);
    for (let save = 1; save <= 3; save++) {
      file.save(Object.fromEntries(numbers(60).map((number) => [number, page(`/Annots [${save}]`)])), form);
      expect(pagesOf(file)).toBe(60);
    }
  });

  test('are counted after a deletion, with and without freed objects', () => {
    const remaining = numbers(5);
    const freedObjects = Object.fromEntries(numbers(55, 8).map((number) => [number, undefined]));
    expect(pagesOf(writerOf(pages(60), form).save({ 2: tree(remaining), ...freedObjects }, form))).toBe(5);
    expect(pagesOf(writerOf(pages(60), form).save({ 2: tree(remaining) }, form))).toBe(5);
    expect(pagesOf(writerOf(pages(60), form).save(freedObjects, form))).toBe(5);
  });

  test('are counted after an addition', () => {
    const addedPages = Object.fromEntries(numbers(10, 63).map((number) => [number, page()]));
    expect(pagesOf(writerOf(pages(60), form).save({ 2: tree(numbers(70)), ...addedPages }, form))).toBe(70);
  });

  test.each([true, false])('exclude the pages of an embedded document (packed: %s)', (isPacked) => {
    const embedded = writerOf(pages(60), form).bytes();
    expect(pagesOf(writerOf({ ...pages(5), 90: attachment(embedded, isPacked) }, form))).toBe(5);
  });

  test('are counted in the tree instead of read from /Count', () => {
    expect(pagesOf(writerOf({ ...pages(5), 2: tree(numbers(5), 500) }, form))).toBe(5);
    expect(pagesOf(writerOf({ ...pages(5), 2: tree(numbers(5), 1) }, form))).toBe(5);
  });

  test('are counted in a tree of several levels', () => {
    const levels = {
      1: CATALOG,
      2: tree([3, 4, 5]),
      3: tree([6, 7]),
      4: tree([8]),
      5: page(),
      6: page(),
      7: page(),
      8: page(),
    };
    expect(pagesOf(writerOf(levels, form))).toBe(4);
  });

  test('are undefined if the tree is circular', () => {
    expect(pagesOf(writerOf({ 1: CATALOG, 2: tree([3]), 3: tree([2]) }, form))).toBeUndefined();
  });
});

test('finds objects in object streams, and prefers newer ones outside of them', () => {
  const { 1: catalog, ...packed } = pages(30);
  const file = new PdfWriter().save({ 1: catalog }, 'stream', packed);
  expect(pagesOf(file)).toBe(30);
  expect(pagesOf(file.save({ 2: tree(numbers(4)) }, 'stream'))).toBe(4);
});

test('reads the hidden stream of a hybrid file', () => {
  const allObjects = pages(20);
  const file = new PdfWriter().save(
    pickObjects(allObjects, [1, 2, 3]),
    'hybrid',
    pickObjects(allObjects, numbers(19, 4)),
  );
  expect(pagesOf(file)).toBe(20);
});

describe('pages are undefined', () => {
  test('in a file with bytes before its header', () => {
    const prefixed = Buffer.concat([Buffer.from('\n\n junk\n'), writerOf(pages(7)).bytes()]);
    expect(inspectPdf(new Uint8Array(prefixed))?.pages).toBeUndefined();
  });

  test.each(FORMATS)('in a file whose %s is not at startxref', (form) => {
    const text = Buffer.from(writerOf(pages(60), form).bytes()).toString('latin1');
    const broken = text.replace(/startxref\n\d+\n%%EOF\n$/, 'startxref\n7\n%%EOF\n');
    expect(inspectPdf(new Uint8Array(Buffer.from(broken, 'latin1')))).toEqual({
      pages: undefined,
      encrypted: false,
      complete: true,
    });
  });

  test('in a file with a broken object stream', () => {
    const { 1: catalog, ...packed } = pages(30);
    const file = new PdfWriter().save({ 1: catalog }, 'stream', packed).bytes();
    const at = Buffer.from(file).indexOf('stream\n') + 'stream\n'.length;
    file.fill(0x20, at, at + 20);
    expect(inspectPdf(file)?.pages).toBeUndefined();
  });
});

test.each(FORMATS)('does not report a file with an encrypted attachment as encrypted (%s)', (form) => {
  const plainFile = writerOf(pages(2), form).bytes();
  const embedded = new Uint8Array(
    Buffer.from(Buffer.from(plainFile).toString('latin1').replace('/Root', '/Encrypt 9 0 R /Root'), 'latin1'),
  );
  expect(inspectPdf(writerOf({ ...pages(5), 90: attachment(embedded, false) }, form).bytes())).toEqual({
    pages: 5,
    encrypted: false,
    complete: true,
  });
});
