import { bytesOfBlob, eachChunk, newSha256, sha256 } from '@majordomo/core/toolkit';

/** Hashes by the identity of the content, which must not change. */
const hashes = new WeakMap<object, Promise<string>>();

/** Returns the SHA-256 of content as hexadecimal digits. A blob is read in chunks, if the runtime can hash chunks. */
export function hashOfContent(content: Uint8Array | Blob): Promise<string> {
  const known = hashes.get(content);
  if (known !== undefined) return known;
  const hash = content instanceof Uint8Array ? sha256(new Uint8Array(content)) : hashOfBlob(content);
  hashes.set(content, hash);
  hash.catch(() => hashes.delete(content));
  return hash;
}

/** Returns the SHA-256 of a text as hexadecimal digits. */
export const hashOfText = (text: string): Promise<string> => sha256(new TextEncoder().encode(text));

async function hashOfBlob(blob: Blob): Promise<string> {
  const hash = newSha256();
  if (hash === undefined) return sha256(await bytesOfBlob(blob, 'blob'));
  await eachChunk(blob, 'blob', (chunk) => {
    hash.update(chunk);
  });
  return hash.digest('hex');
}
