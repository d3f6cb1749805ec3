import { unreadableError } from '@majordomo/core/toolkit';

/** Hashes by the identity of the content, which must not change. */
const hashes = new WeakMap<object, Promise<string>>();

/** Returns the SHA-256 of content as hexadecimal digits. A blob is read in chunks, if the runtime can hash chunks. */
export function hashOfContent(content: Uint8Array | Blob): Promise<string> {
  const known = hashes.get(content);
  if (known !== undefined) return known;
  const hash = content instanceof Uint8Array ? digest(new Uint8Array(content)) : hashOfBlob(content);
  hashes.set(content, hash);
  hash.catch(() => hashes.delete(content));
  return hash;
}

/** Returns the SHA-256 of a text as hexadecimal digits. */
export const hashOfText = (text: string): Promise<string> => digest(new TextEncoder().encode(text));

async function hashOfBlob(blob: Blob): Promise<string> {
  try {
    const hash = createHash();
    if (hash === undefined) return await digest(new Uint8Array(await blob.arrayBuffer()));
    const reader: ReadableStreamDefaultReader<Uint8Array> = blob.stream().getReader();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) hash.update(chunk.value);
    return hash.digest('hex');
  } catch (cause) {
    throw unreadableError('blob', cause);
  }
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

interface Hash {
  update(data: Uint8Array): unknown;
  digest(encoding: 'hex'): string;
}

interface Process {
  getBuiltinModule?(name: 'node:crypto'): { createHash(name: 'sha256'): Hash } | undefined;
}

/** Returns a hash of Node, Bun or Deno that reads chunks; `undefined` elsewhere, where an import would break bundles. */
function createHash(): Hash | undefined {
  const { process } = globalThis as { readonly process?: Process };
  return process?.getBuiltinModule?.('node:crypto')?.createHash('sha256');
}
