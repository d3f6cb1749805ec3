import { toBase64 } from '@majordomo/core/toolkit';

const SECRET = /^mj_[\w-]{43}$/;
/** Number of random bytes of a secret. */
const SECRET_BYTES = 20;
/** Base of the digits of an id, and their number: first the time, then random ones. */
const BASE = 36;
const TIME_DIGITS = 9;
const RANDOM_DIGITS = 7;

/** Returns a new id. Newer keys have smaller ids, so that the order of the ids is that of a list of keys. */
export function createKeyId(now: number): string {
  const time = (BASE ** TIME_DIGITS - 1 - Math.floor(now)).toString(BASE).padStart(TIME_DIGITS, '0');
  const random = Array.from(randomBytes(RANDOM_DIGITS), (byte) => (byte % BASE).toString(BASE)).join('');
  return `key_${time}${random}`;
}

/** Returns a new secret of a key: `mj_`, the digits of its id, and 160 random bits in base64url. */
export function createSecret(id: string): string {
  const random = toBase64(randomBytes(SECRET_BYTES));
  return `mj_${id.slice('key_'.length)}${random.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** Returns the id of the key to which a secret belongs, if the secret is valid. */
export const keyIdOf = (secret: string): string =>
  `key_${secret.slice('mj_'.length, 'mj_'.length + TIME_DIGITS + RANDOM_DIGITS)}`;

/** Returns the secret in the headers of a request, or `undefined` if no header contains a secret of a virtual key. */
export function secretOf({ headers }: Request): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1];
  const secret = bearer ?? headers.get('x-api-key') ?? '';
  return SECRET.test(secret) ? secret : undefined;
}

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
