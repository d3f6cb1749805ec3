/** Server with the tools, resources and prompts that the server scenarios of the suite expect, written with `serveMcp`. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineTool, type Tool, type ToolContext } from '@majordomo/agent';
import type { FilePart, ImagePart, JsonObject } from '@majordomo/core';
import { serve } from '@majordomo/gateway/node';
import { ask, reportProgress, serveMcp } from '@majordomo/mcp';
import { MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const png = new Uint8Array(Buffer.from(PNG, 'base64'));
const image: ImagePart = { type: 'image', mediaType: 'image/png', bytes: png };
const audio: FilePart = { type: 'file', mediaType: 'audio/wav', bytes: new Uint8Array(Buffer.from('RIFF')) };
const NO_ARGUMENTS: JsonObject = { type: 'object', properties: {} };
const STEP_MS = 50;

const textFile = (name: string, mediaType: string, text: string): FilePart => ({
  type: 'file',
  name,
  mediaType,
  bytes: new TextEncoder().encode(text),
});

const tool = (
  name: string,
  run: (args: JsonObject, context: ToolContext) => unknown,
  parameters: JsonObject = NO_ARGUMENTS,
): Tool => defineTool({ name, description: `Tool ${name} of the suite`, parameters, run: run as never });

const form = (properties: JsonObject, required: readonly string[] = []): JsonObject => ({
  type: 'object',
  properties,
  required,
});
const nameForm = form({ name: { type: 'string' } }, ['name']);
const textArgument = (name: string): JsonObject => form({ [name]: { type: 'string' } }, [name]);

/** Tool that asks questions one after another, and returns the answers. */
const asking = (name: string, questions: Readonly<Record<string, JsonObject>>, text = 'answers'): Tool =>
  tool(name, async (_args, context) => {
    const answers: unknown[] = [];
    for (const [key, schema] of Object.entries(questions))
      answers.push(await ask(context, { key, message: `Please answer ${key}`, schema }));
    return `${text}: ${JSON.stringify(answers)}`;
  });

const schemaTool: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

