import { file, LlmError, type ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { rejectVideo, rejectVendorTools } from './unsupported.ts';

it('rejects a video and accepts a document', () => {
  expect(() => rejectVideo(file(new Uint8Array([1]), 'video/mp4'))).toThrow(
    /^this API does not accept "video\/mp4"; use a model for video input$/,
  );
  expect(() => rejectVideo(file(new Uint8Array([1]), 'application/pdf'))).not.toThrow();
});

describe('a tool that runs at the vendor', () => {
  const vendorTools = ['browser_search', 'code_interpreter'];
  const outcome = (
    extra: ModelRequest['extra'],
    available: readonly string[] | 'any' = vendorTools,
  ): string => {
    try {
      rejectVendorTools(extra, { vendorTools: available }, 'p/m');
      return 'sent';
    } catch (error) {
      return LlmError.is(error, 'unsupported') ? error.message : String(error);
    }
  };

  it.each<[string, ModelRequest['extra']]>([
    ['none', {}],
    ['known tools', { tools: [{ type: 'browser_search' }, { type: 'code_interpreter' }] }],
    ['functions', { tools: [{ type: 'function' }, { type: 'custom' }, { function: {} }] }],
    ['known tools of a compound', { compound_custom: { tools: { enabled_tools: ['browser_search'] } } }],
    ['values that are not arrays', { tools: 'x', compound_custom: { tools: null } }],
  ])('is sent: %s', (_what, extra) => {
    expect(outcome(extra)).toBe('sent');
  });

  it.each<[ModelRequest['extra'], string]>([
    [{ tools: [{ type: 'function' }, { type: 'web_search' }] }, 'web_search'],
    [{ compound_custom: { tools: { enabled_tools: ['wolfram_alpha'] } } }, 'wolfram_alpha'],
  ])('is rejected if the model lacks it: %j', (extra, name) => {
    const names = 'browser_search, code_interpreter';
    expect(outcome(extra)).toBe(
      `p/m: the vendor tool "${name}" is not available (available: ${names}); remove it or use another model`,
    );
    expect(outcome(extra, [])).toContain('available: none');
    expect(outcome(extra, 'any')).toBe('sent');
  });
});
