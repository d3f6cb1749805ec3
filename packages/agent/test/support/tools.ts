import * as z from 'zod';
import { defineTool, type Tool } from '../../src/index.ts';

/** A tool with a schema. */
export const weather: Tool = defineTool({
  name: 'weather',
  description: 'Weather in a city',
  parameters: z.object({ city: z.string() }),
  run: ({ city }) => `sunny in ${city}`,
});

/** A tool that takes any object. */
export const plain = (name: string, run: Tool['run'], more: Partial<Tool> = {}): Tool => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run,
  ...more,
});
