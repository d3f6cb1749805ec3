import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';

/** Returns DER: tag, length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Uint8Array.from(bytes));
const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const NAME = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from('majordomo test')))));
const VALID = sequence(der(0x18, Buffer.from('20200101000000Z')), der(0x18, Buffer.from('21200101000000Z')));
/** subjectAltName: the address 127.0.0.1. */
const ALT_NAME = sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(der(0x87, Uint8Array.of(127, 0, 0, 1)))));

/** Creates a key and a self-signed certificate for 127.0.0.1, in PEM. */
export function selfSigned(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, Uint8Array.of(1)),
    ECDSA_SHA256,
    NAME,
    VALID,
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(ALT_NAME)),
  );
  const signature = Buffer.concat([Uint8Array.of(0), sign('sha256', body, privateKey)]);
  const certificate = new X509Certificate(sequence(body, ECDSA_SHA256, der(0x03, signature)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: certificate.toString(),
  };
}
