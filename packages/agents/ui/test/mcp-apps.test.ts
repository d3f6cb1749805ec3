import { describe, expect, it } from 'vitest';
import { fromUiMessages, uiMessageResponse, type UiApps, type UiOptions } from '../src/index.ts';
import { agentOf, chunksOf, tool } from './support/world.ts';

const app = { resourceUri: 'ui://flights/plan', mimeType: 'text/html;profile=mcp-app', server: 'flights' };
const output = { content: [{ type: 'text', text: '1A' }], structuredContent: { seat: '1A' } };
const apps: UiApps = {
  part: (name, _callId, content) =>
    name === 'plan' ? { app, output: content === undefined ? undefined : output } : undefined,
};

/** Returns the chunks of a run with a tool that has an app, and one that has none. */
async function chunks(options: UiOptions) {
  const agent = agentOf(
    [tool('plan', () => '1A'), tool('other', () => 'done')],
    [
      {
        toolCalls: [
          { id: 'c1', name: 'plan', args: {} },
          { id: 'c2', name: 'other', args: {} },
        ],
      },
      'Done.',
    ],
  );
  return chunksOf(uiMessageResponse(agent.stream('Which seats are free?'), options));
}

describe('apps of MCP tools', () => {
  it('are sent with the call, and the result of the server is its output', async () => {
    const sent = await chunks({ apps });
    const ofCall = (id: string) => sent.filter(({ toolCallId }) => toolCallId === id);
    expect(ofCall('c1')).toMatchObject([
      { type: 'tool-input-start', toolMetadata: { app } },
      { type: 'tool-input-delta' },
      { type: 'tool-input-available', toolMetadata: { app } },
      { type: 'tool-output-available', output },
    ]);
    expect(ofCall('c2').some((chunk) => 'toolMetadata' in chunk)).toBe(false);
    expect(ofCall('c2').at(-1)).toMatchObject({ output: 'done' });
  });

  it.each([5, 6] as const)('are not sent to version %i of the AI SDK', async (aiSdk) => {
    const sent = await chunks({ apps, aiSdk });
    expect(JSON.stringify(sent)).not.toContain('ui://');
    expect(sent).toContainEqual({ type: 'tool-output-available', toolCallId: 'c1', output: '1A' });
  });

  it.each([
    [output, [{ type: 'text', text: '1A' }]],
    [{ content: [], structuredContent: { seat: '1A' } }, [{ type: 'text', text: '{"seat":"1A"}' }]],
    [
      { content: [{ type: 'image', mimeType: 'image/png', data: 'AQI=' }] },
      [{ type: 'image', mediaType: 'image/png', bytes: Uint8Array.of(1, 2) }],
    ],
    [
      { content: [{ type: 'audio', mimeType: 'audio/wav', data: 'AQI=' }, null, { type: 'image' }] },
      [
        { type: 'text', text: '[audio/wav]' },
        { type: 'text', text: '[undefined]' },
        { type: 'text', text: '[image]' },
      ],
    ],
  ])('reach the model as text and images when a page returns them: %j', async (returned, content) => {
    const part = {
      type: 'tool-plan',
      toolCallId: 'c1',
      state: 'output-available',
      input: {},
      output: returned,
      toolMetadata: { app },
    };
    const input = await fromUiMessages([
      { id: 'm0', role: 'user', parts: [{ type: 'text', text: 'hi' }] },
      { id: 'm1', role: 'assistant', parts: [{ type: 'step-start' }, part] },
      { id: 'm2', role: 'user', parts: [{ type: 'text', text: 'And now?' }] },
    ]);
    expect(input.messages[2]?.parts).toMatchObject([{ type: 'tool-result', callId: 'c1', content }]);
  });
});