const contentTools = [
  tool('test_simple_text', () => 'This is a simple text response for testing.'),
  tool('test_image_content', () => [image]),
  tool('test_audio_content', () => [audio]),
  tool('test_embedded_resource', () => [
    textFile('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ]),
  tool('test_multiple_content_types', () => [
    { type: 'text', text: 'Multiple content types test:' },
    image,
    textFile('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ]),
  tool('test_error_handling', () => {
    throw new Error('This tool intentionally returns an error for testing');
  }),
  tool('test_tool_with_progress', async (_args, context) => {
    for (const progress of [0, 50, 100]) {
      reportProgress(context, { progress, total: 100 });
      await sleep(STEP_MS);
    }
    return 'done';
  }),
  tool('json_schema_2020_12_tool', (args) => JSON.stringify(args), schemaTool),
];

const questionTools = [
  tool(
    'test_elicitation',
    async ({ message }, context) => {
      const schema = form({ username: { type: 'string' }, email: { type: 'string' } }, ['username', 'email']);
      return `User response: ${JSON.stringify(await ask(context, { message: message as string, schema }))}`;
    },
    textArgument('message'),
  ),
  asking(
    'test_elicitation_sep1034_defaults',
    {
      defaults: form({
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true },
      }),
    },
    'Elicitation completed',
  ),
  asking(
    'test_elicitation_sep1330_enums',
    {
      enums: form({
        untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
        titledSingle: {
          type: 'string',
          oneOf: [
            { const: 'value1', title: 'First Option' },
            { const: 'value2', title: 'Second Option' },
            { const: 'value3', title: 'Third Option' },
          ],
        },
        legacyEnum: {
          type: 'string',
          enum: ['opt1', 'opt2', 'opt3'],
          enumNames: ['Option One', 'Option Two', 'Option Three'],
        },
        untitledMulti: {
          type: 'array',
          items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
        },
        titledMulti: {
          type: 'array',
          items: {
            anyOf: [
              { const: 'value1', title: 'First Choice' },
              { const: 'value2', title: 'Second Choice' },
              { const: 'value3', title: 'Third Choice' },
            ],
          },
        },
      }),
    },
    'Elicitation completed',
  ),
  // The suite calls the next two tools to see that a stream has neither requests nor log messages.
  asking('test_streaming_elicitation', { name: nameForm }, 'Elicitation completed'),
  tool('test_logging_tool', () => 'No message was logged'),
  tool('test_input_required_result_elicitation', async (_args, context) => {
    const schema = nameForm as never;
    const answer = await ask<{ name: string }>(context, {
      key: 'user_name',
      message: 'What is your name?',
      schema,
    });
    return answer.action === 'accept' ? `Hello, ${answer.content.name}!` : 'Hello!';
  }),
  asking(
    'test_input_required_result_request_state',
    { confirm: form({ ok: { type: 'boolean' } }, ['ok']) },
    'state-ok',
  ),
  asking('test_input_required_result_multi_round', {
    step1: nameForm,
    step2: form({ color: { type: 'string' } }, ['color']),
  }),
  asking('test_input_required_result_tampered_state', { confirm: form({ ok: { type: 'boolean' } }, ['ok']) }),
  asking('test_input_required_result_capabilities', { user_name: nameForm }),
  tool('test_missing_capability', () => {
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
  }),
];

const server = serveMcp({
  name: 'majordomo',
  version: '1.0.0',
  tools: [...contentTools, ...questionTools],
  sessions: 50,
  skillsFolder: join(import.meta.dirname, 'skills'),
  resources: [
    {
      uri: 'test://static-text',
      name: 'static-text',
      description: 'Text of the suite',
      mediaType: 'text/plain',
      read: () => 'This is the content of the static text resource.',
    },
    {
      uri: 'test://static-binary',
      name: 'static-binary',
      description: 'Image of the suite',
      mediaType: 'image/png',
      read: () => png,
    },
    {
      uri: 'test://watched-resource',
      name: 'watched-resource',
      description: 'Resource to which the suite subscribes',
      mediaType: 'text/plain',
      read: () => 'watched',
    },
  ],
  templates: [
    {
      template: 'test://template/{id}/data',
      name: 'template',
      mediaType: 'application/json',
      read: ({ id }) => JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id ?? ''}` }),
    },
  ],
  prompts: [
    {
      name: 'test_simple_prompt',
      description: 'Prompt without arguments',
      messages: () => 'This is a simple prompt for testing.',
    },
    {
      name: 'test_prompt_with_arguments',
      description: 'Prompt with arguments',
      arguments: [
        { name: 'arg1', required: true },
        { name: 'arg2', required: true },
      ],
      complete: { arg1: (value) => ['paris', 'park', 'party'].filter((one) => one.startsWith(value)) },
      messages: ({ arg1 = '', arg2 = '' }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
    },
    {
      name: 'test_prompt_with_embedded_resource',
      description: 'Prompt with a file',
      arguments: [{ name: 'resourceUri', required: true }],
      messages: ({ resourceUri = '' }) => [
        {
          role: 'user',
          parts: [textFile(resourceUri, 'text/plain', 'Embedded resource content for testing.')],
        },
        { role: 'user', parts: [{ type: 'text', text: 'Please process the embedded resource above.' }] },
      ],
    },
    {
      name: 'test_prompt_with_image',
      description: 'Prompt with an image',
      messages: () => [
        { role: 'user', parts: [image] },
        { role: 'user', parts: [{ type: 'text', text: 'Please analyze the image above.' }] },
      ],
    },
    {
      name: 'test_input_required_result_prompt',
      description: 'Prompt that asks its user',
      async messages(_args, io) {
        const schema = form({ context: { type: 'string' } }, ['context']);
        const answer = await ask(io, {
          key: 'user_context',
          message: 'What context should the prompt use?',
          schema,
        });
        return `Use this context: ${JSON.stringify(answer)}`;
      },
    },
  ],
});

const served = await serve({ fetch: (request) => server.fetch(request) }, { port: 0 });
process.send?.(`${served.url}/mcp`);
