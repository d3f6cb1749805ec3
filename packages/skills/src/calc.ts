import { defineTool, type Skill } from '@majordomo/agent';
import { calculate } from './calculate.ts';
import { defineSkill } from './define-skill.ts';

/** A calculator: the tool `calc`, a parser of arithmetic. Nothing is evaluated as code. */
export function calc(): Skill {
  return defineSkill({
    name: 'calc',
    instructions: 'Use the tool calc for arithmetic instead of working it out yourself.',
    tools: [
      defineTool({
        name: 'calc',
        description:
          'The value of an arithmetic expression with + - * / % (remainder) ^ (power), parentheses and numbers such as 1.5e-3.',
        parameters: {
          type: 'object',
          properties: { expression: { type: 'string', description: 'Such as (1 + 2) * 3^2' } },
          required: ['expression'],
          additionalProperties: false,
        },
        run: ({ expression }) => said(calculate(typeof expression === 'string' ? expression : '')),
      }),
    ],
  });
}

/** Without the noise of binary fractions: 0.1 + 0.2 is 0.3. Whole numbers stay as they are. */
const said = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(15)));
