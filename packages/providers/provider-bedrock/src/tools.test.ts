import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { assistant, image, toolResult, user } from '@majordomo/core';
import type { AssistantPart, JsonObject, ModelRequest } from '@majordomo/core';
import { modelFacts } from './models.ts';
import { CONVERSE_QUIRKS, type Quirks } from './quirks.ts';
import { toWire } from './request.ts';

const CLAUDE = modelFacts('us.anthropic.claude-sonnet-4-20250514-v1:0').quirks;
const wire = (
  fields: Partial<ModelRequest>,
  quirks: Quirks = CLAUDE,
  family = 'claude',
): ReturnType<typeof toWire> => toWire(requestOf(fields), 'm', quirks, family);
const WEATHER = { name: 'weather', description: 'Says it.', parameters: { type: 'object', properties: {} } };
const call = (id: string, more: Partial<AssistantPart> = {}): AssistantPart =>
  ({ type: 'tool-call', id, name: 'weather', args: { city: id }, ...more }) as AssistantPart;

describe('tools', () => {
  const history = [
    user('a'),
    assistant([call('x')]),
    toolResult({ callId: 'x', name: 'weather', content: 'y' }),
  ];

  it('declares the tools of a history by name, with a warning', () => {
    const { params, warnings } = wire({ messages: history });
    expect(params.toolConfig).toEqual({
      tools: [{ toolSpec: { name: 'weather', inputSchema: { json: { type: 'object' } } } }],
    });
    expect(warnings).toEqual([expect.objectContaining({ action: 'emulated', what: 'tools' })]);
  });

  it.each([
    ['"none" without calls in the history', [user('a')], 'none', 'one', undefined, []],
    [
      '"none" with calls in the history',
      history,
      'none',
      'one',
      { tools: 1, choice: undefined },
      ['toolChoice "none"'],
    ],
    ['"auto"', [user('a')], 'auto', 'one', { tools: 1, choice: undefined }, []],
    [
      'one tool',
      [user('a')],
      { name: 'weather' },
      'one',
      { tools: 1, choice: { tool: { name: 'weather' } } },
      [],
    ],
    [
      'one tool for a model that accepts only "any"',
      [user('a')],
      { name: 'weather' },
      'any',
      { tools: 1, choice: { any: {} } },
      ['toolChoice to required'],
    ],
    [
      '"required" for a model that accepts no forced calls',
      [user('a')],
      'required',
      'none',
      { tools: 1, choice: undefined },
      ['toolChoice to auto'],
    ],
  ] as const)('choice: %s', (_name, messages, toolChoice, quirk, expected, warned) => {
    const { params, warnings } = wire(
      { messages, tools: [WEATHER], toolChoice },
      { ...CLAUDE, toolChoice: quirk },
    );
    const { toolConfig } = params;
    expect(toolConfig && { tools: toolConfig.tools?.length, choice: toolConfig.toolChoice }).toEqual(
      expected,
    );
    expect(warnings.map(({ what }) => what)).toEqual(warned);
  });

  it('joins a union at the root of a tool', () => {
    const branch = (name: string): object => ({
      type: 'object',
      properties: { [name]: {} },
      required: [name],
    });
    const parameters = { anyOf: [branch('a'), branch('b')] } as JsonObject;
    const { toolConfig } = wire({ tools: [{ ...WEATHER, parameters }] }).params;
    expect(toolConfig?.tools?.[0]?.toolSpec?.inputSchema?.json).toEqual({
      type: 'object',
      properties: { a: {}, b: {} },
    });
  });

  it('sends vendor blocks back unchanged, to their family only', () => {
    const family = 'converse/amazon.nova-2-lite';
    const use = { toolUse: { toolUseId: 's', name: 'nova_grounding', input: {}, type: 'server_tool_use' } };
    const result = {
      toolResult: { toolUseId: 's', content: [{ text: '[HIDDEN]' }], type: 'nova_grounding_result' },
    };
    const vendorPart = (kind: string, block: object): AssistantPart => ({
      type: 'vendor',
      kind,
      replay: { family, data: { block: block as JsonObject } },
    });
    const request: Partial<ModelRequest> = {
      messages: [
        user('a'),
        assistant([
          vendorPart('nova_grounding', use),
          vendorPart('nova_grounding_result', result),
          call('x'),
        ]),
        toolResult([{ callId: 'x', name: 'weather', content: 'y' }]),
      ],
      tools: [WEATHER],
    };
    expect(wire(request, CLAUDE, family).params.messages?.[1]?.content).toEqual([
      use,
      { $unknown: ['toolResult', result.toolResult] },
      { toolUse: { toolUseId: 'x', name: 'weather', input: { city: 'x' } } },
    ]);
    const otherFamilyMessages = wire(request, CLAUDE, 'claude').params.messages;
    expect(JSON.stringify(otherFamilyMessages)).not.toMatch(/server_tool_use|HIDDEN/);
    expect(wire(request, CLAUDE, 'claude').warnings.map(({ what }) => what)).toEqual(['vendor parts']);
  });

  it('declares a vendor tool of the history once', () => {
    const family = 'converse/amazon.nova-2-lite';
    const block = { toolUse: { toolUseId: 's', name: 'nova_grounding', input: {}, type: 'server_tool_use' } };
    const searchTurn = assistant([
      { type: 'vendor', kind: 'nova_grounding', replay: { family, data: { block } } },
      { type: 'text', text: 'Found.' },
    ]);
    const messages = [user('a'), searchTurn, user('b')];
    const nova = { systemTool: { name: 'nova_grounding' } };
    const fromHistory = wire({ messages }, CLAUDE, family);
    expect(fromHistory.params.toolConfig).toEqual({ tools: [nova] });
    expect(fromHistory.warnings).toEqual([expect.objectContaining({ action: 'emulated', what: 'tools' })]);
    const fromExtra = wire({ messages, extra: { toolConfig: { tools: [nova] } } }, CLAUDE, family);
    expect(fromExtra.params.toolConfig).toEqual({ tools: [nova] });
    expect(fromExtra.warnings).toEqual([]);
  });

  it('sends the status as text and images after the results to a model that accepts neither in results', () => {
    const bytes = Uint8Array.of(1);
    const { messages } = wire(
      {
        messages: [
          user('a'),
          assistant([call('x')]),
          toolResult({
            callId: 'x',
            name: 'weather',
            content: [{ type: 'text', text: 'no' }, image(bytes)],
            isError: true,
          }),
        ],
        tools: [WEATHER],
      },
      CONVERSE_QUIRKS,
    ).params;
    expect(messages?.[2]?.content).toEqual([
      { toolResult: { toolUseId: 'x', content: [{ text: 'ERROR: ' }, { text: 'no' }] } },
      { image: { format: 'png', source: { bytes } } },
    ]);
  });
});
