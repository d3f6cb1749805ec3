import { redact } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { POSITIVES } from './positives.ts';

const redactor = createRedactor();

/** Examples of core's tests: core has no dependency and a separate small set. */
const OF_CORE: readonly string[] = [
  'Bearer abcdefghijklmnopqrstuvwxyz',
  '{"x-api-key":"abc-def-ghi"}',
  '"{\\"apiKey\\":\\"abc-def-ghi\\"}"',
  'aws_secret_access_key=wJalrXUtnFEMI',
  '"sessionToken": "FwoGZXIvYXdz"',
  'client_secret=abcdefgh&x=1',
  'GET /v1/models?key=abcdefgh&pageSize=5',
  'https://user:p@ss@host/x',
  'llama-swap://tok@10.0.0.1:8080',
  'ghs_abcdefghijklmnop1234',
  'xoxb-12345-abcdefgh',
  'SG.abcdefghijklmnopqr.abcdefghijklmnopqr',
  'npm_abcdefghijklmnop1234',
  'eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2Q',
  '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----.',
];

describe("core's small set and this table", () => {
  it.each(OF_CORE)('both mask %s', (text) => {
    expect(redact(text)).not.toBe(text);
    expect(redactor.text(text)).not.toBe(text);
  });

  it('every finding of core in the positives is also found here', () => {
    const missedTexts = POSITIVES.filter(
      ({ text }) => redact(text) !== text && redactor.find(text).length === 0,
    );
    expect(missedTexts).toEqual([]);
  });
});
