import { expect, it } from 'vitest';
import { uploadForm } from './upload-form.ts';

const read = async (form: Blob): Promise<FormData> =>
  // oxlint-disable-next-line typescript/no-deprecated -- deprecated for public servers; the only client here is the test
  new Response(form).formData();

it('a form contains its fields and its file, byte for byte', async () => {
  const bytes = Uint8Array.from({ length: 3000 }, (_, at) => at % 256);
  const file = { content: new Blob([bytes]), name: 'a "b"\r\nc.pdf', mediaType: 'application/pdf' };
  const form = await read(uploadForm({ purpose: 'user_data', 'expires_after[seconds]': '3600' }, file));
  expect([...form.keys()]).toEqual(['purpose', 'expires_after[seconds]', 'file']);
  expect(form.get('expires_after[seconds]')).toBe('3600');
  const sent = form.get('file') as File;
  expect([sent.name, sent.type]).toEqual(['a "b"\r\nc.pdf', 'application/pdf']);
  expect(new Uint8Array(await sent.arrayBuffer())).toEqual(bytes);
});

it('a media type with a line break cannot add a header', async () => {
  const file = { content: new Blob(['x']), name: 'a', mediaType: 'a/b\r\nX-Other: y' };
  const form = uploadForm({}, file);
  expect(await form.text()).not.toContain('X-Other');
  expect(((await read(form)).get('file') as File).type).toBe('application/octet-stream');
});
