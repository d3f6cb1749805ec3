import { toBase64 } from '@majordomo/core/toolkit';

const SECRET_BYTES = 32;
const ID_BYTES = 12;
const SECRET = /^mj_[\w-]{43}$/;

/** Returns a new secret: `mj_` and 256 random bits in base64url. */
export const createSecret = (): string =>
  `mj_${base64Url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))}`;

export const createKeyId = (): string =>
  `key_${Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;

/** Returns the secret in the headers of a request, or `undefined` if no header contains a secret of a virtual key. */
export function secretOf({ headers }: Request): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1];
  const secret = bearer ?? headers.get('x-api-key') ?? '';
  return SECRET.test(secret) ? secret : undefined;
}

const base64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
