import { describe, expect, it } from 'vitest';
import { newestOf } from '../src/newest.ts';
import { type CaseResult, differencesOf, problemsOf } from '../src/suite.ts';

const passed = (id: string): CaseResult => ({ id, result: 'passed', messages: [] });
const failed = (id: string): CaseResult => ({ id, result: 'failed', messages: [`${id}: expected 1, got 2`] });

describe('the differences of a suite', () => {
  it('are empty if exactly the expected failures fail', () => {
    const differences = differencesOf([passed('a'), failed('b')], { b: 'reason' });
    expect(differences).toEqual({ failures: [], obsolete: [], unknown: [] });
    expect(problemsOf('mcp-client', differences)).toEqual([]);
  });

  it('contain an unexpected failure with the messages of the suite', () => {
    const differences = differencesOf([passed('a'), failed('b')], {});
    expect(problemsOf('mcp-client', differences)).toEqual(['b failed: b: expected 1, got 2']);
  });

  it('contain an expected failure that passes', () => {
    const differences = differencesOf([passed('a'), passed('b')], { b: 'reason' });
    expect(problemsOf('mcp-client', differences)).toEqual([
      'b passed; remove it from tooling/standards/expected/mcp-client.json',
    ]);
  });

  it('contain an expected failure that the suite does not have', () => {
    const differences = differencesOf([passed('a')], { removed: 'reason' });
    expect(problemsOf('mcp-client', differences)).toEqual([
      'removed is not a case of the suite; remove it from tooling/standards/expected/mcp-client.json',
    ]);
  });
});

describe('the newest versions', () => {
  it('keep the major version of an alias, and the prereleases of a prerelease', () => {
    const versions = { 'openai-6': 'npm:openai@6.49.0', '@google/genai': '3.3.0', suite: '0.2.0-alpha.12' };
    expect(newestOf(versions)).toEqual([
      'openai-6@npm:openai@^6.49.0',
      '@google/genai@>=3.3.0',
      'suite@>=0.2.0-alpha.12',
    ]);
  });
});
