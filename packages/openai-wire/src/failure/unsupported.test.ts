import {
  file,
  image,
  LlmError,
  toolResult,
  user,
  type Capabilities,
  type ModelRequest,
} from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { rejectVideo, rejectUnsupported, rejectVendorTools } from './unsupported.ts';

const BYTES = new Uint8Array([1]);
const tools = [{ name: 'f', description: '', parameters: {} }];
const images = { mediaTypes: ['image/png'], maxBytes: 9 };

function kindOf(over: Partial<ModelRequest>, capabilities: Capabilities): string {
  const request = { messages: [user('hi')], tools: [], output: undefined, extra: {}, ...over };
  try {
    rejectUnsupported(request, capabilities, 'p/m');
    return 'sent';
  } catch (error) {
    return LlmError.is(error) ? error.kind : String(error);
  }
}

it('a film has no form on these wires, and a document has', () => {
  expect(() => rejectVideo(file(BYTES, 'video/mp4'))).toThrow(
    /^this wire takes no files of type video\/mp4$/,
  );
  expect(() => rejectVideo(file(BYTES, 'application/pdf'))).not.toThrow();
});

describe('a request', () => {
  it.each<[string, Partial<ModelRequest>, Capabilities]>([
    ['tools', { tools }, { tools: false }],
    ['a schema', { output: { name: 'a', schema: {} } }, { output: false }],
    ['an image', { messages: [user(image(BYTES))] }, { images: false }],
    ['an image of another type', { messages: [user(image(BYTES, 'image/tiff'))] }, { images }],
    [
      'an image in a result',
      { messages: [toolResult({ callId: 'c', name: 'f', content: [image(BYTES)] })] },
      { images: false },
    ],
    ['a file', { messages: [user(file(BYTES, 'application/pdf'))] }, { files: false }],
    ['a file of another type', { messages: [user(file(BYTES, 'text/csv'))] }, { files: ['application/pdf'] }],
  ])(
    'with %s that the model does not take is unsupported, and sent where nothing is known',
    (_what, over, capabilities) => {
      expect(kindOf(over, capabilities)).toBe('unsupported');
      expect(kindOf(over, {})).toBe('sent');
    },
  );

  it('with what the model takes is sent', () => {
    const messages = [user(image(BYTES), file(BYTES, 'application/pdf'))];
    expect(kindOf({ messages, tools }, { images, files: ['application/pdf'], tools: true })).toBe('sent');
  });

  it.each([0, -1, 1.5, NaN])('with a limit of %d tokens is invalid', (maxTokens) => {
    expect(kindOf({ maxTokens }, {})).toBe('invalid-request');
  });
});

describe('a tool that runs at the vendor', () => {
  const vendorTools = ['browser_search', 'code_interpreter'];
  const outcome = (extra: ModelRequest['extra'], own: readonly string[] | 'any' = vendorTools): string => {
    try {
      rejectVendorTools(extra, { vendorTools: own }, 'p/m');
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
    ['what is no list', { tools: 'x', compound_custom: { tools: null } }],
  ])('is sent: %s', (_what, extra) => {
    expect(outcome(extra)).toBe('sent');
  });

  it.each<[ModelRequest['extra'], string]>([
    [{ tools: [{ type: 'function' }, { type: 'web_search' }] }, 'web_search'],
    [{ compound_custom: { tools: { enabled_tools: ['wolfram_alpha'] } } }, 'wolfram_alpha'],
  ])('is refused where the model has it not: %j', (extra, name) => {
    const known = 'browser_search, code_interpreter';
    expect(outcome(extra)).toBe(`p/m has no vendor tool "${name}"; available: ${known}`);
    expect(outcome(extra, [])).toContain('available: none');
    expect(outcome(extra, 'any')).toBe('sent');
  });
});
