import { Reader, type Frame } from './facts.ts';

/** PNG (W3C, third edition): IHDR comes first, IEND last; `acTL` before the pixels makes it an animation. */
export function readPng(bytes: Uint8Array): Frame | undefined {
  const reader = new Reader(bytes);
  if (reader.tag(12) !== 'IHDR') return undefined;
  let animated = false;
  let at = 8;
  while (at + 12 <= reader.length) {
    const type = reader.tag(at + 4);
    at += 12 + reader.u32(at);
    if (type === 'acTL') animated = true;
    if (type === 'IEND') break;
  }
  const complete = at <= reader.length && reader.tag(at - 8) === 'IEND';
  return { width: reader.u32(16), height: reader.u32(20), animated, complete };
}
