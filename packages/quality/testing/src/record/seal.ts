import { asBytes, spansOf } from './conceal.ts';
import { bodyOf, type Recording } from './recording.ts';

/**
 * Returns the content of a recording's file. Throws if the content contains a string with the format of a key, or one of the
 * secrets in plain, percent-encoded or base64 form. The error message contains the path of the secret, but not the secret.
 */
export function sealRecording(recording: Recording, secrets: readonly string[] = []): string {
  const place = pathOfSecret(recording, secrets, '') ?? inBody(recording, secrets);
  const text = `${JSON.stringify(recording, undefined, 1)}\n`;
  // A member's name and value together can have the format of a credential.
  const where = place ?? (spansOf(text, secrets).length > 0 ? 'a member and its name' : undefined);
  if (where !== undefined)
    throw new Error(
      `record: the recording was not written, because ${where} would contain a secret; add the secret to secrets, or remove it`,
    );
  return text;
}

function pathOfSecret(value: unknown, secrets: readonly string[], path: string): string | undefined {
  if (typeof value === 'string') return spansOf(value, secrets).length > 0 ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (spansOf(name, secrets).length > 0) return `the name of a member of ${path}`;
    const inside = pathOfSecret(member, secrets, path === '' ? name : `${path}.${name}`);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** Returns the place of a secret that is split over chunks or encoded in base64; `undefined` if none is found. */
function inBody({ request, response }: Recording, secrets: readonly string[]): string | undefined {
  const byteSecrets = secrets.map(asBytes);
  const shows = (bytes: Uint8Array): boolean =>
    spansOf(Buffer.from(bytes).toString('latin1'), byteSecrets).length > 0;
  if (
    request.body !== null &&
    'base64' in request.body &&
    shows(Buffer.from(request.body.base64, 'base64'))
  ) {
    return 'request.body';
  }
  return response !== null && shows(bodyOf(response)) ? 'the body of the response' : undefined;
}
