import type { StoredFile } from '@majordomo/files';
import { invalid, oneOf } from '../parsing/fields.ts';
import { FormReader, type FormPart } from '../parsing/form-reader.ts';
import type { CallerFiles } from './caller-files.ts';
import { FileContent, storeContent } from './content.ts';
import type { Reservation } from './file-index.ts';

/** Maximum size of a form without the content of its file, in bytes. Also the first reservation for a form of unknown size. */
const FORM_BYTES = 65_536;
/** Minimum time for which a client may store a file, in seconds, as in OpenAI's API, unless the maximum of the gateway is shorter. */
const MIN_SECONDS = 3600;
/** Purposes of files that a model reads. */
const purposeOf = oneOf('user_data', 'vision', 'assistants');

/** Values of the fields that are not the file. */
interface FileFields {
  purpose?: string;
  keepMs?: number;
}

/** Stores the file of a form. Stores nothing if the form is incomplete or invalid. `purpose`: purpose in a wire without purposes. */
export async function upload(
  request: Request,
  files: CallerFiles,
  purpose: string | undefined,
): Promise<StoredFile> {
  const { maxBytes, keepMs } = files.settings;
  const form = new FormReader(request, maxBytes + FORM_BYTES);
  let reservation: Reservation | undefined;
  try {
    const formBytes = Number(request.headers.get('content-length')) || FORM_BYTES;
    // Reserves up to the first size, and refuses the file if the limits do not permit the second one.
    // The file is at least as large as the form without its other parts.
    const place = await files.reserve(Math.min(formBytes, maxBytes), Math.max(1, formBytes - FORM_BYTES));
    reservation = place;
    const fields: FileFields = purpose === undefined ? {} : { purpose };
    const part = (await untilFile(form, fields, keepMs)) ?? invalid('file', 'is required');
    const content = new FileContent(() => form.chunk(), maxBytes, place);
    return await storeContent(content, files, place, async () => {
      // The store has read the content of the file, so the fields after it follow.
      if ((await untilFile(form, fields, keepMs)) !== undefined) invalid('file', 'must be set only once');
      const { purpose: sent = invalid('purpose', 'is required') } = fields;
      return { fileName: part.fileName, mediaType: part.mediaType, purpose: sent, keepMs: fields.keepMs };
    });
  } catch (error) {
    form.stop();
    await reservation?.release();
    throw error;
  }
}

/** Reads fields until the file. Returns its head, or `undefined` at the end of the form. */
async function untilFile(
  form: FormReader,
  fields: FileFields,
  keepMs: number,
): Promise<FormPart | undefined> {
  for (let part = await form.next(); part !== undefined; part = await form.next()) {
    const { name, fileName } = part;
    if (name === 'file' && fileName !== undefined) return part;
    const value = await form.text(name);
    switch (name) {
      case 'purpose':
        fields.purpose = purposeOf(value, name);
        break;
      case 'expires_after[anchor]':
        oneOf('created_at')(value, name);
        break;
      case 'expires_after[seconds]':
      case 'expires_in_seconds':
        fields.keepMs = 1000 * secondsOf(value, name, Math.floor(keepMs / 1000));
        break;
      case 'file':
        return invalid(name, 'must be a file, not a string');
      default:
        return invalid(name, 'is not supported');
    }
  }
  return undefined;
}

function secondsOf(text: string, path: string, most: number): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= Math.min(MIN_SECONDS, most) && seconds <= most) return seconds;
  return invalid(path, `must be an integer from ${Math.min(MIN_SECONDS, most)} to ${most}`);
}
