import { toBase64 } from '@majordomo/core/toolkit';

/** Base of the digits of an id. */
const BASE = 36;
/** Number of digits of an id that contain its time, at the start. */
const TIME_DIGITS = 9;
/** Number of random digits of an id, after the time. */
const RANDOM_DIGITS = 7;
/** Number of random bytes of a secret. */
const SECRET_BYTES = 20;
/** Id of a key: 16 digits in base 36. */
const KEY_ID = /^key_[\da-z]{16}$/;
/** Secret of a key: 16 digits of the id, and 27 characters of base64url for 20 bytes. */
const SECRET = /^mj_[\w-]{43}$/;

/** Returns a new id. Newer keys have smaller ids, so that the order of the ids is that of a list of keys. */
export function createKeyId(now: number): string {
  const time = (BASE ** TIME_DIGITS - 1 - Math.floor(now)).toString(BASE).padStart(TIME_DIGITS, '0');
  const random = Array.from(randomBytes(RANDOM_DIGITS), (byte) => (byte % BASE).toString(BASE)).join('');
  return `key_${time}${random}`;
}

/** Whether a value has the form of the ids that `createKeyId` returns. */
export const isKeyId = (value: unknown): value is string => typeof value === 'string' && KEY_ID.test(value);

/** Returns a new secret of a key: `mj_`, the digits of its id, and 160 random bits in base64url. */
export function createSecret(id: string): string {
  const random = toBase64(randomBytes(SECRET_BYTES));
  return `mj_${id.slice('key_'.length)}${random.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** Returns the id of the key to which a secret belongs. `secret` must be a result of `secretOf`. */
export const keyIdOf = (secret: string): string =>
  `key_${secret.slice('mj_'.length, 'mj_'.length + TIME_DIGITS + RANDOM_DIGITS)}`;

/** Returns the first secret of a virtual key in the headers of a request, or `undefined` if no header contains one. */
export function secretOf({ headers }: Request): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1];
  return [bearer ?? '', headers.get('x-api-key') ?? ''].find((value) => SECRET.test(value));
}

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
