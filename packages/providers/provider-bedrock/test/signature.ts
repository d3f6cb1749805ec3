import { createHash, createHmac } from 'node:crypto';
import type { Seen } from '@majordomo/test-support';

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Uint8Array, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest();

export interface Signed {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Returns the parts of an `Authorization: AWS4-HMAC-SHA256 …` header. */
export function signedOf({ headers }: Seen): Signed {
  const value = headers['authorization'] ?? '';
  const [, accessKeyId = '', , region = '', service = ''] =
    /Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request/.exec(value) ?? [];
  return {
    accessKeyId,
    region,
    service,
    signedHeaders: (/SignedHeaders=([^,]+)/.exec(value)?.[1] ?? '').split(';'),
    signature: /Signature=([0-9a-f]{64})/.exec(value)?.[1] ?? '',
  };
}

/** Returns the signature of this request by the documentation of Signature Version 4, computed without an SDK. */
export function signatureFor(request: Seen, secretAccessKey: string): string {
  const { region, service, signedHeaders } = signedOf(request);
  const time = headerOf(request, 'x-amz-date');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const [path = '', query = ''] = request.path.split('?');
  const headers = signedHeaders.map((name) => `${name}:${headerOf(request, name)}\n`).join('');
  const canonical = [
    request.method,
    // Every segment of the path is encoded once more than on the wire.
    path.split('/').map(encodeURIComponent).join('/'),
    query.split('&').sort().join('&'),
    headers,
    signedHeaders.join(';'),
    sha256(request.text),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Uint8Array>((signingKey, part) => hmac(signingKey, part), `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString('hex');
}

/** Returns a header. Over HTTP/2 the host is a pseudo header. */
const headerOf = ({ headers }: Seen, name: string): string =>
  String(headers[name] ?? (name === 'host' ? headers[':authority'] : undefined) ?? '')
    .trim()
    .replace(/\s+/g, ' ');
