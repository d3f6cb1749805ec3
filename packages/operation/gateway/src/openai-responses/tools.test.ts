import { describe, expect, it } from 'vitest';
import { object } from '../parsing/fields.ts';
import { Notes } from '../parsing/notes.ts';
import { KnownTools } from './known-tools.ts';
import { responsesTools } from './tools.ts';

const parse = (body: object) => {
  const notes = new Notes();
  const known = new KnownTools();
  const request = responsesTools(object(body, ''), known, notes);
  return { request, known, notes: notes.all };
};
const parameters = { type: 'object', properties: { q: { type: 'string' } } };
const findTool = { type: 'function', name: 'find', description: 'Finds', parameters };
const bareTool = { type: 'function', name: 'bare' };
const crmNamespace = {
  type: 'namespace',
  name: 'mcp__crm__',
  description: 'Customers',
  tools: [findTool, bareTool],
};
const billingNamespace = { type: 'namespace', name: 'billing', tools: [findTool] };
const customParameters = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The complete input, as plain text.' } },
  required: ['input'],
  additionalProperties: false,
};
const EMPTY = { type: 'object', properties: {} };

describe('tools of Responses', () => {
  it('have joined names at targets, and the first tool of a namespace also has the description of the namespace', () => {
    const { request, known, notes } = parse({
      tools: [crmNamespace, billingNamespace, findTool, { type: 'web_search' }],
    });
    expect(request).toEqual({
      tools: [
        { name: 'mcp__crm__find', description: 'Finds\n\nmcp__crm__: Customers', parameters },
        { name: 'mcp__crm__bare', description: '', parameters: EMPTY },
        { name: 'billing__find', description: 'Finds', parameters },
        { name: 'find', description: 'Finds', parameters },
      ],
    });
    expect(known.get('mcp__crm__find')).toEqual({ name: 'find', namespace: 'mcp__crm__', isCustom: false });
    expect(known.get('find')).toEqual({ name: 'find', namespace: undefined, isCustom: false });
    expect(known.get('other')).toBeUndefined();
    expect(notes).toEqual([
      { action: 'dropped', what: 'tool web_search', why: 'vendor-defined tools are not supported' },
    ]);
  });

  it('are called by the model, with a warning, if programs should call them', () => {
    const { request, notes } = parse({ tools: [{ ...findTool, allowed_callers: ['programmatic'] }] });
    expect(request.tools?.map(({ name }) => name)).toEqual(['find']);
    expect(notes).toMatchObject([{ action: 'dropped', what: 'allowed_callers' }]);
  });

  it('have the description of the namespace if they have none', () => {
    const { request } = parse({ tools: [{ ...crmNamespace, tools: [bareTool] }] });
    expect(request.tools?.map(({ description }) => description)).toEqual(['mcp__crm__: Customers']);
  });

  it('are omitted from the request if there are none', () => {
    for (const tools of [[{ ...crmNamespace, tools: [] }], [], undefined])
      expect(parse({ tools, tool_choice: 'auto' }).request).toEqual({});
  });

  it.each([
    [undefined, undefined, ''],
    [{ type: 'text' }, 'Runs', 'Runs'],
    [
      { type: 'grammar', definition: 'start: x' },
      'Runs',
      'Runs\n\nThe input follows this grammar:\nstart: x',
    ],
  ])('convert a custom tool with the format %j and the description %s', (format, description, expected) => {
    const { request, known } = parse({ tools: [{ type: 'custom', name: 'run', description, format }] });
    expect(request.tools).toEqual([{ name: 'run', description: expected, parameters: customParameters }]);
    expect(known.get('run')).toEqual({ name: 'run', namespace: undefined, isCustom: true });
  });

  it('add a warning for parallel_tool_calls: false', () => {
    expect(parse({ tools: [findTool], parallel_tool_calls: false }).notes).toEqual([
      {
        action: 'dropped',
        what: 'parallel_tool_calls',
        why: 'not every target can be limited to one call at a time',
      },
    ]);
    expect(parse({ tools: [findTool], parallel_tool_calls: true }).notes).toEqual([]);
  });
});

