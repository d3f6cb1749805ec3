import { openaiChat } from '../wires/openai-chat/wire.ts';
import { openaiResponses } from '../wires/openai-responses/wire.ts';
import type { StorageFile } from './storage.ts';
import { answerOf, fileOf, idOf, integerOf, valuesOf, type FileReply, type VendorFiles } from './vendor.ts';

const MAX_BYTES = 536_870_912;

/** Files of OpenAI. Source: types of openai 7.57, developers.openai.com (2026-11). The form of a missing file is not verified. */
export const openaiFiles: VendorFiles = (request, storage) => {
  const { step, account, body, path } = request;
  if (step === 'upload') {
    const file = fileOf(request);
    const seconds = integerOf(request, 'expires_after[seconds]', 3600, 2_592_000);
    if (request.form['purpose'] !== 'user_data') return fail(400, "Invalid value for 'purpose'.");
    if (request.form['expires_after[anchor]'] !== 'created_at' || seconds === undefined)
      return fail(400, "Invalid value for 'expires_after'.");
    if (file === undefined) return fail(400, "Missing required parameter: 'file'.");
    if (!/\.[a-z0-9]+$/i.test(file.name)) return fail(400, 'Unsupported file extension.');
    if (file.size > MAX_BYTES) return fail(413, 'The file is too large.');
    const stored = storage.add('openai', account, { ...file, lifetimeMs: seconds * 1000 });
    return { status: 200, json: objectOf(stored) };
  }
  if (step !== 'chat') {
    const file = storage.find('openai', account, idOf(request));
    if (file === undefined) return fail(404, `No such File object: ${idOf(request)}`);
    if (step === 'look') return { status: 200, json: objectOf(file) };
    file.remove();
    return { status: 200, json: { id: file.id, object: 'file', deleted: true } };
  }
  const isChat = path.endsWith('/chat/completions');
  for (const id of valuesOf(body, 'file_id')) {
    const file = storage.find('openai', account, id);
    if (file === undefined || storage.isExpired(file)) return fail(404, `File with id '${id}' not found.`);
    if (isChat && file.mediaType.startsWith('image/')) return fail(400, `'${id}' is not a document.`);
  }
  return answerOf(isChat ? openaiChat : openaiResponses, request, (message) => fail(400, message));
};

const fail = (status: number, message: string): FileReply => ({
  status,
  json: { error: { message, type: 'invalid_request_error', param: null, code: null } },
});

const objectOf = ({ id, name, size, createdAt, expiresAt }: StorageFile): object => ({
  id,
  object: 'file',
  bytes: size,
  created_at: Math.floor(createdAt / 1000),
  expires_at: Math.floor(expiresAt / 1000),
  filename: name,
  purpose: 'user_data',
  status: 'processed',
});
