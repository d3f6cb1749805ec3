import { defineTool } from '@majordomo/agent';
import { createMajordomo, user } from '@majordomo/core';
import { serveMcp } from '@majordomo/mcp';
import { fakeProvider } from '@majordomo/testing';
import { watch } from './recording.ts';

// Server over stdio whose tool calls a model. The tool `spans` returns the spans of this process.
const telemetry = watch({ convention: '0.1' });
const fake = fakeProvider({ id: 'f', models: { m: ['Rainy.'] } });
const model = createMajordomo({ providers: [fake], ...telemetry.majordomo }).model('f/m');
const parameters = { type: 'object' } as const;
const weather = defineTool({
  name: 'weather',
  description: 'Returns the weather',
  parameters,
  run: async () => (await model.generate({ messages: [user('How is the weather?')] })).text,
});
const spans = defineTool({
  name: 'spans',
  description: 'Returns the spans',
  parameters,
  run: async () => JSON.stringify(await telemetry.spans()),
});
await serveMcp({ name: 'sky', version: '1.0.0', tools: [weather, spans], around: telemetry.mcp }).stdio();
