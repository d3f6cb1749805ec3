import { anthropicMessages } from '../wires/anthropic-messages/wire.ts';
import type { StorageFile } from './storage.ts';
import { answerOf, fileOf, idOf, integerOf, valuesOf, type FileReply, type VendorFiles } from './vendor.ts';

/** Lifetime of a file without `expires_in_seconds`, which in effect does not expire: ten years. */
const UNLIMITED_MS = 3650 * 86_400_000;

/** Files of Anthropic. Source: types and changelog of @anthropic-ai/sdk 1.13 (2026-11). */
export const anthropicFiles: VendorFiles = (request, storage) => {
  const { step, account, body, headers, form } = request;
  if (headers['anthropic-beta']?.includes('files-api') === true)
    return fail(400, 'invalid_request_error', 'the beta header selects old forms of responses');
  if (step === 'upload') {
    const file = fileOf(request);
    const seconds = integerOf(request, 'expires_in_seconds', 3600, 7_776_000);
    if (file === undefined) return fail(400, 'invalid_request_error', 'file: Field required');
    if (form['expires_in_seconds'] !== undefined && seconds === undefined)
      return fail(400, 'invalid_request_error', 'expires_in_seconds: out of range');
    if (file.size > 500_000_000) return fail(413, 'request_too_large', 'the file is too large');
    const lifetimeMs = seconds === undefined ? UNLIMITED_MS : seconds * 1000;
    return { status: 200, json: objectOf(storage.add('anthropic', account, { ...file, lifetimeMs })) };
  }
  if (step !== 'chat') {
    const file = storage.find('anthropic', account, idOf(request));
    if (file === undefined) return fail(404, 'not_found_error', `File not found: ${idOf(request)}`);
    if (step === 'look') return { status: 200, json: objectOf(file) };
    file.remove();
    return { status: 200, json: { id: file.id, type: 'file_deleted' } };
  }
  for (const id of valuesOf(body, 'file_id')) {
    const file = storage.find('anthropic', account, id);
    if (file === undefined) return fail(404, 'not_found_error', `File not found: ${id}`);
    if (storage.isExpired(file)) return fail(404, 'file_expired', `File has expired: ${id}`);
  }
  return answerOf(anthropicMessages, request, (message) => fail(400, 'invalid_request_error', message));
};

const fail = (status: number, type: string, message: string): FileReply => ({
  status,
  json: { type: 'error', error: { type, message }, request_id: 'req_test' },
});

const objectOf = ({ id, name, mediaType, size, createdAt, expiresAt }: StorageFile): object => ({
  id,
  type: 'file',
  filename: name,
  mime_type: mediaType,
  size_bytes: size,
  created_at: new Date(createdAt).toISOString(),
  expires_at: new Date(expiresAt).toISOString(),
  downloadable: false,
});
