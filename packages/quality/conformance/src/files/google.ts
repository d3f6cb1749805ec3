import { asText } from '@majordomo/core/toolkit';
import { createHash, type Hash } from 'node:crypto';
import { geminiGenerate } from '../wires/gemini-generate/wire.ts';
import type { StorageFile } from './storage.ts';
import { answerOf, idOf, memberOf, valuesOf, type FileReply, type VendorFiles } from './vendor.ts';

const LIFETIME_MS = 172_800_000;

/**
 * Files of the Gemini API: the resumable protocol, the state PROCESSING, and a lifetime of 48 hours. Source: @google/genai 3.3 and
 * ai.google.dev (2026-11). `looks` is the number of looks after which a file is ACTIVE.
 */
export function googleFiles(looks: number): VendorFiles {
  /** Names and media types of uploads that have started. */
  const started: {
    readonly name: string;
    readonly mediaType: string;
    readonly size: number;
    readonly hash: Hash;
    received: number;
  }[] = [];
  return (request, storage) => {
    const { step, account, headers, body, origin, query, content } = request;
    const command = headers['x-goog-upload-command'] ?? '';
    if (step === 'upload' && command === 'start') {
      const file = memberOf(body, 'file');
      const mediaType = asText(file['mimeType'] ?? file['mime_type']) ?? '';
      const size = Number(headers['x-goog-upload-header-content-length']);
      const name = asText(file['displayName']) ?? '';
      started.push({ name, mediaType, size, hash: createHash('sha256'), received: 0 });
      const url = `${origin}/upload/v1beta/files?upload_id=${started.length - 1}`;
      return {
        status: 200,
        json: {},
        headers: { 'x-goog-upload-url': url, 'x-goog-upload-status': 'active' },
      };
    }
    if (step === 'upload') {
      const upload = started[Number(query.get('upload_id') ?? -1)];
      if (upload === undefined || Number(headers['x-goog-upload-offset']) !== upload.received)
        return fail(400, 'invalid upload');
      upload.received += content.length;
      upload.hash.update(content);
      if (!command.includes('finalize'))
        return { status: 200, json: {}, headers: { 'x-goog-upload-status': 'active' } };
      const { name, mediaType, size, hash, received } = upload;
      if (received !== size) return fail(400, 'the upload has another size');
      const file = { name, mediaType, size, sha256: hash.digest('hex'), lifetimeMs: LIFETIME_MS };
      const stored = storage.add('google', account, file, looks);
      const json = { file: objectOf(stored, origin) };
      return { status: 200, json, headers: { 'x-goog-upload-status': 'final' } };
    }
    const name = `files/${idOf(request)}`;
    if (step !== 'chat') {
      const file = storage.find('google', account, name);
      if (file === undefined || storage.isExpired(file)) return missing(name);
      if (step === 'remove') {
        file.remove();
        return { status: 200, json: {} };
      }
      // The response to the last of these looks reports that the file is ACTIVE.
      file.looks--;
      return { status: 200, json: objectOf(file, origin) };
    }
    for (const uri of valuesOf(body, 'fileUri')) {
      const id = uri.slice(uri.indexOf('files/'));
      const file = storage.find('google', account, id);
      if (file === undefined || storage.isExpired(file)) return missing(id);
      if (file.looks > 0)
        return fail(400, `The File ${id} is not in an ACTIVE state and usage is not allowed.`);
    }
    return answerOf(geminiGenerate, request, (message) => fail(400, message));
  };
}

const missing = (name: string): FileReply =>
  fail(
    403,
    `You do not have permission to access the File ${name.replace('files/', '')} or it may not exist.`,
    'PERMISSION_DENIED',
  );

const fail = (code: number, message: string, status = 'INVALID_ARGUMENT'): FileReply => ({
  status: code,
  json: { error: { code, message, status } },
});

const objectOf = (file: StorageFile, origin: string): object => ({
  name: file.id,
  displayName: file.name,
  mimeType: file.mediaType,
  sizeBytes: String(file.size),
  createTime: new Date(file.createdAt).toISOString(),
  expirationTime: new Date(file.expiresAt).toISOString(),
  sha256Hash: Buffer.from(file.sha256, 'hex').toString('base64'),
  uri: `${origin}/v1beta/${file.id}`,
  state: file.looks > 0 ? 'PROCESSING' : 'ACTIVE',
  source: 'UPLOADED',
});