describe('the choice of a tool', () => {
  const tools = [crmNamespace, findTool, { type: 'custom', name: 'run' }];
  const allNames = ['mcp__crm__find', 'mcp__crm__bare', 'find', 'run'];
  const allowed = (...names: readonly object[]): object => ({
    type: 'allowed_tools',
    mode: 'required',
    tools: names,
  });

  it.each<[unknown, unknown, readonly string[]]>([
    [undefined, undefined, allNames],
    ['auto', 'auto', allNames],
    ['none', 'none', allNames],
    ['required', 'required', allNames],
    [{ type: 'function', name: 'find' }, { name: 'find' }, allNames],
    [{ type: 'function', name: 'bare', namespace: 'mcp__crm__' }, { name: 'mcp__crm__bare' }, allNames],
    [{ type: 'custom', name: 'run' }, { name: 'run' }, allNames],
    [allowed({ type: 'function', name: 'find' }), 'required', ['find']],
    [allowed({ type: 'namespace', name: 'mcp__crm__' }), 'required', ['mcp__crm__find', 'mcp__crm__bare']],
    [
      allowed({ type: 'function', name: 'bare', namespace: 'mcp__crm__' }, { name: 'run' }),
      'required',
      ['mcp__crm__bare', 'run'],
    ],
    [allowed({ type: 'namespace', name: 'find' }), 'required', []],
  ])('%j is %j among %j', (choice, expected, names) => {
    const { request } = parse({ tools, tool_choice: choice });
    expect([request.toolChoice, request.tools?.map(({ name }) => name)]).toEqual([expected, names]);
  });

  it.each([
    ['any', 'tool_choice must be one of auto, none, required'],
    [7, 'tool_choice must be an object, not a number'],
    [{ type: 'mcp' }, 'tool_choice.server_label is missing'],
    [{ type: 'function', name: 'other' }, 'tool_choice.name names "other"'],
    [
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'other' }] },
      'tool_choice.tools[0].name names "other"',
    ],
    [{ type: 'allowed_tools', mode: 'none', tools: [] }, 'tool_choice.mode must be one of auto, required'],
  ])('%j is refused', (choice, message) => {
    expect(() => parse({ tools, tool_choice: choice })).toThrow(message);
  });
});

describe('the name of a tool at a target', () => {
  const tool = (name: string, namespace?: string) => ({ name, namespace, isCustom: false });
  const longName = 'n'.repeat(70);

  it('has at most 64 characters in a namespace, and a number if it is used', () => {
    const known = new KnownTools();
    const names = ['a', 'b', 'c'].map((name) => known.add(tool(name, longName)));
    expect(names).toEqual(['n'.repeat(64), `${'n'.repeat(60)}_2`, `${'n'.repeat(60)}_3`]);
    expect(['a', 'b', 'c'].map((name) => known.nameFor({ name, namespace: longName }))).toEqual(names);
  });

  it('is unchanged without a namespace, however long', () => {
    expect(new KnownTools().add(tool(longName))).toBe(longName);
  });

  it('skips a number that another name contains', () => {
    const known = new KnownTools();
    known.add(tool(`${'n'.repeat(60)}_2`));
    expect(['a', 'b'].map((name) => known.add(tool(name, longName)))).toEqual([
      'n'.repeat(64),
      `${'n'.repeat(60)}_3`,
    ]);
  });

  it('without a namespace has a number if a namespace has led to it', () => {
    const known = new KnownTools();
    const names = [known.add(tool('read', 'files')), known.add(tool('files__read'))];
    expect(names).toEqual(['files__read', 'files__read_2']);
    expect(known.get('files__read_2')).toEqual(tool('files__read'));
    expect(known.nameFor({ name: 'files__read', namespace: undefined })).toBe('files__read_2');
  });

  it('is the name of the first of two equal tools', () => {
    const known = new KnownTools();
    const names = [known.add(tool('a', 'n')), known.add(tool('a', 'n'))];
    expect([...names, known.nameFor({ name: 'a', namespace: 'n' })]).toEqual(['n__a', 'n__a_2', 'n__a']);
  });

  it('of an unknown tool is its joined name', () => {
    const known = new KnownTools();
    expect([
      known.nameFor({ name: 'a', namespace: 'n' }),
      known.nameFor({ name: 'a', namespace: 'n__' }),
      known.nameFor({ name: 'a', namespace: undefined }),
    ]).toEqual(['n__a', 'n__a', 'a']);
  });
});
