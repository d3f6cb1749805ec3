import type { ChatRequest, ModelTool, ObjectSchema, ToolSpec } from '@majordomo/core';

/** Returns the tools with JSON Schemas, as a model reads them. A schema that cannot be converted becomes `{}`. */
export const plainTools = (tools: ChatRequest['tools'] = []): readonly ModelTool[] => tools.map(plainTool);

const known = new WeakMap<ToolSpec, ModelTool>();

function plainTool(tool: ToolSpec): ModelTool {
  const before = known.get(tool);
  if (before !== undefined) return before;
  const { name, description, parameters } = tool;
  const plain = { name, description, parameters: schemaOf(parameters) };
  known.set(tool, plain);
  return plain;
}

function schemaOf(parameters: ToolSpec['parameters']): ModelTool['parameters'] {
  try {
    const schema = isStandard(parameters)
      ? parameters['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
      : parameters;
    return JSON.parse(JSON.stringify(schema)) as ModelTool['parameters'];
  } catch {
    return {};
  }
}

const isStandard = (parameters: ToolSpec['parameters']): parameters is ObjectSchema<unknown> =>
  typeof parameters['~standard'] === 'object';
