import { LlmError } from '@majordomo/core';
import { mutated, seeded } from '@majordomo/test-support';
import { expect, test } from 'vitest';
import { createMediaFitter } from '../src/index.ts';
import { animation, bytesOf, limits, notAborted, part, photo } from './pictures.ts';

const FILES = 2_000;
const MAX_GROWTH = 256e6;

async function sampleImages(): Promise<readonly Uint8Array[]> {
  const small = (): ReturnType<typeof photo> => photo(32, 24);
  return Promise.all([
    bytesOf(small().jpeg()),
    bytesOf(small().withMetadata({ orientation: 8 }).jpeg({ progressive: true })),
    bytesOf(small().png()),
    bytesOf(photo(24, 18, 4).png({ progressive: true })),
    bytesOf(small().webp()),
    bytesOf(small().webp({ lossless: true })),
    bytesOf(small().gif()),
    bytesOf(small().tiff({ compression: 'lzw' })),
    bytesOf(small().avif({ effort: 0 })),
    animation('gif'),
    animation('webp'),
    Promise.resolve(new TextEncoder().encode('<?xml version="1.0"?><svg width="9" height="9"><g/></svg>')),
  ]);
}

test(
  `fits or rejects each of ${FILES} damaged files within a memory limit`,
  { timeout: 120_000 },
  async () => {
    const random = seeded(20261120);
    const originals = await sampleImages();
    const fitter = createMediaFitter({ timeoutMs: 1_000 });
    const outcomes = { fitted: 0, unsupported: 0, 'invalid-request': 0 };
    const before = process.memoryUsage.rss();
    let highest = before;
    for (let file = 0; file < FILES; file++) {
      const bytes = mutated(originals[file % originals.length] ?? new Uint8Array(), file + 1);
      // One of four files is only inspected, one needs a search for a quality, and two are decoded and encoded once.
      const imageLimits = limits(
        [{}, { maxEdge: 20, maxBytes: 400 + random(400) }][random(4)] ?? { maxEdge: 20 },
      );
      try {
        const fitted = await fitter.fit(part(bytes), imageLimits, notAborted);
        expect(fitted.bytes.length).toBeLessThanOrEqual(imageLimits.maxBytes);
        expect(imageLimits.mediaTypes).toContain(fitted.mediaType);
        outcomes.fitted += 1;
      } catch (error) {
        if (!LlmError.is(error, 'unsupported', 'invalid-request')) throw error;
        outcomes[error.kind as 'unsupported' | 'invalid-request'] += 1;
      }
      highest = Math.max(highest, process.memoryUsage.rss());
    }
    expect(highest - before).toBeLessThan(MAX_GROWTH);
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(FILES / 50);
  },
);
