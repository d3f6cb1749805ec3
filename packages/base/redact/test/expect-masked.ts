import { expect } from 'vitest';
import { createRedactor } from '../src/index.ts';

const redactor = createRedactor();

/** Expects that each part in `«»` is masked, and that the rest of the text is unchanged. */
export function expectMasked(marked: string): void {
  const text = marked.replaceAll(/[«»]/g, '');
  expect(redactor.text(text)).toBe(marked.replaceAll(/«[^»]*»/g, '[redacted]'));
}
