import { asBytes } from './conceal.ts';
import { bodyOf, type Recording } from './recording.ts';
import { spansOf } from './secrets.ts';

/**
 * The text of a recording, for its file. Throws while one of the secrets, in plain, percent-encoded or in base64, or
 * anything of a key's shape stands in it: the message says where, never what.
 */
export function sealRecording(recording: Recording, secrets: readonly string[] = []): string {
  const place = found(recording, secrets, '') ?? inBody(recording, secrets);
  const text = `${JSON.stringify(recording, undefined, 1)}\n`;
  // Names and values that are harmless apart may be a credential together.
  const where = place ?? (spansOf(text, secrets).length > 0 ? 'a member and its name' : undefined);
  if (where !== undefined) throw new Error(`the recording is not written: ${where} would show a secret`);
  return text;
}

function found(value: unknown, secrets: readonly string[], path: string): string | undefined {
  if (typeof value === 'string') return spansOf(value, secrets).length > 0 ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (spansOf(name, secrets).length > 0) return `the name of a member of ${path}`;
    const inside = found(member, secrets, path === '' ? name : `${path}.${name}`);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** A secret can be split over two chunks, or be part of base64. */
function inBody({ request, response }: Recording, secrets: readonly string[]): string | undefined {
  const planted = secrets.map(asBytes);
  const shows = (bytes: Uint8Array): boolean =>
    spansOf(Buffer.from(bytes).toString('latin1'), planted).length > 0;
  if (
    request.body !== null &&
    'base64' in request.body &&
    shows(Buffer.from(request.body.base64, 'base64'))
  ) {
    return 'request.body';
  }
  return response !== null && shows(bodyOf(response)) ? 'the body of the response' : undefined;
}
