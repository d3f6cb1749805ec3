import { answers } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { post } from './support/clients.ts';
import { recording, refusalOf, startWithVendor } from './support/operations.ts';

type Field = readonly [name: string, value: string | File];
const createForm = (...fields: readonly Field[]): FormData => {
  const formData = new FormData();
  for (const [name, value] of fields) formData.append(name, value);
  return formData;
};
const PATH = '/v1/audio/transcriptions';
/** Fields of a valid form. */
const MODEL: Field = ['model', 'ears'];
const FILE: Field = ['file', recording()];
const answerTranscript = answers({ text: 'Hi', segments: [], words: [] });

describe('a form', () => {
  it.each([
    ['no boundary', 'multipart/form-data', 'must be a form'],
    ['a charset instead of a boundary', 'multipart/form-data; charset=utf-8', 'must be a form'],
    ['another boundary', 'multipart/form-data; boundary=other', 'is not a valid form'],
    ['JSON', 'application/json', 'must be a form'],
    ['pairs', 'application/x-www-form-urlencoded', 'must be a form'],
  ])('with %s is refused', async (_, type, message) => {
    await using testGateway = await startWithVendor(answerTranscript);
    const body = '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nears\r\n--b--\r\n';
    const [status, errorMessage] = await refusalOf(
      await post(testGateway, PATH, body, { headers: { 'content-type': type } }),
    );
    expect([status, errorMessage]).toEqual([400, expect.stringContaining(message)]);
  });

  it.each(['Multipart/Form-Data; boundary=b', 'multipart/form-data ; boundary="b"'])(
    'is accepted with the content type %s',
    async (type) => {
      await using testGateway = await startWithVendor(answerTranscript);
      const part = (disposition: string, value: string) =>
        `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
      const body = `${part('name="model"', 'ears')}${part('name="file"; filename="a.ogg"', 'OggS')}--b--\r\n`;
      const response = await post(testGateway, PATH, body, { headers: { 'content-type': type } });
      expect(response.status).toBe(200);
    },
  );

  it.each([
    ['first', [FILE, MODEL]],
    ['last', [MODEL, ['language', 'en'], FILE]],
  ] as const)('may contain its file %s', async (_, fields) => {
    await using testGateway = await startWithVendor(answerTranscript);
    const response = await post(testGateway, PATH, createForm(...fields));
    expect(await response.json()).toEqual({ text: 'Hi' });
  });

  it.each([
    ['file', [MODEL, FILE, ['file', recording('b.ogg')]]],
    ['model', [MODEL, ['model', 'other'], FILE]],
    ['language', [MODEL, ['language', 'en'], ['language', 'de'], FILE]],
  ] as const)('that contains %s twice is refused', async (name, fields) => {
    await using testGateway = await startWithVendor(answerTranscript);
    expect(await refusalOf(await post(testGateway, PATH, createForm(...fields)))).toEqual([
      400,
      expect.stringContaining(`${name} must be set only once`),
      name,
    ]);
    expect(testGateway.vendor.requests).toHaveLength(0);
  });

  it.each([
    [[FILE], 'model is missing'],
    [[['model', recording()], FILE], 'model must be a string'],
    [[MODEL, FILE, ['stream', 'yes']], 'stream must be one of true, false'],
  ] as const)('%j is refused with the name of the invalid field', async (fields, message) => {
    await using testGateway = await startWithVendor(answerTranscript);
    const [status, errorMessage] = await refusalOf(
      await post(testGateway, PATH, createForm(...(fields as readonly Field[]))),
    );
    expect([status, errorMessage]).toEqual([400, expect.stringContaining(message)]);
    expect(testGateway.vendor.requests).toHaveLength(0);
  });

  it('accepts `false` and empty fields', async () => {
    await using testGateway = await startWithVendor(answerTranscript);
    const fields = createForm(MODEL, FILE, ['stream', 'false'], ['language', ''], ['prompt', '']);
    const response = await post(testGateway, PATH, fields);
    expect(response.status).toBe(200);
    expect(testGateway.vendor.requests[0]?.text).not.toContain('name="language"');
  });

  it('derives the type of the file from its name', async () => {
    await using testGateway = await startWithVendor(answerTranscript);
    for (const [file, name] of [
      [
        new File([new Uint8Array([0xff, 0xfb, 0x90, 0])], 'a.mp3', { type: 'application/octet-stream' }),
        'mp3',
      ],
      [new File(['no magic'], 'a.m4a', { type: 'application/octet-stream' }), 'm4a'],
      [new File(['no magic'], 'a.WAV'), 'wav'],
    ] as const) {
      await post(testGateway, PATH, createForm(MODEL, ['file', file]));
      expect(testGateway.vendor.requests.at(-1)?.text).toMatch(new RegExp(`filename="[^"]*\\.${name}"`));
    }
  });

  it('is parsed in linear time with 50 long fields or a huge field, and refused with 20,000 fields', async () => {
    await using testGateway = await startWithVendor(answerTranscript);
    const withFields = (count: number): FormData =>
      createForm(
        MODEL,
        FILE,
        ...Array.from({ length: count - 2 }, (_, n): Field => [`f${n}${'x'.repeat(1000)}`, 'x']),
      );
    const response = await post(testGateway, PATH, withFields(50));
    expect(response.status).toBe(200);
    expect((response.headers.get('x-majordomo-warnings') ?? '').length).toBeLessThan(2001);
    expect((await post(testGateway, PATH, withFields(20_000))).status).toBe(400);
    const hugeField = createForm(MODEL, FILE, ['prompt', 'x'.repeat(4_000_000)]);
    expect((await post(testGateway, PATH, hugeField)).status).toBe(200);
  });
});
