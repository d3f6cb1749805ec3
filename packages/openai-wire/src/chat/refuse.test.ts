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
import { refuseUnsupported } from './refuse.ts';

const BYTES = new Uint8Array([1]);
const tools = [{ name: 'f', description: '', parameters: {} }];
const images = { mediaTypes: ['image/png'], maxBytes: 9 };

function kindOf(over: Partial<ModelRequest>, capabilities: Capabilities): string {
  const request = { messages: [user('hi')], tools: [], output: undefined, extra: {}, ...over };
  try {
    refuseUnsupported(request, capabilities, 'p/m');
    return 'sent';
  } catch (error) {
    return LlmError.is(error) ? error.kind : String(error);
  }
}

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
